"""Publishing: a new procedure is a file, a published version never changes."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.management import CommandError, call_command
from django.http import QueryDict

from services.catalogue import registry
from services.catalogue.check import DATA
from services.catalogue.errors import ProcedureNotFound, VersionAlreadyPublished
from services.catalogue.fees import fee_lines
from services.catalogue.forms.checks import PAPERS_PAGE, check_all
from services.catalogue.forms.page_form import page_form
from services.catalogue.forms.summary import summary
from services.catalogue.loader import load_file, load_folder
from services.catalogue.people import applicant_of, subject_name
from services.catalogue.publishing import publish_procedures
from services.catalogue.rendering import render_text
from tests.services.catalogue.procedure_files import FIELDS, file_text, write


@pytest.fixture
def catalogue(db):
    registry.forget()
    publish_procedures(definitions=load_folder(DATA))
    registry.forget()
    yield
    registry.forget()


def test_adding_a_fourteenth_procedure_takes_a_file_and_no_code(catalogue, tmp_path):
    text = file_text(FIELDS).replace(
        "declaration:",
        "papers:\n  - {key: photo, name: Ảnh, kind: copy, when: married}\n"
        "fees:\n  - {key: base, name: Phí, amount: 5000, times: 2, when: married}\ndeclaration:",
    )
    write(tmp_path, text)
    call_command("load_procedures", str(tmp_path))
    registry.forget()
    d = registry.current_procedure("9.000014")
    assert len(registry.current_procedures()) == 14
    assert registry.search_procedures("giay thu")[0] == d
    data = QueryDict(
        "name=Lê+An&born_day=2&born_month=11&born_year=1990&married=yes&spouse=Trần+Bình"
    )
    page = page_form(d, d.pages[0], {}, data)
    assert page.is_valid(), page.errors
    answers = page.cleaned_answers()
    problems = check_all(d, answers)
    assert [(p.field_key, p.page_key) for p in problems] == [("photo", PAPERS_PAGE)]
    assert check_all(d, answers, {"photo"}) == check_all(d, answers, channel="counter") == []
    assert [line.amount for line in fee_lines(d, answers)] == [10_000]
    assert applicant_of(d, answers).name == subject_name(d, answers) == "Lê An"
    assert ("Ngày sinh", "02/11/1990") in summary(d, answers)[0].rows
    assert render_text(d, d.result.rows[0].cells[0].value, answers) == "LÊ AN"


def test_loading_again_changes_nothing_and_changed_content_needs_a_new_version(catalogue, tmp_path):
    path = write(tmp_path, file_text())
    first = publish_procedures(definitions=[load_file(path)])
    again = publish_procedures(definitions=[load_file(path)])
    assert (first.new, again.unchanged) == (["9.000014 v1"], ["9.000014 v1"])
    write(tmp_path, file_text().replace("Để thử.", "Để thử lại."))
    with pytest.raises(VersionAlreadyPublished, match="tăng version"):
        publish_procedures(definitions=[load_file(path)])
    write(tmp_path, file_text().replace("version: 1", "version: 2"))
    publish_procedures(definitions=[load_file(path)])
    registry.forget()
    assert registry.current_procedure("9.000014").version == 2
    assert registry.get_version("9.000014", 1).version == 1


def test_a_version_is_current_only_between_its_days(catalogue, tmp_path):
    tomorrow = dt.date.today() + dt.timedelta(days=3)
    path = write(tmp_path, file_text().replace("2026-01-01", tomorrow.isoformat()))
    publish_procedures(definitions=[load_file(path)])
    registry.forget()
    with pytest.raises(ProcedureNotFound):
        registry.current_procedure("9.000014")
    assert registry.get_version("9.000014", 1).code == "9.000014"


def test_current_procedures_ask_the_database_once_a_minute(catalogue, django_assert_num_queries):
    registry.current_procedures()
    with django_assert_num_queries(0):
        registry.current_procedures()
        registry.search_procedures("khai sinh")
        registry.get_version("1.001193", registry.current_procedure("1.001193").version)


def test_people_find_a_procedure_by_their_own_words(catalogue):
    assert registry.search_procedures("giay khai sinh cho con")[0].code == "1.001193"
    assert registry.search_procedures("KẾT HÔN")[0].code in ("1.000894", "1.004873")
    assert registry.search_procedures("xyzzy") == []


def test_a_bad_file_publishes_nothing(catalogue, tmp_path):
    write(tmp_path, file_text().replace("type: date,", "type: dat,"))
    with pytest.raises(CommandError, match=r"9\.000014\.yaml:\d+: sections\[0\]"):
        call_command("load_procedures", str(tmp_path))


def test_an_unknown_version_is_told_in_words(catalogue):
    with pytest.raises(ProcedureNotFound, match="Không có thủ tục"):
        registry.get_version("1.001193", 99)
