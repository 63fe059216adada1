"""The ledger of ASVS 5.0 is complete, and everything that it names is there."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

from tests.serving import ROOT

LEDGER = ROOT / "docs" / "asvs.md"
REQUIREMENTS = Path(__file__).with_name("requirements.txt")
ROW = re.compile(r"^\| (V[\d.]+) \| (\d) \| ([a-z ]+) \| (.+) \|$", re.MULTILINE)
VERDICTS = {"met", "by deployment", "no such thing", "not met"}
NAMED = re.compile(r"`([^`]+)`")
TEST = re.compile(r"(tests/[\w/.]+\.py)(?:::(\w+))?")
SETTING = re.compile(r"[A-Z][A-Z_]{3,}")
FILE = re.compile(r"[\w.-]+(/[\w.-]+)+|[\w.-]+\.(?:toml|md)|\.\w+")


def wanted() -> dict[str, int]:
    """The requirements of levels 1 and 2 with their level."""
    found = {}
    for line in REQUIREMENTS.read_text().splitlines():
        if not line.startswith("#"):
            head, numbers = line.split(":")
            section, level = head.split()
            found |= {f"{section}.{number}": int(level) for number in numbers.split()}
    return found


def rows() -> list[tuple[str, int, str, str]]:
    """The ledger's rows: number, level, verdict, how."""
    found = ROW.findall(LEDGER.read_text())
    return [(number, int(level), verdict, how) for number, level, verdict, how in found]


@cache
def functions_of(file: str) -> set[str]:
    """Names of all functions of a test module, those in classes included."""
    tree = ast.parse((ROOT / file).read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def problem_with(name: str) -> str:
    """What is wrong with something that the ledger names; nothing where it is there."""
    if found := TEST.fullmatch(name):
        file, function = found.groups()
        if not (ROOT / file).is_file():
            return f"{file} is not there"
        return f"{name} is not there" if function and function not in functions_of(file) else ""
    if SETTING.fullmatch(name):
        return "" if hasattr(settings, name) else f"no setting {name}"
    if FILE.fullmatch(name):
        return "" if (ROOT / name).is_file() else f"no file {name}"
    return ""


def test_there_are_seventy_of_level_one_and_183_of_level_two() -> None:
    assert Counter(wanted().values()) == {1: 70, 2: 183}


def test_every_requirement_has_one_row_at_its_level() -> None:
    given = rows()
    assert Counter(number for number, *_rest in given) == Counter(list(wanted()))
    assert {number: level for number, level, *_rest in given} == wanted()
    assert len(given) == LEDGER.read_text().count("\n| V")


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_a_row_says_how_and_names_what_is_there(row: tuple[str, int, str, str]) -> None:
    number, _level, verdict, how = row
    assert verdict in VERDICTS, number
    names = NAMED.findall(how)
    assert not [problem for name in names if (problem := problem_with(name))], number
    if verdict == "met":
        shown = [name for name in names if TEST.fullmatch(name) or SETTING.fullmatch(name)]
        written = [name for name in names if FILE.fullmatch(name)]
        assert shown or written or "`make sbom`" in how or number == "V6.3.2", number


@pytest.mark.parametrize(
    "name", ["tests/asvs/none.py", "tests/asvs/test_ledger.py::test_no", "NO_SETTING", "docs/no.md"]
)
def test_what_is_not_there_is_noticed(name: str) -> None:
    assert problem_with(name)
