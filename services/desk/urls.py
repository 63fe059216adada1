"""Addresses of the officials' desk, under ``/desk/`` on a commune's site."""

from django.urls import include, path

from services.desk.views import (
    assigning,
    bulk,
    case,
    counter,
    decision,
    guide,
    moves,
    notices,
    saved_views,
    work_list,
)

urlpatterns = [
    path("", work_list.work_list, name="desk-list"),
    path("tim/", work_list.find, name="desk-find"),
    path("huong-dan/", guide.guide, name="desk-guide"),
    path("thong-bao/", notices.notices, name="desk-notices"),
    path(
        "ho-so/<str:code>/thong-bao/<uuid:delivery_id>/gui-lai/",
        notices.send_again,
        name="desk-notice-resend",
    ),
    path("ho-so/<str:code>/", case.case_view, name="desk-case"),
    path("ho-so/<str:code>/so-dinh-danh/", case.show_numbers, name="desk-numbers"),
    path("ho-so/<str:code>/giay-to/<uuid:attachment_id>/", case.paper, name="desk-paper"),
    path("ho-so/<str:code>/van-ban/<uuid:document_id>/", case.document, name="desk-document"),
    path("ho-so/<str:code>/tiep-nhan/", moves.accept, name="desk-accept"),
    path("ho-so/<str:code>/bo-sung/", moves.supplement, name="desk-supplement"),
    path("ho-so/<str:code>/tu-choi/", moves.refuse, name="desk-refuse"),
    path("ho-so/<str:code>/nhan-bo-sung/", moves.answer, name="desk-answer"),
    path("ho-so/<str:code>/nhan-xu-ly/", moves.take, name="desk-take"),
    path("ho-so/<str:code>/tham-dinh/", decision.examine, name="desk-examine"),
    path("ho-so/<str:code>/tra-lai/", moves.send_back_view, name="desk-send-back"),
    path("ho-so/<str:code>/ky-duyet/", decision.approve, name="desk-approve"),
    path("ho-so/<str:code>/khong-chap-thuan/", decision.reject, name="desk-reject"),
    path("ho-so/<str:code>/xem-truoc/", decision.preview, name="desk-preview"),
    path("ho-so/<str:code>/phat-hanh/", moves.release, name="desk-release"),
    path("ho-so/<str:code>/", include("services.desk.move_urls")),
    path("tai-quay/", counter.procedures, name="desk-counter"),
    path("tai-quay/<str:procedure_code>/bat-dau/", counter.start, name="desk-counter-start"),
    path("tai-quay/ban/<uuid:draft_id>/", counter.resume, name="desk-counter-resume"),
    path("tai-quay/ban/<uuid:draft_id>/giay-to/", counter.papers, name="desk-counter-papers"),
    path("tai-quay/ban/<uuid:draft_id>/xem-lai/", counter.review, name="desk-counter-review"),
    path("tai-quay/ban/<uuid:draft_id>/bo/", counter.discard, name="desk-counter-discard"),
    path("tai-quay/ban/<uuid:draft_id>/<str:page_key>/", counter.page, name="desk-counter-page"),
]
