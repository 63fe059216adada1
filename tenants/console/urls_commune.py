"""Operators who look on at a commune's desk, under `/desk/ho-tro/` on its site."""

from django.urls import path

from tenants.console.views.support_desk import support_desk, support_end

urlpatterns = [
    path("<uuid:support_id>/", support_desk, name="support-desk"),
    path("<uuid:support_id>/ket-thuc/", support_end, name="support-end"),
]
