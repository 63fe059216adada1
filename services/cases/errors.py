"""What can stand in the way of a case, worded for the person who reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from services.cases.models import Case
    from services.catalogue.forms.checks import Problem
    from tenants.history.models import Event


class CaseError(Exception):
    """Something that was asked of a case cannot be done; the text says why and what to do."""


class MoveNotAllowed(CaseError):
    """The case is in a state from which the asked move does not exist."""

    def __init__(self, case: Case) -> None:
        super().__init__(
            _("Hồ sơ %(code)s đang ở trạng thái “%(state)s” nên không làm được việc này.")
            % {"code": case.code, "state": case.state.label}
        )


class CaseChanged(CaseError):
    """Somebody else acted on the case since the page was opened."""

    def __init__(self, case: Case, event: Event | None) -> None:
        if event is None:
            text = _("Hồ sơ %(code)s đã thay đổi từ lúc anh/chị mở trang.") % {"code": case.code}
        else:
            from services.cases.story import tell

            line = tell([event])[0]
            text = _(
                "Hồ sơ %(code)s đã thay đổi từ lúc anh/chị mở trang:"
                " lúc %(time)s, %(who)s %(what)s."
            ) % {
                "who": line.who,
                "code": case.code,
                "time": f"{line.at:%H:%M %d/%m/%Y}",
                "what": line.text,
            }
        super().__init__(
            text + " " + _("Xem lại hồ sơ rồi làm tiếp nếu còn cần; chưa có gì bị ghi đè.")
        )


class AlreadyDecided(CaseError):
    """The result has its number; nothing about its contents can be asked any more."""

    def __init__(self, case: Case) -> None:
        super().__init__(
            _("Hồ sơ %(code)s đã có quyết định nên không yêu cầu bổ sung được nữa.")
            % {"code": case.code}
        )


class AskedAlready(CaseError):
    """A supplement may be asked for once, and it was."""

    def __init__(self, case: Case) -> None:
        super().__init__(
            _(
                "Hồ sơ %(code)s đã được yêu cầu bổ sung một lần, theo quy định không yêu cầu thêm. "
                "Hãy giải quyết theo giấy tờ đang có."
            )
            % {"code": case.code}
        )


class NotYourStep(CaseError):
    """The official's roles do not include the current step."""

    def __init__(self, case: Case) -> None:
        super().__init__(
            _("Hồ sơ %(code)s đang ở bước “%(step)s”, không thuộc việc của anh/chị.")
            % {"code": case.code, "step": case.step_name}
        )


class CaseIncomplete(CaseError):
    """Answers or papers are missing or wrong; ``problems`` lists each with its page."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__(
            _("Còn %(count)d chỗ cần điền hoặc sửa trước khi nộp.") % {"count": len(problems)}
        )


class DeclarationMissing(CaseError):
    """The declaration was not ticked."""

    def __init__(self) -> None:
        super().__init__(_("Anh/chị đánh dấu vào lời cam đoan rồi mới nộp được hồ sơ."))


class IdentityNotAssured(CaseError):
    """The procedure demands that an identity provider vouches for who files, and none did so."""

    def __init__(self, level: int) -> None:
        self.level = level
        super().__init__(
            _(
                "Thủ tục này cần đăng nhập bằng tài khoản định danh mức %(level)d trở lên. "
                "Những gì đã điền vẫn được giữ."
            )
            % {"level": level}
        )


class ReasonMissing(CaseError):
    """A refusal, rejection or request came without its reason."""

    def __init__(self) -> None:
        super().__init__(_("Ghi rõ lý do để người nộp biết và làm theo."))


class FindingsMissing(CaseError):
    """The specialist's entries of the result are not complete."""

    def __init__(self) -> None:
        super().__init__(_("Điền đủ dự thảo kết quả trước khi chuyển bước."))


class ResultNotReady(CaseError):
    """The result's PDF is still being made."""

    def __init__(self, case: Case) -> None:
        super().__init__(
            _("Kết quả hồ sơ %(code)s đang được tạo, xin quay lại sau ít phút.")
            % {"code": case.code}
        )


class MayNotSign(CaseError):
    """The official is not one who may sign."""

    def __init__(self) -> None:
        super().__init__(_("Chỉ người có thẩm quyền ký mới quyết định được hồ sơ."))
