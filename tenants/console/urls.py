"""The operating team's pages, under ``/operator/`` on the central site."""

from django.urls import path

from tenants.console.views.commune import commune, resume, suspend
from tenants.console.views.communes import communes
from tenants.console.views.failed_jobs import failed, retry
from tenants.console.views.fleet import fleet, log
from tenants.console.views.onboarding import batch, batch_now, create, onboarding, retry_batch
from tenants.console.views.support import ask_support

urlpatterns = [
    path("", communes, name="operator-communes"),
    path("he-thong/", fleet, name="operator-fleet"),
    path("nhat-ky/", log, name="operator-log"),
    path("xa/<str:code>/", commune, name="operator-commune"),
    path("xa/<str:code>/tam-ngung/", suspend, name="operator-suspend"),
    path("xa/<str:code>/mo-lai/", resume, name="operator-resume"),
    path("xa/<str:code>/ho-tro/", ask_support, name="operator-support"),
    path("dua-vao/", onboarding, name="operator-onboarding"),
    path("dua-vao/tao/", create, name="operator-create-batch"),
    path("dua-vao/<uuid:batch_id>/", batch, name="operator-batch"),
    path("dua-vao/<uuid:batch_id>/tien-do/", batch_now, name="operator-batch-now"),
    path("dua-vao/<uuid:batch_id>/thu-lai/", retry_batch, name="operator-retry-batch"),
    path("viec-loi/", failed, name="operator-failed-jobs"),
    path("viec-loi/chay-lai/", retry, name="operator-retry-jobs"),
]
