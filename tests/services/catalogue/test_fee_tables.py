"""Fee tables of provinces: dated, checked, never changed, and what they take off."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from services.catalogue.check import DATA
from services.catalogue.errors import FeeTableAlreadyPublished
from services.catalogue.fee_files import load_fee_file, load_fee_folder
from services.catalogue.fee_registry import fee_table, publish_fee_tables
from services.catalogue.fees import FeeLine, fee_lines, fee_terms
from services.catalogue.loader import load_folder
from services.catalogue.positions import ProcedureFileError
from services.catalogue.registry import current_procedure
from tests.services.catalogue.changed_filings import answers_to

pytestmark = pytest.mark.django_db
CHANGE, COPIES = "1.004859", "2.000815"
DEFINITIONS = load_folder(DATA)
HEAD = """province: "04"
tables:
  - resolution: NQ 1
    valid_from: 2026-01-01
"""


def lines(
    code: str, day: str = "2026-11-22", province: str = "04", **changes: Any
) -> list[FeeLine]:
    return fee_lines(
        current_procedure(code),
        answers_to(code, **changes),
        channel="online",
        filed_on=dt.date.fromisoformat(day),
        province=province,
    )


def published(tmp_path: Path, body: str) -> None:
    path = tmp_path / "04.yaml"
    path.write_text(HEAD + body)
    publish_fee_tables(provinces=[load_fee_file(path, DEFINITIONS)])


def refused(tmp_path: Path, body: str) -> str:
    path = tmp_path / "04.yaml"
    path.write_text(HEAD + body)
    with pytest.raises(ProcedureFileError) as error:
        load_fee_file(path, DEFINITIONS)
    return str(error.value)


def test_the_shipped_tables_are_right_and_published() -> None:
    (fees,) = load_fee_folder(DATA, DEFINITIONS)
    assert fees.province == "01"
    call_command("load_procedures", verbosity=0)
    table = fee_table("01", dt.date(2026, 11, 22))
    assert table is not None and table.resolution.startswith("Nghị quyết 25/2025")


def test_the_row_in_force_on_the_filing_day_counts(tmp_path: Path) -> None:
    published(
        tmp_path,
        f"""    rows:
      - {{procedure: "{CHANGE}", key: act, amount: "50000", to: 2026-06-30}}
      - {{procedure: "{CHANGE}", key: act, amount: "60000", from: 2026-07-01}}
""",
    )
    assert [one.amount for one in lines(CHANGE, "2026-06-30") if one.key == "act"] == [50_000]
    assert [one.amount for one in lines(CHANGE, "2026-07-01") if one.key == "act"] == [60_000]
    # Before the table: the national rate; in another province too.
    assert [one.amount for one in lines(CHANGE, province="36") if one.key == "act"] == [75_000]
    assert fee_table("04", dt.date(2025, 12, 31)) is None


def test_a_cap_holds_for_each_copy(tmp_path: Path) -> None:
    published(
        tmp_path,
        f"""    rows:
      - {{procedure: "{COPIES}", key: certification, amount: "3000 * pages", cap: "20000"}}
""",
    )
    documents = [{"name": "Sổ", "pages": 50, "copies": 3}]
    (line,) = lines(COPIES, documents=documents)
    assert line.amount == 60_000


def test_a_relief_by_the_answers_keeps_its_ground(tmp_path: Path) -> None:
    published(
        tmp_path,
        f"""    reliefs:
      - {{ground: Giảm một nửa khi nộp trực tuyến, percent: 50, channel: online,
         procedures: ["{CHANGE}"], keys: [act]}}
      - {{ground: Người cao tuổi, procedures: ["{CHANGE}"], keys: [act],
         when: "age(person_birth_date) >= 60"}}
      - {{ground: Người thuộc hộ nghèo ở xã, procedures: ["{CHANGE}"]}}
""",
    )
    (act,) = [one for one in lines(CHANGE) if one.key == "act"]
    assert (act.amount, act.full_amount) == (37_500, 75_000)
    assert act.ground == "Giảm một nửa khi nộp trực tuyến"
    (old,) = [one for one in lines(CHANGE, person_birth_date="1950-01-01") if one.key == "act"]
    assert (old.amount, old.ground) == (0, "Người cao tuổi")
    terms = fee_terms(current_procedure(CHANGE), "04")
    assert [one.ground for one in terms.by_answers] == [
        "Giảm một nửa khi nộp trực tuyến",
        "Người cao tuổi",
    ]
    assert "Người thuộc hộ nghèo ở xã" in terms.at_counter
    assert terms.resolution == "NQ 1"


def test_a_published_table_never_changes(tmp_path: Path) -> None:
    body = f'    rows: [{{procedure: "{CHANGE}", key: act, amount: "50000"}}]\n'
    published(tmp_path, body)
    published(tmp_path, body)
    with pytest.raises(FeeTableAlreadyPublished):
        published(tmp_path, body.replace("50000", "60000"))


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ('    rows: [{procedure: "9.999999", key: act, amount: "1"}]', "không có thủ tục 9.999999"),
        (f'    rows: [{{procedure: "{CHANGE}", key: new}}]', "cả name và amount"),
        (f'    rows: [{{procedure: "{CHANGE}", key: act, amount: "agee"}}]', "không có tên 'agee'"),
        (f'    rows: [{{procedure: "{CHANGE}", key: act, cost: 1}}]', "không có khoá này"),
        (
            f'    reliefs: [{{ground: A, procedures: ["{CHANGE}"], keys: [x]}}]',
            "không có khoản 'x'",
        ),
        ("    valid_to: 2025-01-01", "valid_to trước valid_from"),
    ],
)
def test_a_bad_file_is_told_with_its_line(tmp_path: Path, body: str, says: str) -> None:
    told = refused(tmp_path, body + "\n")
    assert says in told and "04.yaml:" in told


def test_the_name_of_the_file_is_the_province(tmp_path: Path) -> None:
    path = tmp_path / "05.yaml"
    path.write_text(HEAD)
    with pytest.raises(ProcedureFileError, match=r"04\.yaml"):
        load_fee_file(path, DEFINITIONS)
