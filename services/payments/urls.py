"""Addresses that gateways call, under ``/thanh-toan/`` on a commune's site."""

from django.urls import path

from services.payments import views

urlpatterns = [path("vnpay/ipn/", views.vnpay_notice, name="vnpay-notice")]
