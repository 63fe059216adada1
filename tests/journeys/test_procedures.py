"""Every procedure from its form to the delivered result, through the pages of both sides.

In each journey the neighbouring commune is asked for everything, and knows of nothing.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command
from django.test import Client

from documents.registers.models import Document
from services.cases.access import get_case_for_official
from services.cases.delivery import documents_of
from services.cases.models import Attachment, Case
from services.cases.processing import current_step
from services.cases.states import CaseStatus, StepKind
from services.catalogue import registry
from services.catalogue.people import applicant_of
from services.catalogue.registry import current_procedures, get_version
from tenants.communes.current import CommuneInfo, in_commune
from tenants.history.events import events_of, verify_chain
from tenants.history.models import Event
from tenants.jobs.runner import run_pending_jobs
from tests.factories import make_account
from tests.journeys.answers import FILINGS, filing
from tests.journeys.html_forms import text_of_page
from tests.journeys.people import Filing
from tests.journeys.people_at_work import Browser, Citizen, Desk, squeezed, text_of_pdf


def bring_to_result(commune: CommuneInfo, case: Case, entries: Mapping[str, Any]) -> Case:
    """The officials' part, each step by whoever has its role."""
    desks: dict[str, Desk] = {}
    Desk(commune, "reception").accept(case)
    while True:
        with in_commune(commune.code):
            case = Case.objects.get(pk=case.pk)
            if case.state == CaseStatus.RESULT_READY:
                return case
            step = current_step(case)
        desk = desks.setdefault(step.role, Desk(commune, step.role))
        if step.kind == StepKind.WORK:
            desk.examine(case, entries)
        elif step.kind == StepKind.DECIDE:
            desk.approve(case)
        else:
            desk.release(case)


def assert_neighbour_knows_nothing(
    neighbour: CommuneInfo, citizen: Citizen, case: Case, documents: list[Document]
) -> None:
    """Neither the same person nor an official finds anything on the neighbour's site."""
    there = Browser(neighbour, citizen.account)
    own = f"/ho-so/{case.code}/"
    places = [own, f"{own}ket-qua/", f"{own}bo-sung/", f"{own}rut/", f"/nop/{case.filing_key}/"]
    desk = Desk(neighbour, "reception")
    theirs = f"/desk/ho-so/{case.code}/"
    desk_places = [theirs, f"{theirs}xem-truoc/", f"{theirs}bo-sung/"]
    for document in documents:
        places.append(f"{own}van-ban/{document.pk}/")
        desk_places.append(f"{theirs}van-ban/{document.pk}/")
        there.get(f"/kiem-tra/{document.verification_code}/", status=404)
    for place in places:
        there.get(place, status=404)
    for place in desk_places:
        desk.get(place, status=404)
    for place in ("/desk/", f"/desk/?q={case.code}", "/desk/?xem=tat-ca"):
        assert case.applicant_name not in text_of_page(desk.get(place))
    with in_commune(neighbour.code):
        assert not Case.objects.exists() and not Document.objects.exists()
        assert not Attachment.objects.exists() and not list(events_of(case.pk))


def assert_strangers_find_nothing(commune: CommuneInfo, case: Case) -> None:
    """Another account of the same commune and a wrong number get no answer either."""
    stranger = Browser(commune, make_account("Người Lạ Mặt"))
    stranger.get(f"/ho-so/{case.code}/", status=404)
    stranger.get(f"/ho-so/{case.code}/ket-qua/", status=404)
    assert track(commune, case.code, "001199012412").status_code == 422


def track(commune: CommuneInfo, code: str, national_id: str) -> Any:
    """Look a case up without an account."""
    client = Client(SERVER_NAME=commune.host)
    return client.post("/tra-cuu/", {"code": code, "national_id": national_id})


def journey(one: Filing, commune: CommuneInfo, neighbour: CommuneInfo) -> tuple[Case, str]:
    """One filing from the start page to the downloaded PDF; the case and the PDF's text."""
    citizen = Citizen(commune, make_account("Nguyễn Thị Hoài Thương"))
    case = citizen.file(one.code, one.answers, one.papers)
    assert_neighbour_knows_nothing(neighbour, citizen, case, [])

    case = bring_to_result(commune, case, one.entries)
    run_pending_jobs()
    pdf = citizen.result(case)

    with in_commune(commune.code):
        case = Case.objects.get(pk=case.pk)
        assert case.state == CaseStatus.RETURNED
        documents = documents_of(case)
        desks = Event.objects.filter(verb="open_desk").count()
        assert desks and verify_chain() == events_of(case.pk).count() + desks
    assert_neighbour_knows_nothing(neighbour, citizen, case, documents)
    assert_strangers_find_nothing(commune, case)
    applicant = applicant_of(get_version(case.procedure_code, case.procedure_version), case.answers)
    found = track(commune, case.code.lower(), applicant.national_id or "")
    assert str(CaseStatus.RETURNED.label) in text_of_page(found)
    return case, text_of_pdf(pdf)


@pytest.mark.parametrize("code", sorted(FILINGS))
def test_a_filing_becomes_a_delivered_result(
    code: str, ba_dinh: CommuneInfo, ngoc_ha: CommuneInfo
) -> None:
    one = filing(code, commune=ba_dinh.code)
    case, text = journey(one, ba_dinh, ngoc_ha)

    with in_commune(ba_dinh.code):
        kinds = Document.Kind
        by_kind = {document.kind: document for document in documents_of(case)}
    assert set(by_kind) == {kinds.RECEIPT_SLIP, kinds.RESULT}
    result = by_kind[kinds.RESULT]
    assert result.number == 1 and squeezed(result.notation) in text
    for printed in one.printed:
        assert squeezed(printed).casefold() in text.casefold(), printed
    assert "Bảnchưakýsố" in text
    assert "{" not in text and "None" not in text
    assert squeezed(result.signer_name).casefold() in text.casefold()


def test_a_fourteenth_procedure_takes_a_file_and_no_code(
    ba_dinh: CommuneInfo, ngoc_ha: CommuneInfo, tmp_path: Path
) -> None:
    shutil.copy(Path(__file__).parent / "more_procedures" / "9.000014.yaml", tmp_path)
    call_command("load_procedures", str(tmp_path), verbosity=0)
    registry.forget()
    assert "9.000014" in {definition.code for definition in current_procedures()}
    one = Filing(
        code="9.000014",
        answers={
            "asker_name": "Lê Ngọc Lan",
            "asker_national_id": "001300018826",
            "hall": "Nhà văn hóa tổ 7",
            "day": "2027-01-16",
            "guests": 120,
        },
        entries={"opening_hour": "07:30"},
    )
    _, text = journey(one, ba_dinh, ngoc_ha)
    for printed in ("PHIẾU CHO MƯỢN NHÀ VĂN HÓA", "LÊ NGỌC LAN", "Nhà văn hóa tổ 7", "07:30"):
        assert squeezed(printed) in text
    assert "01/NVH" in text


def test_the_pdf_is_the_one_that_the_public_page_knows(
    ba_dinh: CommuneInfo, ngoc_ha: CommuneInfo
) -> None:
    one = filing("2.000908", commune=ba_dinh.code)
    case, text = journey(one, ba_dinh, ngoc_ha)
    with in_commune(ba_dinh.code):
        document = Document.objects.get(case_id=case.pk, kind=Document.Kind.RESULT)
    code = document.verification_code
    assert f"{code[:4]}-{code[4:]}" in text
    client = Client(SERVER_NAME=ba_dinh.host)
    page = text_of_page(client.get(f"/kiem-tra/{code[:4]}-{code[4:]}/"))
    assert document.notation in page and "chưa được ký số" in page


def test_an_unreleased_result_cannot_be_downloaded_by_its_applicant(ba_dinh: CommuneInfo) -> None:
    one = filing("2.000908", commune=ba_dinh.code)
    citizen = Citizen(ba_dinh, make_account("Hoàng Anh Tuấn"))
    case = citizen.file(one.code, one.answers, one.papers)
    Desk(ba_dinh, "reception").accept(case)
    Desk(ba_dinh, "specialist").examine(case, one.entries)
    with in_commune(ba_dinh.code):
        case = Case.objects.get(pk=case.pk)
        role = case.step_role
    if role != "leader":
        Desk(ba_dinh, role).examine(case, one.entries)
    Desk(ba_dinh, "leader").approve(case)
    run_pending_jobs()
    with in_commune(ba_dinh.code):
        document: UUID = Document.objects.get(case_id=case.pk, kind=Document.Kind.RESULT).pk
        clerk = Desk(ba_dinh, "clerk").official
        assert get_case_for_official(clerk, case.code).state == CaseStatus.IN_PROCESS
    citizen.get(f"/ho-so/{case.code}/ket-qua/", status=404)
    citizen.get(f"/ho-so/{case.code}/van-ban/{document}/", status=404)
