"""Loading the files of fee tables, and saying precisely what is wrong in one.

Needs no database, as the loading of procedures does not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import ValidationError

from services.catalogue.consistency import Names
from services.catalogue.fee_tables import FeeRow, FeeTable, ProvinceFees
from services.catalogue.loader import validation_problems
from services.catalogue.positions import (
    FileProblem,
    Finding,
    ProcedureFileError,
    problem_at,
    read_yaml,
)
from services.catalogue.schema import ProcedureDefinition

FOLDER = "fees"


def load_fee_file(path: Path, definitions: Iterable[ProcedureDefinition]) -> ProvinceFees:
    """The tables of one file, held against the procedures they speak of.

    Raises ProcedureFileError naming line, path and reason.
    """
    tree = read_yaml(path)
    try:
        fees = ProvinceFees.model_validate(tree)
    except ValidationError as error:
        raise ProcedureFileError(validation_problems(tree, error, ProvinceFees)) from None
    known = {definition.code: definition for definition in definitions}
    findings = [found for at, table in _located(fees) for found in _findings(at, table, known)]
    findings += [
        (("tables",), f"nghị quyết {name!r} có hai biểu")
        for name, times in Counter(table.resolution for table in fees.tables).items()
        if times > 1
    ]
    problems = [problem_at(tree, at, text) for at, text in findings]
    if path.stem != fees.province:
        problems.append(problem_at(tree, ["province"], f"tên tệp phải là {fees.province}.yaml"))
    if problems:
        raise ProcedureFileError(problems)
    return fees


def load_fee_folder(folder: Path, definitions: Iterable[ProcedureDefinition]) -> list[ProvinceFees]:
    """All fee tables beside a folder's procedures; the problems of all files at once."""
    loaded: list[ProvinceFees] = []
    problems: list[FileProblem] = []
    definitions = list(definitions)
    for path in sorted((folder / FOLDER).glob("*.yaml")):
        try:
            loaded.append(load_fee_file(path, definitions))
        except ProcedureFileError as error:
            problems.extend(error.problems)
    if problems:
        raise ProcedureFileError(problems)
    return loaded


def _located(fees: ProvinceFees) -> Iterator[tuple[tuple[str | int, ...], FeeTable]]:
    for at, table in enumerate(fees.tables):
        yield ("tables", at), table


def _findings(
    at: tuple[str | int, ...], table: FeeTable, known: dict[str, ProcedureDefinition]
) -> Iterator[Finding]:
    if table.valid_to and table.valid_to < table.valid_from:
        yield (*at, "valid_to"), "valid_to trước valid_from"
    for code in table.texts:
        if code not in known:
            yield (*at, "texts", code), f"không có thủ tục {code}"
    for i, row in enumerate(table.rows):
        yield from _row((*at, "rows", i), row, known)
    for i, relief in enumerate(table.reliefs):
        where = (*at, "reliefs", i)
        for code in relief.procedures:
            definition = known.get(code)
            if definition is None:
                yield (*where, "procedures"), f"không có thủ tục {code}"
                continue
            rated = {fee.key for fee in table.rates(definition)}
            for key in relief.keys:
                if key not in rated:
                    yield (*where, "keys"), f"thủ tục {code} không có khoản {key!r}"
            if relief.when:
                yield from Names(definition).expression((*where, "when"), relief.when)


def _row(
    at: tuple[str | int, ...], row: FeeRow, known: dict[str, ProcedureDefinition]
) -> Iterator[Finding]:
    definition = known.get(row.procedure)
    if definition is None:
        yield (*at, "procedure"), f"không có thủ tục {row.procedure}"
        return
    national = next((fee for fee in definition.fees if fee.key == row.key), None)
    if national is None and (row.name is None or row.amount is None):
        yield (*at, "key"), "khoản này thủ tục chưa có, nên phải nói cả name và amount"
    names = Names(definition)
    each = row.each or (national.each if national else None)
    columns = names.columns(each)
    if row.each and not columns:
        yield (*at, "each"), f"{row.each!r} không phải trường repeat"
    for key in ("amount", "cap", "times", "when"):
        if text := getattr(row, key):
            yield from names.expression((*at, key), text, columns=columns)
