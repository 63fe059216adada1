"""Ways of looking at the work list that an official keeps under a name."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils.translation import gettext as _

from services.cases.errors import CaseError
from services.cases.list_filters import Filters, filters_of
from services.cases.models import SavedView
from tenants.kit.rows import read_rows
from tenants.organisation.models import Official

# More would not be found again, and each is counted on every page of the desk.
MOST = 12
NAME_LENGTH, ADDRESS_LENGTH = 60, 400


class ViewNotKept(CaseError):
    """The name is missing or taken, or there is no room; the text says which."""


def views_of(official: Official) -> list[SavedView]:
    """What the official keeps, by name."""
    return read_rows(
        SavedView, "WHERE a.official_id = %s ORDER BY a.name LIMIT %s", [official.pk, MOST]
    )


def get_view(official: Official, view_id: UUID) -> SavedView:
    """One of the official's own views, else 404."""
    view = SavedView.objects.filter(pk=view_id, official_id=official.pk).first()
    if view is None:
        raise Http404
    return view


@transaction.atomic
def save_view(*, official: Official, name: str, filters: Filters) -> SavedView:
    """Keep the present filters under a name, without whom was looked for and the page."""
    name, address = _checked(name), kept_address(filters)[:ADDRESS_LENGTH]
    if not address:
        raise ViewNotKept(_("Chọn điều kiện lọc trước, rồi lưu cách xem đó."))
    # Two presses at once must not make one too many.
    kept = list(SavedView.objects.select_for_update().filter(official_id=official.pk))
    if len(kept) >= MOST:
        raise ViewNotKept(
            _("Anh/chị đã lưu %(most)d cách xem. Hãy xóa bớt một cách xem không còn dùng.")
            % {"most": MOST}
        )
    return _named(SavedView(official_id=official.pk, query=address), name)


@transaction.atomic
def rename_view(*, official: Official, view_id: UUID, name: str) -> SavedView:
    """Give one of the official's views another name."""
    return _named(get_view(official, view_id), _checked(name))


@transaction.atomic
def delete_view(*, official: Official, view_id: UUID) -> SavedView:
    """Keep a view no longer; the cases in it stay as they are."""
    view = get_view(official, view_id)
    SavedView.objects.filter(pk=view.pk).delete()
    return view


def open_view(saved: list[SavedView], filters: Filters) -> SavedView | None:
    """Which of the kept views is the one that is open, if any."""
    present = "" if filters.searched else kept_address(filters)
    # Read and written again, so that an address of an older release is known too.
    return next((one for one in saved if filters_of(one.query).address() == present), None)


def kept_address(filters: Filters) -> str:
    """What of the filters is kept: a name may not lie about in clear, nor a number's index."""
    return filters.address(query="", person="", phone="", page=1)


def _checked(name: str) -> str:
    name = " ".join(name.replace("\0", "").split())
    if not name:
        raise ViewNotKept(_("Đặt tên cho cách xem này, ví dụ “Hộ tịch hôm nay”."))
    if len(name) > NAME_LENGTH:
        raise ViewNotKept(_("Tên dài quá %(most)d chữ. Hãy rút ngắn.") % {"most": NAME_LENGTH})
    return name


def _named(view: SavedView, name: str) -> SavedView:
    view.name = name
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError:
        raise ViewNotKept(
            _("Anh/chị đã có cách xem “%(name)s”. Hãy đặt tên khác.") % {"name": name}
        ) from None
    return view
