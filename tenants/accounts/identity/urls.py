"""Signing in by an identity provider. The names of the way there and back are allauth's."""

from django.urls import path

from tenants.accounts.identity import views

urlpatterns = [
    path("", views.my_identity, name="account_identity"),
    path("lan-dau/", views.first_time, name="account_identity_first_time"),
    path("<slug:provider_id>/di/", views.start, name="openid_connect_login"),
    path("<slug:provider_id>/ve/", views.callback, name="openid_connect_callback"),
]
