"""Who is told what about a petition: whoever has to answer it, and whoever sent it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from services.feedback.models import Petition
from tenants.communes.current import current_commune
from tenants.notices.notices import notify
from tenants.organisation.models import Official


def tell_official(petition: Petition, to: Official) -> None:
    """Tell an official that a petition was given to them."""
    notify(
        account_id=to.account_id,
        commune_code=current_commune().code,
        subject_id=petition.pk,
        code=petition.code,
        kind="petition_assigned",
        title=_("%(code)s được giao cho anh/chị trả lời") % {"code": petition.code},
        body=_("Trả lời trước %(due)s.") % {"due": f"{petition.due_at:%H:%M %d/%m/%Y}"},
        path=f"/desk/phan-anh/{petition.code}/",
        audience="official",
    )


def tell_asker(petition: Petition) -> None:
    """Tell whoever sent a petition that it was answered; the answer itself is on its page."""
    content = petition.content
    notify(
        account_id=petition.account_id,
        commune_code=current_commune().code,
        subject_id=petition.pk,
        code=petition.code,
        kind="petition_answered",
        title=_("%(code)s đã được trả lời") % {"code": petition.code},
        body=_("Anh/chị xem câu trả lời, và cho biết có hài lòng không, trên trang của xã."),
        path=f"/phan-anh/{petition.code}/",
        email=content.get("email", ""),
        phone=content.get("phone", ""),
        mandatory=True,
    )
