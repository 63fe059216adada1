"""Checking a document from the central site, under /kiem-tra/."""

from django.urls import path

from documents.registers import views

urlpatterns = [
    path("", views.verify_central, name="verify"),
    path("<str:code>/", views.verify_central, name="verify-code"),
]
