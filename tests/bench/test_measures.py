"""What `make bench` promises about its output and about the web worker."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from bench import gunicorn_hooks
from bench.content import scan
from bench.processes import cpu_seconds, family, resident_mb
from bench.results import MEASURES, Results
from documents.files.content import inspect, kind_of
from services.catalogue.loader import load_folder

DATA = Path(gunicorn_hooks.__file__).parent / "data"
needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")


def test_each_result_is_one_json_object_on_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    results = Results()
    results.add("filing.statements", 19)
    results.add("filing.cpu_seconds", 0.19171)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        {
            "name": "filing.statements",
            "value": 19,
            "unit": "statements",
            "goal": 40,
            "better": "lower",
        },
        {
            "name": "filing.cpu_seconds",
            "value": 0.1917,
            "unit": "s",
            "goal": 0.1,
            "better": "lower",
        },
    ]
    assert results.missed == ["filing.cpu_seconds"]


def test_a_goal_is_met_on_its_better_side() -> None:
    assert MEASURES["pdf.warm_ms"].met(60)
    assert not MEASURES["pdf.warm_ms"].met(60.1)
    assert MEASURES["pdf.per_second_per_core"].met(1)


def test_the_measured_form_has_nine_fields_and_one_paper() -> None:
    (definition,) = load_folder(DATA)
    pages = [page for section in definition.sections for page in section.pages]
    assert sum(len(page.fields) for page in pages) == 9
    assert [paper.required for paper in definition.papers] == [True]


def test_the_measured_file_is_a_pdf_that_the_store_takes() -> None:
    data = scan()
    assert kind_of(data) == "application/pdf"
    assert inspect(data, "application/pdf").pages == 1


def test_a_worker_that_imported_a_forbidden_library_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = tmp_path / "imports"
    monkeypatch.setenv("BENCH_IMPORTS", str(report))
    monkeypatch.setattr(sys, "modules", {"os": os})
    gunicorn_hooks.worker_exit(None, None)
    monkeypatch.setattr(sys, "modules", {"os": os, "pikepdf": os})
    gunicorn_hooks.worker_exit(None, None)
    assert report.read_text().splitlines() == ["worker", "worker pikepdf"]


@needs_proc
def test_processor_time_and_memory_are_those_of_the_process_and_its_children() -> None:
    before = cpu_seconds([os.getpid()])
    total = 0
    while cpu_seconds([os.getpid()]) - before < 0.05:
        total += sum(range(100_000))
    assert os.getpid() in family(os.getpid())
    assert 1 < resident_mb(os.getpid()) < 100_000
