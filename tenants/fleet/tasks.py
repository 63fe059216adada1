"""Jobs of the fleet: run at the centre by a process of its own, as the owner's role."""

from __future__ import annotations

import logging

from django.db import InterfaceError, OperationalError, transaction
from django.db.models.functions import Now
from django_tasks import task

from tenants.communes.current import at_centre
from tenants.communes.official_list import UnknownCommune
from tenants.fleet.blueprint import BlueprintUnavailable
from tenants.fleet.models import OnboardingItem
from tenants.fleet.onboarding import OnboardingFailed, Outcome, failure_reason, onboard_commune
from tenants.jobs.models import FLEET_QUEUE

logger = logging.getLogger(__name__)

_STATE_OF = {
    Outcome.CREATED: OnboardingItem.State.DONE,
    Outcome.ALREADY_ONBOARDED: OnboardingItem.State.PRESENT,
}


@task(queue_name=FLEET_QUEUE)
def onboard_item(item_id: str) -> None:
    """Onboard a commune of a batch; a second run finds the item finished and does nothing.

    A fault that may pass (a lock, a full disk, a lost connection) is raised, and the queue tries
    again; any other is written to the item in words for the operator.
    """
    with transaction.atomic(), at_centre():
        item = (
            OnboardingItem.objects.select_for_update(of=("self",))
            .filter(pk=item_id, state=OnboardingItem.State.WAITING)
            .first()
        )
        if item is None:
            return
        item.state, item.error = _onboard(item.commune_code)
        item.finished_at = Now()
        item.save(update_fields=["state", "error", "finished_at"])


def _onboard(code: str) -> tuple[OnboardingItem.State, str]:
    try:
        with transaction.atomic():  # what fails is undone; the reason is kept
            return _STATE_OF[onboard_commune(code).outcome], ""
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        if not isinstance(error, OnboardingFailed | UnknownCommune | BlueprintUnavailable):
            logger.exception("onboarding of %s failed", code)
        return OnboardingItem.State.FAILED, failure_reason(error)
