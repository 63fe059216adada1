"""What allauth asks us: where to go next, how to say things, how often one may try."""

from __future__ import annotations

import logging
from typing import Any, ClassVar
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from tenants.accounts import limits
from tenants.accounts.fields import PhoneField, check_new_password
from tenants.accounts.models import Account, DeskSession
from tenants.kit.crypto import blind_index

_log = logging.getLogger(__name__)

# allauth's stages that send codes; ours asks for one only where nothing is proved.
_REPLACED = "allauth.account.stages."


def account_name(account: Account) -> str:
    """Return the name that pages and letters call the person by."""
    return account.full_name


def is_own_address(url: str, *, port_of: str = "") -> bool:
    """Tell whether a full address lies on the central site or on a commune's.

    `port_of` is the host and port of the present request: in development the port is not known
    beforehand.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host != settings.BASE_DOMAIN and not host.endswith(f".{settings.BASE_DOMAIN}"):
        return False
    present_port = port_of.partition(":")[2]
    allowed = {host, f"{host}{settings.PUBLIC_PORT}"}
    if present_port:
        allowed.add(f"{host}:{present_port}")
    return url_has_allowed_host_and_scheme(
        url, allowed_hosts=allowed, require_https=settings.PUBLIC_SCHEME == "https"
    )


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Our side of allauth."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("Tài khoản này đã được đóng."),
        "enter_current_password": _("Mật khẩu đang dùng chưa đúng. Hãy nhập lại."),
        "incorrect_password": _("Mật khẩu chưa đúng. Hãy nhập lại."),
        "too_many_login_attempts": _(
            "Đã thử sai quá nhiều lần. Hãy chờ 5 phút rồi thử lại, hoặc đặt lại mật khẩu bằng mã."
        ),
        "rate_limited": _("Thao tác quá nhanh. Hãy chờ một phút rồi thử lại."),
    }

    @staticmethod
    def sign_in_refused() -> forms.ValidationError:
        """Return the one answer to a wrong password and to an unknown account."""
        return forms.ValidationError(
            _(
                "Số điện thoại, thư điện tử, số định danh hoặc mật khẩu chưa đúng. Hãy kiểm tra "
                "lại, hoặc đặt lại mật khẩu nếu đã quên. Số định danh chỉ dùng được sau khi đã xác "
                "thực qua VNeID."
            ),
            code="sign_in_refused",
        )

    # ── Where to go ──────────────────────────────────────────────────────
    def is_safe_url(self, url: str | None) -> bool:
        """Allow paths of the central site, and every site under the base domain; else nothing."""
        if not url:
            return False
        parts = urlsplit(url)
        if not parts.scheme and not parts.netloc:
            # What is no path would be taken for the name of a view.
            return url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)
        return is_own_address(url, port_of=self.request.get_host() if self.request else "")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Return where to go after a change of password."""
        return str(settings.LOGIN_REDIRECT_URL)

    # ── Accounts ─────────────────────────────────────────────────────────
    def clean_password(self, password: str, user: Account | None = None) -> str:
        """Check a new password; the messages say what to choose instead."""
        check_new_password(password)
        return password

    def logout(self, request: HttpRequest) -> None:
        """Sign out everywhere on this browser; open desks of the person close with it."""
        if request.user.is_authenticated:
            DeskSession.objects.filter(account_id=request.user.pk).delete()
        super().logout(request)

    def phone_form_field(self, **kwargs: Any) -> PhoneField:
        """Return the field in which a phone number is typed."""
        return PhoneField(required=kwargs.get("required", True))

    def get_phone(self, user: Account) -> tuple[str, bool] | None:
        """Return the account's number and whether it is proved."""
        return (user.phone, user.phone_verified_at is not None) if user.phone else None

    def get_user_by_phone(self, phone: str) -> Account | None:
        """Return the account with this number."""
        return Account.objects.filter(phone=phone).first()

    # ── How often one may try ────────────────────────────────────────────
    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the try before the password is looked at; raises ValidationError after too many.

        Counted by what was typed, not by the account it finds: else the limit would tell which
        numbers belong together, and which belong to nobody.
        """
        if not limits.SIGN_IN_ADDRESS.take(limits.client_address(request)):
            _log.warning("Sign-in refused: too many wrong ones from one address.")
            raise self.validation_error("rate_limited")
        login = _login_of(credentials)
        if not limits.SIGN_IN.take(login) or not limits.SIGN_IN_DAY.take(login):
            _log.warning("Sign-in refused: too many tries as %s.", _in_the_log(login))
            raise self.validation_error("too_many_login_attempts")

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Account | None:
        """Return the account if the password is right; only wrong ones stay counted."""
        account: Account | None = super().authenticate(request, **credentials)
        login = _login_of(credentials)
        if account is None:
            _log.warning("Sign-in refused: no such login or password, as %s.", _in_the_log(login))
        else:
            limits.SIGN_IN.forget(login)
            limits.SIGN_IN_DAY.forget(login)
            limits.SIGN_IN_ADDRESS.give_back(limits.client_address(request))
        return account

    def reauthenticate(self, user: Account, password: str) -> bool:
        """Tell whether it is the password of somebody who is signed in; raises after too many."""
        if not limits.PASSWORD.take(str(user.pk)):
            raise self.validation_error("too_many_login_attempts")
        right = user.check_password(password)
        if right:
            limits.PASSWORD.forget(str(user.pk))
        return right

    def get_reauthentication_methods(self, user: Account) -> list[dict[str, Any]]:
        """Return what allauth's page asks for: the password. Factors have a page of their own."""
        if not user.has_usable_password():
            return []
        url = reverse("account_reauthenticate")
        return [{"id": "reauthenticate", "description": "", "url": url}]

    def get_login_stages(self) -> list[str]:
        """Return what lies between password and session: a proved contact, then allauth's rest."""
        others = [one for one in super().get_login_stages() if not one.startswith(_REPLACED)]
        return ["tenants.accounts.proving.sign_in.ContactStage", *others]

    # ── Letters ──────────────────────────────────────────────────────────
    def format_email_subject(self, subject: str) -> str:
        """Return the subject as it is: it names the sender itself."""
        return subject


def _in_the_log(login: str) -> str:
    """A mark by which tries with one login are known to belong together, and nobody by name."""
    return blind_index(login.lower(), purpose="accounts.log")[:12]


def _login_of(credentials: dict[str, Any]) -> str:
    return str(
        credentials.get("email") or credentials.get("phone") or credentials.get("national_id") or ""
    )
