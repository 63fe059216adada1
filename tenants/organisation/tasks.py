"""Messages that the organisation sends."""

from __future__ import annotations

from django.core.mail import send_mail
from django.utils.translation import gettext as _
from django_tasks import task

from tenants.communes.current import current_commune
from tenants.kit.sms import send_sms
from tenants.organisation.invitations import invitation_link, invitations


@task()
def send_invitation(invitation_id: str) -> None:
    """Send the link of an invitation to its contact; nothing when it was taken back meanwhile."""
    invitation = invitations().filter(pk=invitation_id).first()
    if invitation is None:
        return
    place, link = current_commune().name, invitation_link(invitation)
    if "@" not in invitation.contact:
        text = _("%(place)s mời anh/chị làm việc trên hệ thống Xã Số. Mở trong 14 ngày: %(link)s")
        send_sms(invitation.contact, text % {"place": place, "link": link})
        return
    send_mail(
        _("%(place)s mời anh/chị làm việc trên hệ thống Xã Số") % {"place": place},
        _(
            "Kính gửi %(name)s,\n\n"
            "%(place)s mời anh/chị làm việc trên hệ thống Xã Số với chức vụ %(title)s.\n\n"
            "Hãy mở liên kết dưới đây trong 14 ngày, đăng nhập hoặc đăng ký bằng chính địa chỉ thư"
            " này, rồi bấm nhận việc. Liên kết chỉ dùng được một lần:\n\n%(link)s\n\n"
            "Nếu anh/chị không làm việc ở đây thì bỏ qua thư này.\n"
        )
        % {"name": invitation.name, "place": place, "title": invitation.title, "link": link},
        None,
        [invitation.contact],
    )
