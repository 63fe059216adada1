"""The first sign-in of somebody whose account was made for them."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from tenants.accounts.fields import new_password_field
from tenants.accounts.invitation import invited
from tenants.accounts.proving.contacts import vouch_for
from tenants.communes.hosts import commune_url


class FirstPasswordForm(forms.Form):
    """A first password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"] = new_password_field()

    def clean_password(self) -> str:
        """A password that passes the same rules as at sign-up."""
        password: str = self.cleaned_data["password"]
        try:
            validate_password(password)
        except forms.ValidationError as error:
            raise forms.ValidationError(
                _("Mật khẩu này quá ngắn hoặc quá dễ đoán. Hãy dùng ít nhất 8 ký tự, ghép vài từ.")
            ) from error
        return password


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Set the first password, sign in, go to the commune's desk."""
    found = invited(token)
    if found is None:
        return render(request, "account/invitation_over.html", status=410)
    account, commune_code = found
    form = FirstPasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        account.set_password(form.cleaned_data["password"])
        account.save(update_fields=["password"])
        # Whoever has the link got it at this address, or from who made the account.
        vouch_for(account)
        # They chose the password just now: their second factor can be set up at once.
        record_authentication(request, account, "password")
        login(request, account)
        UserSession.objects.create_from_request(request)
        return redirect(commune_url(commune_code, "/desk/"))
    context = {"form": form, "account": account}
    status = 422 if form.errors else 200
    return render(request, "account/invitation.html", context, status=status)
