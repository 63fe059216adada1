"""The states of a case, and which may follow which.

The ten states and their numbers are those of the national portal (1 registered … 10 returned).
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class CaseStatus(models.IntegerChoices):
    """State codes as the national public-service portal exchanges them."""

    REGISTERED = 1, _("Mới đăng ký")
    RECEIVED = 2, _("Được tiếp nhận")
    REFUSED = 3, _("Không được tiếp nhận")
    IN_PROCESS = 4, _("Đang giải quyết")
    SUPPLEMENT = 5, _("Chờ bổ sung giấy tờ")
    PAYMENT = 6, _("Chờ thực hiện nghĩa vụ tài chính")
    WITHDRAWING = 7, _("Yêu cầu rút hồ sơ")
    STOPPED = 8, _("Dừng xử lý")
    RESULT_READY = 9, _("Đã xử lý xong")
    RETURNED = 10, _("Đã trả kết quả")


S = CaseStatus

ALLOWED_MOVES: dict[CaseStatus, frozenset[CaseStatus]] = {
    S.REGISTERED: frozenset({S.RECEIVED, S.REFUSED, S.SUPPLEMENT, S.WITHDRAWING}),
    S.RECEIVED: frozenset({S.IN_PROCESS}),
    S.REFUSED: frozenset(),
    S.IN_PROCESS: frozenset({S.SUPPLEMENT, S.PAYMENT, S.WITHDRAWING, S.STOPPED, S.RESULT_READY}),
    # Back to 1 when the supplement was asked at intake: the case has no receipt slip and no due
    # time yet, so it still has to be received.
    S.SUPPLEMENT: frozenset({S.REGISTERED, S.IN_PROCESS, S.STOPPED}),
    S.PAYMENT: frozenset({S.IN_PROCESS, S.STOPPED}),
    # Not back to 1: before acceptance a case is withdrawn at once, and nobody has to agree.
    S.WITHDRAWING: frozenset({S.STOPPED, S.IN_PROCESS}),
    S.STOPPED: frozenset(),
    S.RESULT_READY: frozenset({S.RETURNED}),
    S.RETURNED: frozenset(),
}

# A case that came here has come to its end; all others are open.
CLOSED = tuple(state for state, moves in ALLOWED_MOVES.items() if not moves)


class Channel(models.TextChoices):
    """How a case came in."""

    ONLINE = "online", _("Trực tuyến")
    COUNTER = "counter", _("Tại quầy")
    POST = "post", _("Bưu chính")


class ReturnWay(models.TextChoices):
    """How the applicant wants the result, and how it went out in the end."""

    COUNTER = "counter", _("Tại quầy")
    ONLINE = "online", _("Trực tuyến")
    POST = "post", _("Qua bưu chính")


class Proposal(models.TextChoices):
    """What an official has prepared for the leader to sign while the case goes on."""

    EXTENSION = "extension", _("Đề nghị gia hạn")
    STOP = "stop", _("Đề nghị dừng giải quyết")


class Outcome(models.TextChoices):
    """What was decided; both issue a written result."""

    APPROVED = "approved", _("Chấp thuận")
    REJECTED = "rejected", _("Không chấp thuận")


class StepKind(models.TextChoices):
    """What a step of a procedure is for."""

    INTAKE = "intake", _("Tiếp nhận")
    WORK = "work", _("Thẩm định")
    DECIDE = "decide", _("Ký duyệt")
    FINISH = "finish", _("Trả kết quả")
