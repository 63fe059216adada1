"""Onboarding many communes from the operator's pages: asked for here, done by the fleet's runner.

A batch is a list of communes; each is a job of its own, so a runner may be killed between any
two of them. A commune waits in one batch at most (the database sees to it): of two operators who
ask for the same province, the second gets what the first had not asked for.

Works in the shared tables only; the caller may stand anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, Max, Q
from django.db.models.functions import Now

from tenants.accounts.models import Account
from tenants.communes.current import at_centre
from tenants.communes.models import Commune
from tenants.communes.official_list import (
    OfficialCommune,
    communes_of,
    official_commune,
    official_communes,
    provinces,
)
from tenants.fleet.acts import Operator, record_act
from tenants.fleet.models import OnboardingBatch, OnboardingItem, OperatorAct
from tenants.fleet.tasks import onboard_item
from tenants.jobs.models import FLEET_QUEUE

State = OnboardingItem.State

GIVEN_UP = (
    "Đã thử nhiều lần mà chưa được: cơ sở dữ liệu bận hoặc bị ngắt giữa chừng. "
    "Hãy bấm “Thử lại các đơn vị lỗi”; nếu vẫn lỗi, hãy báo người quản trị máy chủ."
)
# The time left is judged by how fast the last ones went.
_RATE_OVER = 20

# An item without a job that is still to be done waits in vain: its job failed for good. Compared
# as text, which is how a job keeps a key.
_GIVEN_UP = """
SELECT id FROM fleet_onboardingitem
WHERE state = 'waiting' AND id::text NOT IN (
    SELECT args -> 'args' ->> 0 FROM jobs_job
    WHERE queue = %s AND task = %s AND state NOT IN ('done', 'failed')
)
"""


class NothingToOnboard(ValueError):
    """Every commune that was asked for is here already or waits in another batch."""

    def __init__(self) -> None:
        super().__init__(
            "Không còn đơn vị nào để đưa vào: tất cả đã có trong hệ thống hoặc đang chờ trong "
            "một đợt khác."
        )


@dataclass(frozen=True)
class BatchPlan:
    """What onboarding the communes asked for would do, in the order in which it would."""

    title: str
    new: tuple[OfficialCommune, ...]
    present: tuple[OfficialCommune, ...]
    """They have their system already; nothing is done."""
    waiting: tuple[OfficialCommune, ...]
    """Another batch has them in hand."""


@dataclass(frozen=True)
class Progress:
    """How far a batch has come."""

    batch_id: UUID
    title: str
    requested_by_name: str
    total: int
    waiting: int
    done: int
    present: int
    failed: int
    failures: tuple[tuple[OfficialCommune, str], ...]
    """Each with the reason, a sentence for the operator."""
    began: datetime
    finished: datetime | None
    """When the last one was finished; None while one waits."""
    seconds_left: float | None
    """As fast as the last ones went; None before the second one is finished."""

    @property
    def finished_count(self) -> int:
        """How many communes are through, whatever came of them."""
        return self.total - self.waiting


def plan_batch(
    *, province_code: str | None = None, codes: Sequence[str] | None = None
) -> BatchPlan:
    """Say what a batch of a province, or of the communes of these codes, would do.

    Raises UnknownProvince, UnknownCommune.
    """
    title, wanted = _wanted(province_code, codes)
    with at_centre():
        of_these = [commune.code for commune in wanted]
        present = set(Commune.objects.filter(code__in=of_these).values_list("code", flat=True))
        in_hand = OnboardingItem.objects.filter(commune_code__in=of_these, state=State.WAITING)
        waiting = set(in_hand.exclude(pk__in=_given_up()).values_list("commune_code", flat=True))
    return BatchPlan(
        title=title,
        new=tuple(c for c in wanted if c.code not in present | waiting),
        present=tuple(c for c in wanted if c.code in present),
        waiting=tuple(c for c in wanted if c.code in waiting - present),
    )


@transaction.atomic
def create_batch(
    *,
    operator: Account,
    province_code: str | None = None,
    codes: Sequence[str] | None = None,
) -> OnboardingBatch:
    """Have the fleet's runner onboard a province, or the communes of these codes.

    What is there already, or waits in another batch, is left out. Raises UnknownProvince,
    UnknownCommune, and NothingToOnboard when nothing is left.
    """
    with at_centre():
        _settle_given_up()
        plan = plan_batch(province_code=province_code, codes=codes)
        batch = OnboardingBatch.objects.create(
            title=plan.title, requested_by=operator.pk, requested_by_name=operator.full_name[:100]
        )
        taken = _wait_for((commune.code for commune in plan.new), batch)
        if not taken:
            raise NothingToOnboard
        record_act(
            act=OperatorAct.Act.ONBOARD,
            operator=Operator.of(operator),
            note=f"{batch.title}: {len(taken)} đơn vị",
        )
    return batch


@transaction.atomic
def retry_failed(*, batch_id: UUID, operator: Account) -> int:
    """Try the failed communes of a batch again; how many there are.

    One that waits in another batch meanwhile stays as it is: it is in hand there. Raises
    OnboardingBatch.DoesNotExist.
    """
    with at_centre():
        # Two operators who press the button together: the second finds nothing to retry.
        batch = OnboardingBatch.objects.select_for_update().get(pk=batch_id)
        _settle_given_up()
        failed = OnboardingItem.objects.filter(batch=batch, state=State.FAILED)
        taken = _wait_for(failed.values_list("commune_code", flat=True), batch)
        if taken:
            failed.filter(commune_code__in=taken).delete()
            record_act(
                act=OperatorAct.Act.ONBOARD,
                operator=Operator.of(operator),
                note=f"{batch.title}: thử lại {len(taken)} đơn vị",
            )
    return len(taken)


def batch_progress(batch_id: UUID) -> Progress:
    """Say how far a batch has come; raises OnboardingBatch.DoesNotExist."""
    with at_centre():
        batch = OnboardingBatch.objects.get(pk=batch_id)
        return _progress(batch)


def recent_batches(limit: int = 10) -> list[Progress]:
    """Return how far the newest batches have come, the newest first."""
    with at_centre():
        return [_progress(batch) for batch in OnboardingBatch.objects.order_by("-id")[:limit]]


def _wanted(
    province_code: str | None, codes: Sequence[str] | None
) -> tuple[str, tuple[OfficialCommune, ...]]:
    if province_code is not None:
        wanted = communes_of(province_code)
        return provinces()[province_code].name, wanted
    wanted = tuple(official_commune(code) for code in dict.fromkeys(codes or ()))
    names = ", ".join(commune.name for commune in wanted[:3])
    return (f"{names} …" if len(wanted) > 3 else names)[:120], wanted


def _wait_for(codes: Iterable[str], batch: OnboardingBatch) -> list[str]:
    """Let communes wait in a batch, each with its job; the codes of those that do not elsewhere."""
    # In one order, so that two operators never wait for each other.
    items = [OnboardingItem(batch=batch, commune_code=code) for code in sorted(codes)]
    OnboardingItem.objects.bulk_create(items, ignore_conflicts=True)
    ours = set(
        OnboardingItem.objects.filter(batch=batch, state=State.WAITING).values_list("pk", flat=True)
    )
    taken = [item for item in items if item.pk in ours]
    for item in taken:
        onboard_item.enqueue(str(item.pk))
    return [item.commune_code for item in taken]


def _given_up() -> set[UUID]:
    """The items that wait for a job which will not come."""
    with connection.cursor() as cursor:
        cursor.execute(_GIVEN_UP, [FLEET_QUEUE, onboard_item.module_path])
        return {key for (key,) in cursor.fetchall()}


def _given_up_of(batch: OnboardingBatch) -> set[UUID]:
    given_up = OnboardingItem.objects.filter(batch=batch, pk__in=_given_up())
    return set(given_up.values_list("pk", flat=True))


def _settle_given_up() -> None:
    """Note as failed what waits in vain, so that it can be asked for again."""
    in_vain = OnboardingItem.objects.filter(pk__in=_given_up(), state=State.WAITING)
    in_vain.update(state=State.FAILED, error=GIVEN_UP, finished_at=Now())


def _progress(batch: OnboardingBatch) -> Progress:
    items = OnboardingItem.objects.filter(batch=batch)
    count = items.aggregate(
        total=Count("pk"),
        last=Max("finished_at"),
        **{state.value: Count("pk", filter=Q(state=state)) for state in State},
    )
    given_up = _given_up_of(batch) if count["waiting"] else set()
    waiting = count["waiting"] - len(given_up)
    return Progress(
        batch_id=batch.pk,
        title=batch.title,
        requested_by_name=batch.requested_by_name,
        total=count["total"],
        waiting=waiting,
        done=count["done"],
        present=count["present"],
        failed=count["failed"] + len(given_up),
        failures=_failures(batch, given_up) if count["failed"] or given_up else (),
        began=batch.created_at,
        finished=None if waiting else count["last"],
        seconds_left=_seconds_left(batch, waiting),
    )


def _failures(
    batch: OnboardingBatch, given_up: set[UUID]
) -> tuple[tuple[OfficialCommune, str], ...]:
    failed = Q(state=State.FAILED) | Q(pk__in=given_up)
    items = OnboardingItem.objects.filter(failed, batch=batch).order_by("commune_code")
    return tuple(
        (commune, item.error or GIVEN_UP)
        for item in items
        if (commune := official_communes().get(item.commune_code)) is not None
    )


def _seconds_left(batch: OnboardingBatch, waiting: int) -> float | None:
    if not waiting:
        return 0.0
    finished = OnboardingItem.objects.filter(batch=batch, finished_at__isnull=False)
    newest = finished.order_by("-finished_at")[:_RATE_OVER]
    times = [item.finished_at for item in newest if item.finished_at is not None]
    if len(times) < 2:
        return None
    lasted = times[0] - times[-1]
    return lasted.total_seconds() / (len(times) - 1) * waiting
