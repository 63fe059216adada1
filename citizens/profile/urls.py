"""A person's own data, on the central site."""

from django.urls import path

from citizens.profile.views import closing, consent, correction, download, notices, overview

urlpatterns = [
    path("", overview.overview, name="profile"),
    path("sua/", correction.correct, name="profile-correct"),
    path("dong-y/", consent.consents, name="profile-consent"),
    path("thong-bao/", notices.notices, name="profile-notices"),
    path("thong-bao/cach-nhan/", notices.ways, name="profile-notice-ways"),
    path("tai-ve/", download.page, name="profile-download"),
    path("tai-ve/du-lieu.json", download.as_json, name="profile-json"),
    path("tai-ve/du-lieu.pdf", download.as_pdf, name="profile-pdf"),
    path("dong/", closing.closing, name="profile-closing"),
    path("dong/thoi/", closing.undo, name="profile-closing-undo"),
]
