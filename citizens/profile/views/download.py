"""Everything about oneself as a file."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from citizens.portal.views.common import account_of, personal_page
from citizens.profile.holdings import EXPLANATIONS, holdings_of
from citizens.profile.report import report_pdf
from citizens.profile.views.overview import PLACE
from documents.rendering.pdf import RenderingFailed
from tenants.accounts.second_factor.confirming import confirmed_for
from tenants.accounts.tries import take
from tenants.kit.export import attachment_response, json_response

# Enough to try both kinds and again; a copied session cannot keep the machine busy.
DOWNLOADS, PER_SECONDS = 10, 60 * 60
_SCOPE = "profile.download"


@require_safe
@confirmed_for("profile-download")
def page(request: HttpRequest) -> HttpResponse:
    """What the two files hold, and a button for each."""
    return personal_page(request, "citizens/profile/download.html", {"place": PLACE})


@require_POST
@confirmed_for("profile-download")
def as_json(request: HttpRequest) -> HttpResponseBase:
    """The data for machines, with an explanation of every key."""
    if not _may_download(request):
        return redirect("profile-download")
    explained = {key: str(text) for key, text in EXPLANATIONS.items()}
    document = holdings_of(account_of(request)) | {"explanations": explained}
    return json_response(document, name="du-lieu-cua-toi.json")


@require_POST
@confirmed_for("profile-download")
def as_pdf(request: HttpRequest) -> HttpResponseBase:
    """The data for people."""
    if not _may_download(request):
        return redirect("profile-download")
    try:
        content = report_pdf(holdings_of(account_of(request)))
    except RenderingFailed:
        messages.warning(
            request, _("Chưa tạo được tệp PDF. Anh/chị thử lại sau ít phút, hoặc lấy tệp JSON.")
        )
        return redirect("profile-download")
    return attachment_response(content, name="du-lieu-cua-toi.pdf", content_type="application/pdf")


def _may_download(request: HttpRequest) -> bool:
    if take(_SCOPE, str(account_of(request).pk), DOWNLOADS, PER_SECONDS):
        return True
    messages.warning(request, _("Anh/chị đã tải nhiều lần rồi. Xin thử lại sau một giờ."))
    return False
