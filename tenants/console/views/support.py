"""An operator asks to look at a commune's cases."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from tenants.accounts.models import Account
from tenants.communes.current import CommuneNotOnboarded
from tenants.communes.hosts import commune_url
from tenants.console.access import operator_view
from tenants.console.forms import SupportForm
from tenants.console.views.commune import commune_page, get_commune
from tenants.fleet.support import SupportRefused, open_support


@operator_view
@require_POST
def ask_support(request: HttpRequest, operator: Account, code: str) -> HttpResponse:
    """Open an access with its reason, and go to where it is used."""
    commune, form = get_commune(code), SupportForm(request.POST)
    if form.is_valid():
        try:
            access = open_support(code=code, operator=operator, **form.cleaned_data)
        except CommuneNotOnboarded as error:
            raise Http404 from error
        except SupportRefused as error:
            form.add_error("reason", str(error))
        else:
            path = reverse("support-desk", args=[access.pk], urlconf="config.urls_commune")
            return redirect(commune_url(code, path))
    response = commune_page(request, commune, support_form=form)
    response.status_code = 422
    return response
