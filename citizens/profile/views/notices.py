"""What a person was told in all communes, and how they wish to be told."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from citizens.portal.views.common import account_of, personal_page
from citizens.profile.holdings import email_verified
from citizens.profile.views.overview import PLACE
from tenants.accounts.consent import SMS, consented, consents_of, current_wording
from tenants.communes.hosts import commune_url
from tenants.communes.official_list import official_commune
from tenants.notices.notices import (
    mark_read,
    notices_of_citizen,
    set_takes_letters,
    takes_letters,
)

PAGE = 30
MOST_PAGES = 1000


@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """The newest notices first; they count as read once they were shown."""
    number = _page_number(request)
    first = (number - 1) * PAGE
    # One more than is shown tells whether there is a next page, without counting them all.
    found = list(notices_of_citizen(account_of(request).pk)[first : first + PAGE + 1])
    told = found[:PAGE]
    context = {
        "notices": [
            {
                "notice": one,
                **one.content,
                "new": one.read_at is None,
                "commune": official_commune(one.commune_code),
                "url": commune_url(one.commune_code, one.path),
            }
            for one in told
        ],
        "earlier": number + 1 if len(found) > PAGE else None,
        "later": number - 1 if number > 1 else None,
        "place": PLACE,
    }
    page = personal_page(request, "citizens/profile/notices.html", context)
    if request.method == "GET" and "prefetch" not in request.headers.get("Sec-Purpose", ""):
        mark_read(told)
    return page


@require_http_methods(["GET", "HEAD", "POST"])
def ways(request: HttpRequest) -> HttpResponse:
    """By which ways the person is told, and the one button that is theirs to press for each."""
    account = account_of(request)
    if request.method == "POST":
        wished = request.POST.get("email") == "1"
        set_takes_letters(account_id=account.pk, email=wished)
        messages.success(request, _("Đã ghi cách nhận thông báo của anh/chị."))
        return redirect("profile-notice-ways")
    context = {
        "account": account,
        "email_verified": email_verified(account),
        "takes_letters": takes_letters(account.pk),
        "consent": consented(consents_of(account.pk), SMS),
        "wording": current_wording(SMS),
        "place": PLACE,
    }
    return personal_page(request, "citizens/profile/notice_ways.html", context)


def _page_number(request: HttpRequest) -> int:
    given = request.GET.get("trang", "")
    known = given.isascii() and given.isdigit() and len(given) < 5
    return min(max(int(given), 1), MOST_PAGES) if known else 1
