"""Addresses of the pages of a case's papers, under ``/desk/ho-so/<code>/``."""

from django.urls import path

from services.desk.views import papers

urlpatterns = [
    path(
        "giay-to/<uuid:attachment_id>/trang/<int:page>/<str:size>/",
        papers.page_picture,
        name="desk-page-picture",
    ),
    path("giay-to/<uuid:attachment_id>/ghi-chu/", papers.write_note, name="desk-page-note"),
    path("ghi-chu/<uuid:note_id>/go/", papers.remove_note, name="desk-page-note-remove"),
]
