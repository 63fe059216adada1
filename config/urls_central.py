"""The central site: find a commune, one's own cases, sign-in, the operator's pages."""

from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from config.health import healthz, readyz

handler400 = "config.errors.bad_request"

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("ngon-ngu/", require_POST(login_not_required(set_language)), name="set_language"),
    path("tai-khoan/", include("tenants.accounts.urls")),
    path("tai-khoan-cua-toi/", include("citizens.profile.urls")),
    path("kiem-tra/", include("documents.registers.urls_central")),
    path("operator/", include("tenants.console.urls")),
    path("", include("citizens.portal.urls_central")),
]
