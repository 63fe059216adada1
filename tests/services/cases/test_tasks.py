"""The nightly sweep of a commune: unsent forms after their last day, files without a row."""

from __future__ import annotations

import os
import time
from datetime import timedelta

from django.utils import timezone

from documents.files.storing import path_of, store_bytes
from services.cases.drafts import start_draft
from services.cases.models import Draft
from services.cases.tasks import sweep
from services.catalogue.registry import current_procedure
from tenants.communes.current import CommuneInfo, in_commune
from tenants.jobs.runner import run_pending_jobs
from tests.factories import BIRTH, make_account


def test_the_sweep_takes_what_is_over_and_only_in_its_own_commune(
    in_ba_dinh: CommuneInfo, ngoc_ha: CommuneInfo
) -> None:
    definition, account = current_procedure(BIRTH), make_account()
    over = start_draft(definition=definition, account=account)
    kept = start_draft(definition=definition, account=account)
    yesterday = timezone.localdate() - timedelta(days=1)
    Draft.objects.filter(pk=over.pk).update(expires_on=yesterday)
    with in_commune(ngoc_ha.code):
        neighbours = start_draft(definition=definition, account=account)
        Draft.objects.filter(pk=neighbours.pk).update(expires_on=yesterday)
    stored = store_bytes(b"%PDF-1.4 x", "application/pdf", pages=1)
    path = path_of(stored.id)
    stored.delete()
    long_ago = time.time() - 7 * 24 * 3600
    os.utime(path, (long_ago, long_ago))

    sweep.enqueue()
    assert run_pending_jobs() == 1

    assert list(Draft.objects.values_list("pk", flat=True)) == [kept.pk]
    assert not path.exists()
    with in_commune(ngoc_ha.code):
        assert Draft.objects.filter(pk=neighbours.pk).exists()
