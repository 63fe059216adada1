"""A small complete procedure file, for tests that change one thing in it."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent

from services.catalogue.loader import load_file
from services.catalogue.schema import ProcedureDefinition

FIELDS = """
- {key: name, label: "Họ, chữ đệm, tên", type: text, prefill: account.full_name}
- {key: born, label: Ngày sinh, type: date, past: true}
- {key: married, label: Đã kết hôn, type: yes_no}
- {key: spouse, label: Tên vợ hoặc chồng, type: text, when: married}
"""

BASE = """\
code: "9.000014"
version: 1
valid_from: 2026-01-01
name: Cấp giấy thử
short_name: Cấp giấy thử
group: papers
field: Thử
keywords: [giấy thử]
summary: Để thử.
who: Ai cũng được.
agency: UBND cấp xã
online: {level: full}
basis: [Luật thử]
time_limit: {kind: working_days, amount: 3, text: 3 ngày làm việc}
fee_text: Không thu
define:
  adult: "age(born) >= 18"
sections:
  - key: person
    title: Anh/chị
    pages:
      - key: person
        title: Anh/chị là ai?
        fields:
%(fields)s
applicant: {name: name}
subject: {name: name}
rules:
  - {check: adult, field: born, message: Người nộp phải đủ 18 tuổi.}
declaration: Tôi cam đoan lời khai là đúng.
steps:
  - {key: intake, name: Tiếp nhận, role: reception, kind: intake, hours: 2}
  - {key: sign, name: Ký, role: leader, kind: decide, hours: 2}
  - {key: issue, name: Trả, role: clerk, kind: finish, hours: 1}
retention: {class: permanent}
result:
  layout: certificate
  title: GIẤY THỬ
  name: Giấy thử
  number: {register: trial, name: Sổ thử, notation: "{seq}/{year}"}
  rows:
    - {label: Họ tên, value: "{name|upper}"}
"""


def file_text(fields: str = FIELDS) -> str:
    """The file with these fields on its only page."""
    return BASE % {"fields": indent(dedent(fields).strip("\n"), " " * 10)}


def write(folder: Path, text: str, name: str = "9.000014.yaml") -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def definition(folder: Path, fields: str = FIELDS) -> ProcedureDefinition:
    """The loaded procedure with these fields."""
    return load_file(write(folder, file_text(fields)))
