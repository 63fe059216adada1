"""What allauth asks us: where to go next, how to say things, where a phone number is kept."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from tenants.accounts.fields import PhoneField
from tenants.accounts.models import Account, DeskSession

_PASSWORD_SENTENCES = {
    "password_too_short": _("Mật khẩu này ngắn quá. Hãy dùng ít nhất 8 ký tự."),
    "password_too_common": _(
        "Mật khẩu này quá dễ đoán. Hãy chọn mật khẩu khác, ví dụ ghép vài từ."
    ),
}


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
        "email_taken": _(
            "Thư điện tử này đã có tài khoản. Hãy đăng nhập, hoặc đặt lại mật khẩu nếu đã quên."
        ),
        "phone_taken": _(
            "Số điện thoại này đã có tài khoản. Hãy đăng nhập, hoặc đặt lại mật khẩu nếu đã quên."
        ),
        "enter_current_password": _("Mật khẩu đang dùng chưa đúng. Hãy nhập lại."),
        "incorrect_code": _("Mã này không đúng. Hãy xem lại thư mới nhất và nhập lại."),
        "incorrect_password": _("Mật khẩu chưa đúng. Hãy nhập lại."),
        "too_many_login_attempts": _(
            "Đã thử sai quá nhiều lần. Hãy chờ 5 phút rồi thử lại, hoặc đặt lại mật khẩu."
        ),
        "rate_limited": _("Thao tác quá nhanh. Hãy chờ một phút rồi thử lại."),
    }

    @staticmethod
    def sign_in_refused() -> forms.ValidationError:
        """Return the one answer to a wrong password and to an unknown account."""
        return forms.ValidationError(
            _(
                "Số điện thoại, thư điện tử hoặc mật khẩu chưa đúng. "
                "Hãy kiểm tra lại, hoặc đặt lại mật khẩu nếu đã quên."
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
            return url_has_allowed_host_and_scheme(url, allowed_hosts=None)
        return is_own_address(url, port_of=self.request.get_host() if self.request else "")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Return where to go after a change of password."""
        return str(settings.LOGIN_REDIRECT_URL)

    # ── Accounts ─────────────────────────────────────────────────────────
    def save_user(
        self, request: HttpRequest, user: Account, form: forms.Form, commit: bool = True
    ) -> Account:
        """Create the account from the sign-up form, in one INSERT."""
        data = form.cleaned_data
        user.full_name = data["full_name"]
        user.email = data.get("email") or None
        user.phone = data.get("phone") or None
        user.set_password(data["password1"])
        if commit:
            user.save()
        return user

    def clean_password(self, password: str, user: Account | None = None) -> str:
        """Check a new password; the messages say what to choose instead."""
        try:
            validate_password(password, user)
        except forms.ValidationError as error:
            raise forms.ValidationError(
                [
                    forms.ValidationError(_PASSWORD_SENTENCES.get(problem.code or "", problem))
                    for problem in error.error_list
                ]
            ) from error
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
        """Return the account's number; no number is verified yet."""
        return (user.phone, False) if user.phone else None

    def set_phone(self, user: Account, phone: str, verified: bool) -> None:
        """Keep a number in its stored form; sign-up has saved it already."""
        if user.phone != phone:
            user.phone = phone
            user.save(update_fields=["phone"])

    def get_user_by_phone(self, phone: str) -> Account | None:
        """Return the account with this number."""
        return Account.objects.filter(phone=phone).first()

    # ── Limits and letters ───────────────────────────────────────────────
    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # allauth's own key leaves the phone number out: five wrong passwords for anybody's
        # number would lock out everyone who signs in by phone.
        login = credentials.get("email") or credentials.get("phone") or ""
        return f"{settings.BASE_DOMAIN}:{login.lower()}"

    def format_email_subject(self, subject: str) -> str:
        """Return the subject as it is: it names the sender itself."""
        return subject
