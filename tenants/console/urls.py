"""The operating team's pages, under ``/operator/`` on the central site."""

from django.urls import path

from tenants.console.views.communes import communes

urlpatterns = [path("", communes, name="operator-communes")]
