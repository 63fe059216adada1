"""What happens by itself at the hall: reminders of appointments, and the end of the day."""

from __future__ import annotations

import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task

from services.catalogue.registry import current_procedures
from services.reception.appointments import close_past, forget_past
from services.reception.models import Appointment, Window
from services.reception.queue import remove_old
from tenants.calendar.working_time import VIETNAM
from tenants.communes.current import current_commune
from tenants.notices.notices import notify
from tenants.organisation.models import get_letterhead

# Numbers and appointments are looked at for a quarter, to see how long people wait.
KEPT = datetime.timedelta(days=92)


@task()
def remind_of_appointments() -> None:
    """Tell everybody who is to come tomorrow when and where; each once."""
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    due = Appointment.objects.select_for_update().filter(
        state=Appointment.State.BOOKED, starts_at__date=tomorrow, reminded_at=None
    )
    names = {procedure.code: procedure.short_name for procedure in current_procedures()}
    place = get_letterhead()
    for appointment in due:
        _remind(appointment, names.get(appointment.procedure_code, ""), place.address)


def _remind(appointment: Appointment, procedure: str, address: str) -> None:
    at = appointment.starts_at.astimezone(VIETNAM)
    values = {
        "time": f"{at:%H:%M %d/%m/%Y}",
        "procedure": procedure,
        "address": address,
        "code": f"{appointment.code[:4]}-{appointment.code[4:]}",
    }
    notify(
        account_id=appointment.account_id,
        commune_code=current_commune().code,
        subject_id=appointment.pk,
        code=appointment.code,
        kind="appointment",
        title=_("Lịch hẹn ngày mai lúc %(time)s") % values,
        body=_(
            "Anh/chị có hẹn làm thủ tục %(procedure)s lúc %(time)s tại %(address)s. Đến trước giờ "
            "hẹn ít phút, đưa mã hẹn %(code)s vào máy lấy số. Không đến được thì hủy lịch để "
            "người khác dùng giờ đó."
        )
        % values,
        path=f"/dat-lich/hen/{appointment.pk}/",
    )
    appointment.reminded_at = timezone.now()
    appointment.save(update_fields=["reminded_at"])


@task()
def end_the_day() -> None:
    """Free the windows, mark who did not come yesterday, remove what is a quarter old."""
    today = timezone.localdate()
    Window.objects.exclude(official_id=None).update(official_id=None)
    close_past(datetime.datetime.combine(today, datetime.time.min, VIETNAM))
    remove_old(today - KEPT)
    forget_past(timezone.now() - KEPT)
