"""The citizens' pages of a commune's site."""

from django.urls import path

from citizens.portal.views import (
    case,
    case_data,
    data,
    feedback,
    filing,
    home,
    papers,
    paying,
    procedures,
    tracking,
    withdrawing,
)

urlpatterns = [
    path("", home.commune, name="home"),
    path("thu-tuc/", procedures.listing, name="procedures"),
    path("thu-tuc/<str:procedure_code>/", procedures.start_page, name="procedure"),
    path("thu-tuc/<str:procedure_code>/bat-dau/", procedures.begin, name="draft-start"),
    path("nop/<uuid:draft_id>/", filing.tasks, name="draft"),
    path("nop/<uuid:draft_id>/giay-to/", papers.papers, name="draft-papers"),
    path(
        "nop/<uuid:draft_id>/giay-to/<uuid:attachment_id>/",
        papers.given_paper,
        name="draft-paper",
    ),
    path("nop/<uuid:draft_id>/xem-lai/", filing.review, name="draft-review"),
    path("nop/<uuid:draft_id>/xoa/", filing.discard, name="draft-discard"),
    path("nop/<uuid:draft_id>/<str:page_key>/", filing.page, name="draft-page"),
    path("ho-so/<str:code>/", case.case_view, name="my-case"),
    path("ho-so/<str:code>/bo-sung/", case.supplement, name="my-case-supplement"),
    path("ho-so/<str:code>/rut/", withdrawing.withdraw, name="my-case-withdraw"),
    path("ho-so/<str:code>/nop-phi/", paying.pay, name="my-case-pay"),
    path("ho-so/<str:code>/nop-phi/<slug:gateway>/", paying.begin, name="my-case-pay-by"),
    path("ho-so/<str:code>/nop-phi/<slug:gateway>/ve/", paying.back, name="my-case-paid"),
    path("ho-so/<str:code>/ket-qua/", case.result, name="my-case-result"),
    path("ho-so/<str:code>/du-lieu.json", case_data.case_data, name="my-case-data"),
    path("ho-so/<str:code>/van-ban/<uuid:document_id>/", case.document, name="my-case-document"),
    path("ho-so/<str:code>/giay-to/<uuid:attachment_id>/", case.paper, name="my-case-paper"),
    path("ho-so/<str:code>/danh-gia/", feedback.rate, name="my-case-rate"),
    path("phan-anh/", feedback.petitions, name="petitions"),
    path("phan-anh/<str:code>/", feedback.petition, name="petition"),
    path("phan-anh/<str:code>/danh-gia/", feedback.judge, name="petition-judge"),
    path("tra-cuu/", tracking.track_here, name="track"),
    path("du-lieu/ngay.json", data.date_words, name="date-words"),
    path("du-lieu/xa.json", data.communes, name="commune-data"),
]
