"""A case's history told in sentences, for its page at the desk and for its applicant."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from services.cases.models import Case, CaseStep
from services.cases.states import CaseStatus, Outcome, StepKind
from tenants.history.models import Event
from tenants.history.sights import SIGHTS

SENTENCES: dict[str, str | Promise] = {
    "file": gettext_lazy("nộp hồ sơ, %(papers)s tệp giấy tờ"),
    "accept": gettext_lazy("tiếp nhận hồ sơ, chuyển bước %(next)s"),
    "request_supplement": gettext_lazy("yêu cầu bổ sung: %(items)s"),
    "answer_supplement": gettext_lazy("bổ sung %(papers)s tệp giấy tờ"),
    "add_paper": gettext_lazy("thêm giấy tờ quét tại quầy: %(paper)s"),
    "refuse": gettext_lazy("từ chối tiếp nhận: %(reason)s"),
    "take": gettext_lazy("nhận xử lý"),
    "assign": gettext_lazy("giao hồ sơ cho %(to)s"),
    "draft_result": gettext_lazy("lưu dự thảo kết quả"),
    "complete_step": gettext_lazy("xong bước %(step)s"),
    "reassign": gettext_lazy("chuyển hồ sơ khỏi tay %(from)s"),
    "send_back": gettext_lazy("trả lại bước %(next)s: %(reason)s"),
    "approve": gettext_lazy("ký duyệt, số %(notation)s"),
    "reject": gettext_lazy("không chấp thuận: %(reason)s"),
    "release": gettext_lazy("phát hành kết quả"),
    "hand_over": gettext_lazy("trả kết quả cho %(receiver)s"),
    "send_by_post": gettext_lazy("gửi kết quả qua bưu chính, số hiệu %(post_code)s"),
    "collect": gettext_lazy("nhận kết quả trên mạng"),
    "write_page_note": gettext_lazy("ghi chú trang %(page)s của %(paper)s"),
    "remove_page_note": gettext_lazy("gỡ ghi chú trang %(page)s của %(paper)s"),
    "ask_withdrawal": gettext_lazy("xin rút hồ sơ"),
    "agree_withdrawal": gettext_lazy("đồng ý cho rút hồ sơ, thông báo số %(notation)s"),
    "decline_withdrawal": gettext_lazy("không đồng ý cho rút hồ sơ: %(reason)s"),
    "withdraw": gettext_lazy("rút hồ sơ"),
    "resume": gettext_lazy("đưa hồ sơ trở lại giải quyết"),
    "require_payment": gettext_lazy("yêu cầu nộp %(amount)s đồng: %(reason)s"),
    "charge": gettext_lazy("ghi khoản phải nộp %(amount)s đồng: %(name)s"),
    "waive": gettext_lazy("giảm %(name)s còn %(amount)s đồng: %(ground)s"),
    "pay": gettext_lazy("ghi nhận nộp %(amount)s đồng"),
    "unpay": gettext_lazy("gỡ khoản nộp %(amount)s đồng đã ghi nhầm"),
    "payment_differs": gettext_lazy("cổng thanh toán báo %(reported)s đồng, khác %(asked)s đồng"),
    "ask_refund": gettext_lazy("đề nghị hoàn %(amount)s đồng: %(reason)s"),
    "refund": gettext_lazy("hoàn %(amount)s đồng: %(reason)s"),
    "decline_refund": gettext_lazy("không hoàn %(amount)s đồng: %(reason)s"),
    "settle_payment": gettext_lazy("nộp đủ tiền, hồ sơ được làm tiếp"),
    "propose_extension": gettext_lazy("trình lãnh đạo gia hạn: %(reason)s"),
    "extend": gettext_lazy("gia hạn giải quyết, văn bản số %(notation)s: %(reason)s"),
    "move_due": gettext_lazy("lịch làm việc thay đổi, hẹn trả thành %(until)s: %(reason)s"),
    "warn": gettext_lazy("nhắc hạn, lần %(rung)s: %(to)s"),
    "propose_stop": gettext_lazy("trình lãnh đạo dừng giải quyết: %(reason)s"),
    "decline_proposal": gettext_lazy("không đồng ý đề nghị đã trình: %(reason)s"),
    "stop": gettext_lazy("dừng giải quyết, thông báo số %(notation)s: %(reason)s"),
    "refer": gettext_lazy("đề nghị %(to)s phối hợp, trả lời trước %(answer_by)s"),
    "answer_referral": gettext_lazy("ghi trả lời phối hợp của %(from)s"),
    "withdraw_referral": gettext_lazy("rút lại đề nghị phối hợp gửi %(to)s"),
}
TIMING = {
    "early": gettext_lazy("trước hạn"),
    "on_time": gettext_lazy("đúng hạn"),
    "late": gettext_lazy("quá hạn"),
}
# What officials write for each other while they work is not the applicant's to read.
INTERNAL = {
    "draft_result",
    "take",
    "assign",
    "reassign",
    "send_back",
    "complete_step",
    "resume",
    "propose_extension",
    "propose_stop",
    "decline_proposal",
    "answer_referral",
    "withdraw_referral",
    "warn",
    "write_page_note",
    "remove_page_note",
}


@dataclass(frozen=True)
class Line:
    """One sentence of the story, at local time."""

    at: datetime.datetime
    who: str
    text: str
    note: str = ""
    verb: str = ""


def tell(events: Iterable[Event], *, for_applicant: bool = False) -> list[Line]:
    """The story, newest first; the applicant does not read the offices' internal moves."""
    lines = [
        _line(event, for_applicant)
        for event in events
        # Who looked at what stands in the commune's log: it would bury what happened here.
        if event.verb not in SIGHTS and not (for_applicant and _is_internal(event))
    ]
    return lines[::-1]


def way(case: Case, steps: Iterable[CaseStep]) -> list[dict[str, Any]]:
    """The line of steps: name, state ``done | now | todo``, who, since when, until when."""
    closed = case.state in (CaseStatus.REFUSED, CaseStatus.STOPPED)
    line: list[dict[str, Any]] = []
    for step in steps:
        state = "todo"
        if step.done_at:
            state = "done"
        elif step.position == case.step_position and not closed:
            state = "now"
        line.append(
            {
                "name": step.name,
                "kind": StepKind(step.kind),
                "state": state,
                "who": step.official_name or (case.handler_name if state == "now" else ""),
                "since": step.started_at,
                "done_at": step.done_at,
                "due_at": step.due_at,
            }
        )
    return line


def _is_internal(event: Event) -> bool:
    """Advice asked inside the house is internal; that another agency does a part is not."""
    if event.verb == "refer":
        return (event.details or {}).get("kind") != "transfer"
    return event.verb in INTERNAL


def _line(event: Event, for_applicant: bool) -> Line:
    details = _Details(event.details or {})
    text = str(SENTENCES.get(event.verb, event.verb)) % details
    if event.verb == "assign" and not details["to"]:
        text = _("trả hồ sơ về bước chung")
    if event.verb == "reassign":
        text += _(" sang %(to)s") % details if details["to"] else _(", trả về bước")
    if details.get("on_behalf"):
        text = f"({details['on_behalf']}) {text}"
    if details.get("timing") and not for_applicant:
        text += ", " + str(TIMING[details["timing"]])
    if details.get("outcome") == Outcome.REJECTED:
        text += ", " + _("đề nghị không chấp thuận")
    note = str(details.get("note") or details.get("message") or "")
    if details.get("confirmed"):
        text += ", " + _confirmed(details["confirmed"])
    if event.verb == "request_supplement":
        note = str(details.get("reason") or "")
    if for_applicant and event.verb == "refer":
        note = ""
    return Line(
        at=timezone.localtime(event.at),
        who=event.actor_name,
        text=text,
        note=note,
        verb=event.verb,
    )


def _confirmed(how: dict[str, Any]) -> str:
    """That the person themselves said on their phone that what the official typed is right."""
    values = {
        "at": _print_time(how.get("answered_at", "")),
        "who": how.get("name") or _("người nộp"),
        "device": how.get("device") or _("điện thoại"),
    }
    text = _("%(who)s xác nhận lúc %(at)s trên %(device)s") % values
    return f"{text} ({how['sent_to']})" if how.get("sent_to") else text


def _print_time(value: Any) -> str:
    return f"{timezone.localtime(datetime.datetime.fromisoformat(str(value))):%H:%M %d/%m/%Y}"


def _print_amount(value: Any) -> str:
    return f"{int(value):,}".replace(",", ".")


_PRINTED: dict[str, Callable[[Any], str]] = {"answer_by": _print_time, "amount": _print_amount}


class _Details(dict[str, Any]):
    """Details of an event in a sentence; what an older event did not record stays empty."""

    def __missing__(self, key: str) -> str:
        return ""

    def __getitem__(self, key: str) -> Any:
        value = super().__getitem__(key)
        if key in _PRINTED and value:
            return _PRINTED[key](value)
        return "; ".join(map(str, value)) if isinstance(value, list) else value
