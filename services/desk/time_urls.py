"""Addresses of extensions, under a case, and of the commune's working calendar."""

from django.urls import path

from services.desk.views import calendar, extension

urlpatterns = [
    path("ho-so/<str:code>/de-nghi-gia-han/", extension.propose, name="desk-propose-extension"),
    path("ho-so/<str:code>/gia-han/", extension.sign, name="desk-extend"),
    path("lich-lam-viec/", calendar.year, name="desk-calendar"),
    path("lich-lam-viec/khai-ngay/", calendar.declare, name="desk-calendar-declare"),
    path("lich-lam-viec/bo-ngay/", calendar.remove, name="desk-calendar-remove"),
    path("lich-lam-viec/gio/", calendar.hours, name="desk-calendar-hours"),
    path("lich-lam-viec/bo-gio/", calendar.drop_hours, name="desk-calendar-drop-hours"),
]
