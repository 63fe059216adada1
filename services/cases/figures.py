"""The figures that the centre keeps of a commune, counted anew from its cases."""

from __future__ import annotations

import logging

from django.db import transaction
from django.db.models import Count, Max, Q

from services.cases.models import Case
from services.cases.states import CLOSED
from tenants.communes.current import current_commune
from tenants.communes.models import Figures

logger = logging.getLogger(__name__)


@transaction.atomic
def recount_figures() -> bool:
    """Put the current commune's figures right; return whether they were wrong.

    They are kept case by case (services.tracking), so they differ only where cases were there
    before the figures, or were changed by hand.
    """
    code = current_commune().code
    Figures.objects.get_or_create(commune_code=code)
    # Under the row's lock before counting: every case that is committed has been counted, and
    # those that are being filed will be after us.
    kept = Figures.objects.select_for_update().get(commune_code=code)
    counted = Case.objects.aggregate(
        cases=Count("pk"),
        open_cases=Count("pk", filter=~Q(status__in=CLOSED)),
        last_activity_at=Max("updated_at"),
    )
    if (kept.cases, kept.open_cases) == (counted["cases"], counted["open_cases"]):
        return False
    logger.warning("figures of %s were wrong: %s cases, %s open", code, kept.cases, kept.open_cases)
    Figures.objects.filter(commune_code=code).update(**counted)
    return True
