"""Accounts and open desks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import uuid6
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tenants.accounts.phone import normalise_phone
from tenants.kit.crypto import blind_index
from tenants.kit.fields import EncryptedJSONField

if TYPE_CHECKING:
    from datetime import date

NATIONAL_ID_PURPOSE = "accounts.Account.national_id"


def normalise_email(email: str) -> str:
    """Return an address as it is stored and looked up: without spaces, in lower case."""
    return email.strip().lower()


class AccountManager(BaseUserManager["Account"]):
    """Makes accounts and finds them by phone number or address."""

    def create_account(
        self,
        *,
        full_name: str,
        email: str | None = None,
        phone: str | None = None,
        password: str | None = None,
        national_id: str | None = None,
        birth_date: date | None = None,
        address: str = "",
        is_operator: bool = False,
    ) -> Account:
        """Create an account; it needs a phone number or an address to be reached by.

        Raises ValueError without either, PhoneNotValid for a number that cannot be Vietnamese.
        """
        if not email and not phone:
            raise ValueError("An account needs a phone number or an e-mail address.")
        account = self.model(
            full_name=full_name,
            email=normalise_email(email) if email else None,
            phone=normalise_phone(phone) if phone else None,
            birth_date=birth_date,
            address=address,
            is_operator=is_operator,
        )
        account.set_national_id(national_id)
        account.set_password(password)
        account.save(using=self._db)
        return account

    # Django's own commands (createsuperuser) ask for these two names.
    def create_user(self, **fields: Any) -> Account:
        """Create an account; the name Django's tools use."""
        return self.create_account(**fields)

    def get_by_natural_key(self, username: str | None) -> Account:
        """Find an account by its e-mail address, the field Django takes for the user's name."""
        return self.get(email=normalise_email(username or ""))


class Account(AbstractBaseUser):
    """One person who signs in: a citizen, an official of communes, or an operator.

    What an account may do in a commune is a row of that commune (Official), never written here.
    Accounts are closed (`is_active`), not deleted.
    """

    # Set to None because no sign-in may write to this table: every node has a copy of it.
    last_login = None

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    full_name = models.CharField(_("họ và tên"), max_length=120)
    email = models.EmailField(_("thư điện tử"), null=True, max_length=254)
    phone = models.CharField(_("số điện thoại"), null=True, max_length=11)
    national_id = EncryptedJSONField(_("số định danh cá nhân"), null=True)
    national_id_index = models.CharField(max_length=32, default="")
    birth_date = models.DateField(_("ngày sinh"), null=True)
    address = models.CharField(_("nơi ở"), max_length=250, default="")
    is_active = models.BooleanField(_("đang dùng"), default=True)
    is_operator = models.BooleanField(_("người vận hành"), default=False)
    date_joined = models.DateTimeField(_("ngày tạo"), db_default=Now())
    phone_verified_at = models.DateTimeField(_("xác nhận số điện thoại lúc"), null=True)
    # When an identity provider vouched for the number; what somebody typed is never that.
    national_id_verified_at = models.DateTimeField(_("định danh xác thực lúc"), null=True)
    # The highest level at which an identity provider vouched for the person (loAs); 0 for none.
    assurance_level = models.PositiveSmallIntegerField(_("mức độ bảo đảm"), default=0, db_default=0)
    closing_asked_at = models.DateTimeField(_("yêu cầu đóng lúc"), null=True)

    objects: ClassVar[AccountManager] = AccountManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]

    class Meta:
        verbose_name = _("tài khoản")
        verbose_name_plural = _("tài khoản")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["national_id_index"],
                name="accounts_account_national_id",
                condition=~models.Q(national_id_index=""),
            ),
            # A few people at a time want to leave; each commune looks for its officials among them.
            models.Index(
                fields=["closing_asked_at"],
                name="accounts_account_closing",
                condition=models.Q(closing_asked_at__isnull=False),
            ),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["email"], name="accounts_account_email"),
            models.UniqueConstraint(fields=["phone"], name="accounts_account_phone"),
            # One person, one account: of all who type a number, one can be who it belongs to.
            models.UniqueConstraint(
                fields=["national_id_index"],
                name="accounts_account_verified_id",
                condition=models.Q(national_id_verified_at__isnull=False),
            ),
            # Who an identity provider vouched for can always come back through it.
            models.CheckConstraint(
                name="accounts_account_reachable",
                condition=models.Q(email__isnull=False)
                | models.Q(phone__isnull=False)
                | models.Q(national_id_verified_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    def get_full_name(self) -> str:
        """Return the person's name as they wrote it."""
        return self.full_name

    @property
    def short_name(self) -> str:
        """The given name, by which people are called: the last word."""
        return self.full_name.split()[-1] if self.full_name.strip() else ""

    def set_national_id(self, national_id: str | None) -> None:
        """Set the identity number and its blind index together; nothing is saved."""
        self.national_id = national_id or None
        self.national_id_index = (
            blind_index(national_id, purpose=NATIONAL_ID_PURPOSE) if national_id else ""
        )


class DeskSession(models.Model):
    """An open desk: this account works in this commune, from one browser.

    The browser holds the row's key in a cookie of the commune's own host; the row says which
    account and which commune it belongs to, so a copied cookie opens nothing else.
    """

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    account_id = models.UUIDField()
    commune_code = models.CharField(max_length=5)
    opened_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    # When the second factor was last shown for this desk; signing asks for a fresh one.
    second_factor_at = models.DateTimeField(null=True)
    second_factor = models.CharField(max_length=14, default="", db_default="")
    # What the browser called itself, by which its owner knows it in the list of open desks.
    device = models.CharField(max_length=160, default="", db_default="")
    # The support access under which an operator looks at this commune; officials have none.
    support_id = models.UUIDField(null=True)

    class Meta:
        verbose_name = _("bàn làm việc đang mở")
        verbose_name_plural = _("bàn làm việc đang mở")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account_id"], name="accounts_desk_account"),
            models.Index(fields=["opened_at"], name="accounts_desk_opened"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.commune_code}"


class Consent(models.Model):
    """That a person agreed to a purpose, in which words, and when; taken back, it stays written.

    Law 91/2025/QH15 on personal data asks for consent that is given for a named purpose, can be
    proved, and can be withdrawn; there is no consent by default.
    """

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    account_id = models.UUIDField()
    purpose = models.CharField(_("mục đích"), max_length=40)
    # Which wording was shown: an older one stays what they agreed to.
    version = models.CharField(_("bản"), max_length=20)
    given_at = models.DateTimeField(_("đồng ý lúc"), db_default=Now())
    withdrawn_at = models.DateTimeField(_("rút lại lúc"), null=True)

    class Meta:
        verbose_name = _("sự đồng ý")
        verbose_name_plural = _("sự đồng ý")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account_id"], name="accounts_consent_account"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.version}"


class Tries(models.Model):
    """How often something was tried under one key since its window began.

    Counted in one statement, so that tries at the same moment in many processes are all counted.
    The key is a keyed digest: neither addresses nor phone numbers lie here.
    """

    key = models.CharField(primary_key=True, max_length=44)
    count = models.PositiveIntegerField()
    until = models.DateTimeField()

    class Meta:
        verbose_name = _("số lần thử")
        verbose_name_plural = _("số lần thử")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["until"], name="accounts_tries_until"),
        ]

    def __str__(self) -> str:
        return f"{self.count}"
