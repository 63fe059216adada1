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


class DecisionMade(CaseError):
    """The result is decided: nothing stands in the way of it any more."""

    def __init__(self, case: Case) -> None:
        super().__init__(
            _(
                "Hồ sơ %(code)s đã có quyết định nên không rút, không dừng được nữa; "
                "kết quả sẽ được trả như đã hẹn."
            )
            % {"code": case.code}
        )


class SupplementClosed(CaseError):
    """Something is added to a case that does not wait for it, or not any more."""

    def __init__(self, case: Case) -> None:
        if case.is_open:
            text = _(
                "Hồ sơ %(code)s đang ở trạng thái “%(state)s”, không còn chờ bổ sung nên "
                "không nhận thêm giấy tờ."
            )
        else:
            text = _(
                "Hồ sơ %(code)s đã kết thúc (%(state)s) nên không nhận bổ sung nữa. "
                "Nếu vẫn cần giải quyết, anh/chị nộp hồ sơ mới."
            )
        super().__init__(text % {"code": case.code, "state": case.state.label})


class ProposalOpen(CaseError):
    """Something is laid before the leader already."""

    def __init__(self, case: Case) -> None:
        super().__init__(
            _(
                "Hồ sơ %(code)s đang có “%(what)s” chờ lãnh đạo; lãnh đạo trả lời rồi mới "
                "trình tiếp được."
            )
            % {"code": case.code, "what": case.get_proposal_display().lower()}
        )


class NothingProposed(CaseError):
    """The leader answers what nobody proposed, or what was answered already."""

    def __init__(self, case: Case) -> None:
        super().__init__(
            _("Hồ sơ %(code)s không còn đề nghị nào chờ lãnh đạo.") % {"code": case.code}
        )


class ReferralsOpen(CaseError):
    """Another department or agency was asked and has not answered yet."""

    def __init__(self, case: Case) -> None:
        super().__init__(
            _(
                "Hồ sơ %(code)s còn %(count)d việc phối hợp chưa có trả lời. Ghi trả lời, hoặc rút "
                "lại đề nghị phối hợp, rồi mới xong được bước này."
            )
            % {"code": case.code, "count": case.open_referrals}
        )


class ReferralClosed(CaseError):
    """A question was answered or withdrawn already."""

    def __init__(self) -> None:
        super().__init__(_("Việc phối hợp này đã có trả lời hoặc đã được rút lại."))


class NotConsulted(CaseError):
    """A question was put to others."""

    def __init__(self, to_name: str) -> None:
        super().__init__(
            _("Việc phối hợp này gửi %(name)s, không thuộc việc của anh/chị.") % {"name": to_name}
        )


class PostCodeMissing(CaseError):
    """A result is sent without the number under which the post office carries it."""

    def __init__(self) -> None:
        super().__init__(
            _("Ghi số hiệu bưu gửi như in trên phiếu gửi: chữ và số, ví dụ EB123456789VN.")
        )


class AmountMissing(CaseError):
    """A payment is asked for without saying how much."""

    def __init__(self) -> None:
        super().__init__(_("Ghi số tiền phải nộp, bằng đồng, lớn hơn 0."))


class StillUnpaid(CaseError):
    """A payment is said to be made that this office itself collects and has not received."""

    def __init__(self, case: Case) -> None:
        super().__init__(
            _(
                "Khoản tiền của hồ sơ %(code)s thu tại đơn vị mà chưa thu đủ. Thu tiền ở mục phí, "
                "lệ phí của hồ sơ; đủ tiền thì hồ sơ tự được làm tiếp."
            )
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
