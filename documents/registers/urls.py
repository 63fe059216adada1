"""Checking a document on a commune's site, under /kiem-tra/."""

from django.urls import path

from documents.registers import views

urlpatterns = [
    path("", views.verify_form, name="verify"),
    path("<str:code>/", views.verify_code, name="verify-code"),
]
