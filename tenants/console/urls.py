"""The operating team's pages, under ``/operator/`` on the central site."""

from django.urls import path

from tenants.console.views.commune import commune, resume, suspend
from tenants.console.views.communes import communes
from tenants.console.views.failed_jobs import failed, retry

urlpatterns = [
    path("", communes, name="operator-communes"),
    path("xa/<str:code>/", commune, name="operator-commune"),
    path("xa/<str:code>/tam-ngung/", suspend, name="operator-suspend"),
    path("xa/<str:code>/mo-lai/", resume, name="operator-resume"),
    path("viec-loi/", failed, name="operator-failed-jobs"),
    path("viec-loi/chay-lai/", retry, name="operator-retry-jobs"),
]
