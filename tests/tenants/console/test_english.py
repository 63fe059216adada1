"""The operator's pages in English: what is still Vietnamese is a name or what somebody wrote."""

from __future__ import annotations

from pathlib import Path

import pytest
import uuid6
from babel.messages.mofile import write_mo
from django.test import Client
from pytest_django import Settings

from config.catalogue import catalogue_path, read_catalogue
from tenants.accounts.models import Account
from tenants.communes.models import Commune
from tenants.communes.official_list import communes_of, provinces
from tenants.console.task_names import TASK_NAMES
from tenants.fleet.batches import create_batch
from tenants.fleet.models import OperatorAct, Upgrade
from tenants.jobs.models import CENTRE, FLEET_QUEUE, Job
from tests.test_english_pages import VIETNAMESE, words_of

NAMES = ["Đỗ Minh Khuê", "Xã Số"]


@pytest.fixture
def english(operator: Client, tmp_path: Path, settings: Settings) -> Client:
    """The operator's browser, in which English was chosen."""
    target = tmp_path / "locale" / "en" / "LC_MESSAGES" / "django.mo"
    target.parent.mkdir(parents=True)
    with target.open("wb") as file:
        write_mo(file, read_catalogue(catalogue_path("en"), "en"))
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    operator.post("/ngon-ngu/", {"language": "en", "next": "/"})
    return operator


def test_every_page_speaks_english(english: Client, khue: Account) -> None:
    Commune.objects.filter(code="00008").update(state="suspended", schema_version=1)
    Commune.objects.filter(code="00004").update(oldest_code=99)
    for task in TASK_NAMES:
        of_centre = {"commune_code": CENTRE, "queue": FLEET_QUEUE}
        given = {"commune_code": "00008"} if "documents" in task else of_centre
        Job.objects.create(task=task, turn=1, state="failed", error="no", **given)
    run = uuid6.uuid7()
    for result in ("failed", "locked"):
        Upgrade.objects.create(
            run_id=run,
            commune_code="00008",
            from_version=1,
            to_version=2,
            result=result,
            error="no",
            seconds=1,
        )
    for act in OperatorAct.Act.values:
        OperatorAct.objects.create(name=NAMES[0], act=act, commune_code="00008", note="why")
    batch = create_batch(codes=["00070"], operator=khue)
    # A note stays in the language of whoever wrote it.
    notes = [act.note for act in OperatorAct.objects.all() if act.note]
    names = [*NAMES, *notes, *(one.name for one in communes_of("01"))]
    names += [one.name for one in provinces().values()]
    for address in (
        "",
        "?q=khong-co",
        "?trang=9",
        "xa/00004/",
        "xa/00008/",
        "dua-vao/",
        "dua-vao/?tinh=01",
        f"dua-vao/{batch.pk}/",
        "viec-loi/",
        "viec-loi/?xa=00008&viec=documents.registers.tasks.render_document",
        "viec-loi/?xa=khong-co",
        "he-thong/",
        "nhat-ky/",
    ):
        page = english.get(f"/operator/{address}")
        assert '<html lang="en">' in page.content.decode()
        left = [text for text in words_of(page) if VIETNAMESE.search(_without(text, names))]
        assert left == [], address


def _without(text: str, names: list[str]) -> str:
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, "")
    return text
