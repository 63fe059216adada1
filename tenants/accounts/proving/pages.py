"""The page on which a code is typed; what comes after is each purpose's own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from allauth.account.utils import get_next_redirect_url
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from tenants.accounts.forms import CodeForm
from tenants.accounts.proving import codes
from tenants.accounts.proving.codes import CodeNotSent, PendingCode, Verdict
from tenants.accounts.proving.contacts import is_phone
from tenants.accounts.proving.letters import Purpose


def next_page(request: HttpRequest) -> str:
    """Return where the person was going, if that is a page of ours; else nothing."""
    return get_next_redirect_url(request) or ""


def home() -> str:
    """Return where to go when nobody was going anywhere."""
    return str(settings.LOGIN_REDIRECT_URL)


def spelled(contact: str) -> str:
    """Return a contact as people read it: a phone number in groups."""
    return f"{contact[:4]} {contact[4:7]} {contact[7:]}" if is_phone(contact) else contact


@method_decorator([never_cache, sensitive_post_parameters()], name="dispatch")
class CodePage(View, ABC):
    """Takes the code, sends another one, or leads back to where it was asked for."""

    purpose: ClassVar[Purpose]
    own: ClassVar[str]
    """Name of this page's address."""
    start: ClassVar[str]
    """Name of the page where a code is asked for."""
    only_if_known: ClassVar[bool] = False
    """Whether the page says only that a code came if there is an account."""
    http_method_names = ["get", "head", "post"]

    pending: PendingCode

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Refuse whoever has not asked for a code here."""
        pending = codes.load(request, self.purpose)
        if pending is None:
            return self.over(request)
        self.pending = pending
        return super().dispatch(request, *args, **kwargs)

    def over(self, request: HttpRequest) -> HttpResponse:
        """Lead to where a code can be asked for: nothing waits here, or it waited too long."""
        messages.info(
            request, _("Chưa có mã nào đang chờ ở đây, hoặc mã đã dùng. Hãy làm lại từ đầu.")
        )
        return redirect(self.start)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the empty field."""
        return self.draw(request, CodeForm(by_phone=self.pending.by_phone))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Send another code, or take the one that was typed."""
        if "resend" in request.POST:
            return self.resend(request)
        form = CodeForm(request.POST, by_phone=self.pending.by_phone)
        if form.is_valid():
            verdict = codes.check(request, self.pending, form.cleaned_data["code"])
            if verdict is Verdict.RIGHT:
                return self.finish(request)
            form.add_error("code", _explained(verdict, by_phone=self.pending.by_phone))
        return self.draw(request, form, 422)

    def resend(self, request: HttpRequest) -> HttpResponse:
        """Send another code to the same place."""
        try:
            codes.send_new(request, self.pending)
        except CodeNotSent as error:
            messages.warning(request, str(error))
        else:
            messages.success(request, _("Đã gửi mã mới. Mã trước không dùng được nữa."))
        return redirect(self.own)

    @abstractmethod
    def finish(self, request: HttpRequest) -> HttpResponse:
        """Do what the code was asked for."""

    def draw(self, request: HttpRequest, form: CodeForm, status: int = 200) -> HttpResponse:
        """Show the page."""
        context = {
            "form": form,
            "contact": spelled(self.pending.contact),
            "by_phone": self.pending.by_phone,
            "only_if_known": self.only_if_known,
            "action_url": reverse(self.own),
            "start_url": reverse(self.start),
            **self.context(),
        }
        return render(request, "account/code.html", context, status=status)

    def context(self) -> dict[str, Any]:
        """What a purpose's page says besides."""
        return {}


def _explained(verdict: Verdict, *, by_phone: bool) -> str:
    if verdict is Verdict.TOO_OLD:
        return _("Mã này đã quá 10 phút nên không dùng được nữa. Hãy bấm “Gửi mã mới”.")
    if verdict is Verdict.TOO_OFTEN:
        return _("Đã nhập sai quá 5 lần nên mã này không dùng được nữa. Hãy bấm “Gửi mã mới”.")
    if by_phone:
        return _("Mã này không đúng. Hãy xem lại tin nhắn mới nhất rồi nhập 6 chữ số trong đó.")
    return _("Mã này không đúng. Hãy xem lại thư mới nhất rồi nhập 6 chữ số trong đó.")
