"""The measures with their units and goals, and how they are printed."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import Literal

Better = Literal["lower", "higher"]


@dataclass(frozen=True)
class Measure:
    """What is measured. `goal` is none where a figure only stands beside another."""

    unit: str
    goal: float | None
    better: Better = "lower"

    def met(self, value: float) -> bool:
        """Whether a value reaches the goal."""
        if self.goal is None:
            return True
        return value <= self.goal if self.better == "lower" else value >= self.goal


MEASURES: dict[str, Measure] = {
    "filing.statements": Measure("statements", 40),
    "filing.journey_statements": Measure("statements", 80),
    "filing.cpu_seconds": Measure("s", 0.1),
    "filing.db_cpu_seconds": Measure("s", None),
    "desk_list.statements": Measure("statements", 15),
    "desk_list.cpu_seconds": Measure("s", 0.05),
    "page.home.bytes": Measure("bytes", 50_000),
    "page.form.bytes": Measure("bytes", 50_000),
    "page.case.bytes": Measure("bytes", 50_000),
    "pdf.first_ms": Measure("ms", None),
    "pdf.warm_ms": Measure("ms/page", 60),
    "pdf.per_second_per_core": Measure("pages/s", None, "higher"),
    "worker.memory_mb": Measure("MB", 150),
    # make bench-fleet
    "onboard.growth_ratio": Measure("x", 1.2),
    "onboard.to_bare_ratio": Measure("x", 1.5),
    "onboard.stock_to_ours": Measure("x", 30, "higher"),
    "onboard.clone_to_ours": Measure("x", None, "higher"),
    "onboard.all_seconds": Measure("s", 180),
    "migrate.to_bare_ratio": Measure("x", 1.5),
    "migrate.stock_to_ours": Measure("x", 300, "higher"),
    "migrate.fleet_seconds": Measure("s", 10),
    "page.to_rls_ratio_300": Measure("x", 0.88, "higher"),
    "page.to_stock_ratio_1": Measure("x", 1.15, "higher"),
    "page.overhead_statements": Measure("statements", 1),
    "backend.mb_per_commune": Measure("MB", None),
    "schema.relations": Measure("relations", 100),
    "schema.empty_kb": Measure("KB", None),
    "export.one_seconds": Measure("s", 1),
    "recovery.seconds": Measure("s", None),
    # make bench-desk
    "worklist.statements": Measure("statements", 15),
    "worklist.cpu_seconds": Measure("s", 0.1),
    "worklist.db_cpu_seconds": Measure("s", None),
    "bulk.hand_over_seconds": Measure("s", 20),
    "races.attempts": Measure("attempts", 50_000, "higher"),
    "races.duplicates": Measure("numbers", 0),
    "races.gaps": Measure("numbers", 0),
    "races.illegal": Measure("steps", 0),
    "jobs.killed": Measure("kills", None, "higher"),
    "jobs.lost": Measure("jobs", 0),
    "jobs.doubled": Measure("jobs", 0),
    # make crawl
    "crawl.requests": Measure("requests", 20_000, "higher"),
    "crawl.canaries": Measure("canaries", 0),
    "crawl.routes_share": Measure("%", 100, "higher"),
    "faults.planted": Measure("faults", 20, "higher"),
    "faults.missed": Measure("faults", 0),
}


class Results:
    """Prints each result as it comes: JSON to standard output, a readable line to the other."""

    def __init__(self) -> None:
        self.missed: list[str] = []

    def add(self, name: str, value: float, note: str = "") -> None:
        """Print one measured value; `note` says what it was measured on, to people only."""
        measure = MEASURES[name]
        rounded = round(value, 4) if value < 1 else round(value, 1)
        line = {
            "name": name,
            "value": int(rounded) if rounded == int(rounded) else rounded,
            "unit": measure.unit,
            "goal": measure.goal,
            "better": measure.better,
        }
        print(json.dumps(line), flush=True)
        met = measure.met(value)
        if not met:
            self.missed.append(name)
        goal = "" if measure.goal is None else f"goal {measure.goal:>8,g}"
        mark = "" if met else "  MISSED"
        say(f"{name:<27}{rounded:>12,g} {measure.unit:<11}{goal:<14}{mark:<9}{note}")


def say(text: str) -> None:
    """Tell the person who watches."""
    print(text, file=sys.stderr, flush=True)
