"""Printed papers at the desk: those of a case, its control slip, and the case register."""

from django.urls import path

from services.desk.views import register_book, slips

urlpatterns = [
    path("ho-so/<str:code>/van-ban/", slips.slips, name="desk-slips"),
    path(
        "ho-so/<str:code>/van-ban/<uuid:document_id>/trang/",
        slips.document_page,
        name="desk-document-page",
    ),
    path(
        "ho-so/<str:code>/van-ban/<uuid:document_id>/in-lai/",
        slips.print_again,
        name="desk-print-again",
    ),
    path("ho-so/<str:code>/kiem-soat/", slips.control_slip, name="desk-control-slip"),
    path("ho-so/<str:code>/kiem-soat/in/", slips.print_control_slip, name="desk-control-print"),
    path("so-theo-doi/", register_book.register, name="desk-register"),
    path("so-theo-doi/in/", register_book.make, name="desk-register-print"),
    path("so-theo-doi/ca-bo/", register_book.whole_book, name="desk-register-whole"),
    path("so-theo-doi/tai-ve/<str:format>/", register_book.save, name="desk-register-save"),
    path("so-theo-doi/<uuid:document_id>/", register_book.book, name="desk-register-book"),
]
