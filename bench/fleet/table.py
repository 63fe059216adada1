"""The table of a measurement, as the page docs/fleet-figures.md."""

from __future__ import annotations

from pathlib import Path

_PAGE = Path(__file__).resolve().parents[2] / "docs" / "fleet-figures.md"
Lines = dict[str, list[tuple[str, ...]]]


def write(lines: Lines, communes: int, machine: str, seconds: float) -> None:
    """Write the page; `lines` are the rows of each part, the first row its head."""
    parts = [
        "# What thousands of communes cost",
        f"Written by `make bench-fleet` with {communes:,} communes in {seconds / 60:.0f} minutes, "
        f"all on one machine: {machine}.\nWhat each line stands for is said in `bench/fleet/`.",
    ]
    for title, rows in lines.items():
        parts += [f"## {title}", "\n".join(_table(rows))]
    _PAGE.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    head, *rest = rows
    text = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    return text + [f"| {' | '.join(row)} |" for row in rest]
