"""Opening a commune's desk, under `/desk/mo-ban/`."""

from django.urls import path

from tenants.organisation import views

urlpatterns = [
    path("", views.desk_open_view, name="desk-open"),
    path("dong/", views.desk_close_view, name="desk-close"),
]
