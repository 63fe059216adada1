"""A commune's own site: its procedures, filing, cases, and the officials' desk."""

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
    path("kiem-tra/", include("documents.registers.urls")),
    path("mau-in/", include("documents.rendering.urls")),
    path("desk/mo-ban/", include("tenants.organisation.urls")),
    path("desk/ho-tro/", include("tenants.console.urls_commune")),
    path("desk/to-chuc/", include("tenants.organisation.page_urls")),
    path("desk/", include("services.feedback.desk_urls")),
    path("desk/", include("services.desk.slip_urls")),
    path("desk/", include("services.desk.fee_urls")),
    path("desk/", include("services.reception.desk_urls")),
    path("desk/", include("services.desk.urls")),
    path("thanh-toan/", include("services.payments.urls")),
    path("", include("services.reception.urls")),
    path("", include("citizens.portal.urls_commune")),
]
