"""Pages of signing in by an identity provider, on the central site only."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.account.utils import get_next_redirect_url, perform_login
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount, SocialApp
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenants.accounts.identity.assurance import level_of_sign_in, note_sign_in
from tenants.accounts.identity.claims import VerifiedPerson, read_person
from tenants.accounts.identity.forms import NewcomerForm, PasswordAgainForm
from tenants.accounts.identity.linking import (
    connect_account,
    create_account_of,
    find_account,
    is_number_typed,
)
from tenants.accounts.identity.pending import (
    Pending,
    find_pending,
    forget_pending,
    keep_pending,
)
from tenants.accounts.identity.problems import (
    PENDING_OVER,
    SIGNED_IN_MEANWHILE,
    IdentityProblem,
)
from tenants.accounts.identity.protocol import IdentityProvider, way_back, way_there
from tenants.accounts.links import sign_in_url
from tenants.accounts.models import Account
from tenants.kit.national_id import mask_national_id


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_POST
def start(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Send somebody to a provider.

    The page that comes leads there by itself: a redirect in answer to a form would have to be
    allowed in `form-action` for every address that the provider then redirects to.
    """
    provider = _provider(request, provider_id)
    next_url = get_next_redirect_url(request) or ""
    account = _signed_in(request)
    if account is not None and not account.national_id_verified_at:
        form = PasswordAgainForm(request, account, request.POST)
        if not form.is_valid():
            return _my_identity(request, account, next_url, form, status=422)
    key = str(account.pk) if account else ""
    try:
        there = way_there(request, provider, next_url=next_url, account=key)
    except IdentityProblem as error:
        return _problem(request, provider, error, next_url)
    return render(request, "socialaccount/on_the_way.html", {"provider": provider, "there": there})


@login_not_required
@never_cache
@require_safe
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Somebody comes back from a provider."""
    provider = _provider(request, provider_id)
    next_url = ""
    try:
        answer = way_back(request, provider)
        next_url = _safe(answer.state.get("next"))
        person = read_person(provider_id, answer.claims, settings=provider.app.settings)
        account = _signed_in(request)
        if account is None and answer.state["data"]["account"]:
            raise IdentityProblem(SIGNED_IN_MEANWHILE)
        if account is not None:
            if str(account.pk) != answer.state["data"]["account"]:
                raise IdentityProblem(SIGNED_IN_MEANWHILE)
            return _connect(request, provider, account, Pending(person, next_url))
        found = find_account(person=person)
    except IdentityProblem as error:
        return _problem(request, provider, error, next_url)
    if found is not None:
        return _sign_in(request, found, person, next_url)
    keep_pending(request, Pending(person, next_url))
    return redirect("account_identity_first_time")


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def first_time(request: HttpRequest) -> HttpResponse:
    """A verified person without an account: make one, or link one that they have."""
    pending = find_pending(request)
    if pending is None:
        return _problem(request, None, IdentityProblem(PENDING_OVER), "")
    provider = _provider(request, pending.person.provider)
    account = _signed_in(request)
    if account is not None and request.method == "POST":
        try:
            return _connect(request, provider, account, pending)
        except IdentityProblem as error:
            return _problem(request, provider, error, pending.next_url)
    form = NewcomerForm(request.POST if request.method == "POST" else None)
    if account is None and form.is_valid():
        return _create(request, provider, pending, form)
    context = {
        "provider": provider,
        "person": pending.person,
        "number": mask_national_id(pending.person.national_id),
        "is_number_typed": account is None and is_number_typed(pending.person),
        "account": account,
        "form": form,
        "sign_in_url": sign_in_url(request),
    }
    status = 422 if form.errors else 200
    return render(request, "socialaccount/first_time.html", context, status=status)


@login_not_required
@never_cache
@require_safe
def my_identity(request: HttpRequest) -> HttpResponse:
    """What is proven of the person who is signed in, and by which providers it can be."""
    account = _signed_in(request)
    if account is None:
        return redirect(sign_in_url(request))
    form = PasswordAgainForm(request, account)
    return _my_identity(request, account, get_next_redirect_url(request) or "", form)


def _my_identity(
    request: HttpRequest,
    account: Account,
    next_url: str,
    form: PasswordAgainForm,
    status: int = 200,
) -> HttpResponse:
    linked = set(SocialAccount.objects.filter(user=account).values_list("provider", flat=True))
    context = {
        "account": account,
        "number": mask_national_id(str(account.national_id or "")),
        "level": level_of_sign_in(request),
        "providers": [
            {"key": one.sub_id, "name": one.name, "is_linked": one.sub_id in linked}
            for one in get_adapter(request).list_providers(request)
        ],
        "form": form,
        "next": next_url,
    }
    return render(request, "socialaccount/my_identity.html", context, status=status)


def _connect(
    request: HttpRequest, provider: IdentityProvider, account: Account, pending: Pending
) -> HttpResponse:
    connect_account(account=account, person=pending.person)
    forget_pending(request)
    note_sign_in(request, account, pending.person)
    messages.success(request, _("Đã xác thực số định danh bằng %(name)s.") % {"name": provider})
    return redirect(_safe(pending.next_url) or reverse("account_identity"))


def _create(
    request: HttpRequest, provider: IdentityProvider, pending: Pending, form: NewcomerForm
) -> HttpResponse:
    try:
        account = create_account_of(person=pending.person)
    except IdentityProblem as error:
        return _problem(request, provider, error, pending.next_url)
    forget_pending(request)
    return _sign_in(request, account, pending.person, pending.next_url)


def _sign_in(
    request: HttpRequest, account: Account, person: VerifiedPerson, next_url: str
) -> HttpResponse:
    """Sign in as after a password: whatever else the account asks for comes next."""
    note_sign_in(request, account, person)
    response: HttpResponse = perform_login(
        request,
        account,
        email_verification="none",
        redirect_url=_safe(next_url) or settings.LOGIN_REDIRECT_URL,
    )
    return response


def _problem(
    request: HttpRequest, provider: IdentityProvider | None, error: IdentityProblem, next_url: str
) -> HttpResponse:
    """Say what went wrong and what to do."""
    problem = error.problem
    name = {"name": provider.name if provider else _("dịch vụ định danh")}
    title = str(problem.title) % name
    context = {
        "title": title[:1].upper() + title[1:],
        "advice": str(problem.advice) % name,
        "provider": provider if problem.again else None,
        "next": next_url,
    }
    return render(request, "socialaccount/problem.html", context, status=problem.status)


def _provider(request: HttpRequest, provider_id: str) -> IdentityProvider:
    try:
        return cast(IdentityProvider, get_adapter(request).get_provider(request, provider_id))
    except SocialApp.DoesNotExist:
        raise Http404 from None


def _signed_in(request: HttpRequest) -> Account | None:
    return request.user if request.user.is_authenticated else None


def _safe(url: Any) -> str:
    return str(url) if url and get_account_adapter().is_safe_url(url) else ""
