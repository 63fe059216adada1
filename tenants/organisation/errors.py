"""What can stand in the way of changing a commune's organisation, worded for who reads it."""

from __future__ import annotations

from django.utils.translation import gettext as _


class OrganisationError(Exception):
    """Something that was asked of the organisation cannot be done; the text says what to do."""


class OwnRights(OrganisationError):
    """Nobody changes their own rights or ends their own work."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Không ai tự đổi quyền hay tự cho mình nghỉ việc."
                " Hãy nhờ một người quản trị khác của đơn vị làm việc này."
            )
        )


class LastAdministrator(OrganisationError):
    """The commune would be left without an administrator."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Đây là người quản trị duy nhất đang làm việc."
                " Hãy giao vai trò quản trị cho một người khác trước."
            )
        )


class NotAdministrator(OrganisationError):
    """Who asks is no administrator any more."""

    def __init__(self) -> None:
        super().__init__(_("Anh/chị không còn là người quản trị của đơn vị."))


class SignsWithoutLeading(OrganisationError):
    """Only a leader signs results."""

    def __init__(self) -> None:
        super().__init__(_("Chỉ người có vai trò lãnh đạo mới được giao quyền ký."))


class NotYet(OrganisationError):
    """The last day of work lies in the future."""

    def __init__(self) -> None:
        super().__init__(
            _("Quyền chấm dứt ngay khi bấm, nên ngày nghỉ là hôm nay hoặc một ngày đã qua.")
        )


class AlreadyThere(OrganisationError):
    """The name of the department is taken."""

    def __init__(self, name: str) -> None:
        super().__init__(_("Đã có phòng tên “%(name)s”. Hãy chọn tên khác.") % {"name": name})


class DepartmentInUse(OrganisationError):
    """People or invitations belong to the department."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _(
                "Phòng “%(name)s” còn người hoặc còn lời mời chưa nhận."
                " Hãy chuyển họ sang phòng khác rồi bỏ phòng này."
            )
            % {"name": name}
        )


class AlreadyOfficial(OrganisationError):
    """The person works here already."""

    def __init__(self) -> None:
        super().__init__(_("Người này đang là cán bộ của đơn vị, không cần mời nữa."))


class AlreadyInvited(OrganisationError):
    """There is an open invitation to the same contact."""

    def __init__(self) -> None:
        super().__init__(
            _("Đã có lời mời chưa nhận gửi tới địa chỉ này. Hãy gửi lại hoặc rút lời mời đó.")
        )


class MayNotGive(OrganisationError):
    """The giver does not have what is to be given, or it is not of the kind that is given."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
