"""The communes of a measurement: the country's, and beyond them its former ones."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

_LIST = Path(__file__).resolve().parents[2] / "tenants" / "communes" / "data"


def write_list(folder: Path, count: int) -> list[str]:
    """Write an official list of `count` communes or more into a folder; return their codes.

    After today's 3,321 come the communes of before, then numbered ones: as many schemas as
    the country had at its most.
    """
    shutil.copytree(_LIST, folder)
    with (folder / "communes.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    by_code = {row["code"]: row for row in rows}
    for code, name, model in _further(rows):
        if len(by_code) >= count:
            break
        by_code.setdefault(code, {**model, "code": code, "name": name})
    with (folder / "communes.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(by_code.values())
    return list(by_code)[:count]


def _further(rows: list[dict[str, str]]) -> list[tuple[str, str, dict[str, str]]]:
    successors = {row["code"]: row for row in rows}
    with (_LIST / "predecessors.csv").open(encoding="utf-8", newline="") as file:
        former = [
            (row["old_code"], f"{row['old_name']} {row['old_code']}", successors[row["new_code"]])
            for row in csv.DictReader(file)
        ]
    numbered = [(str(code), f"Xã Thứ {code}", rows[0]) for code in range(50_000, 80_000)]
    return former + numbered
