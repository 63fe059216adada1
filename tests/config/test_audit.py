"""The checks of the supply chain and of our own code find what is planted for them."""

from __future__ import annotations

import json
import re
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from config.local import audit
from config.local.audit import FOUND, NOT_CHECKED, NOTHING, Finding
from tests.serving import ROOT

CI = ROOT / ".ci" / "run"


def report(**packages: Any) -> str:
    return json.dumps({"dependencies": [{"name": name, **what} for name, what in packages.items()]})


CLEAN = {"version": "1", "vulns": []}
BAD = {"version": "1", "vulns": [{"id": "PYSEC-2026-1", "fix_versions": ["2"]}]}
UNKNOWN = {"skip_reason": "Dependency not found on PyPI and could not be audited"}


@pytest.mark.parametrize(
    ("given", "verdict", "said"),
    [
        (report(django=CLEAN, pillow=CLEAN), NOTHING, "no known vulnerability"),
        (report(django=CLEAN, pillow=BAD), FOUND, "pillow 1: PYSEC-2026-1, mended in 2"),
        (report(django=UNKNOWN, pillow=BAD), FOUND, "PYSEC-2026-1"),
        (report(django=UNKNOWN, pillow=CLEAN), NOT_CHECKED, "1 of 2 packages"),
        ("", NOT_CHECKED, "NOT CHECKED"),
    ],
)
def test_a_vulnerability_fails_and_silence_is_not_taken_for_a_pass(
    given: str, verdict: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert audit.verdict_on(given, "no network") == verdict
    assert said in capsys.readouterr().out


def test_where_nothing_is_known_of_one_package_the_others_are_not_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []

    def nobody_answers(lock: str) -> tuple[str, str]:
        asked.append(lock)
        return report(uv=UNKNOWN), ""

    monkeypatch.setattr(audit, "_pip_audit", nobody_answers)
    assert audit.vulnerabilities() == NOT_CHECKED
    assert asked == [audit.PROBE]


def test_an_insecure_line_is_found(tmp_path: Path) -> None:
    lines = ("import subprocess, yaml", "subprocess.run('ls', shell=True)", "yaml.load(open('x'))")
    (tmp_path / "planted").mkdir()
    (tmp_path / "planted" / "bad.py").write_text("\n".join(lines))
    found = {(one.rule, one.line) for one in audit.insecure_code(tmp_path, ["planted"])}
    assert {("B602", 2), ("B506", 3)} <= found


def test_a_secret_is_found_in_the_product_and_a_key_in_tests_too(tmp_path: Path) -> None:
    key = "-----BEGIN EC PRIVATE" + " KEY-----\nMHcCAQEE\n"
    token = "ghp_" + "Ab3" * 12
    for folder in ("tenants", "tests"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "key.pem").write_text(key)
        (tmp_path / folder / "code.py").write_text(
            f'GITHUB = "{token}"\npassword = "' + "h0asen-bay-canh-9" + '"\n'
        )
    names = [
        f"{folder}/{name}" for folder in ("tenants", "tests") for name in ("key.pem", "code.py")
    ]
    found = {(one.file, one.rule) for one in audit.secrets_in(tmp_path, names)}
    for folder in ("tenants", "tests"):
        assert (f"{folder}/key.pem", "Private Key") in found
        assert (f"{folder}/code.py", "GitHub Token") in found
    assert ("tenants/code.py", "Secret Keyword") in found
    assert ("tests/code.py", "Secret Keyword") not in found


def test_an_excuse_covers_what_it_counts_and_no_more(capsys: pytest.CaptureFixture[str]) -> None:
    findings = [Finding("a.py", "B608", line, "says") for line in (3, 9)]
    excused = Counter({("a.py", "B608"): 2})
    assert audit.judge(findings, excused) == NOTHING
    assert audit.judge([*findings, Finding("a.py", "B608", 20, "new")], excused) == FOUND
    assert "a.py:20: B608 new" in capsys.readouterr().out
    assert audit.judge(findings[:1], excused) == FOUND, "an excuse that nothing needs stays"


@pytest.mark.parametrize("kind", ["code", "secret"])
def test_every_excuse_has_a_reason_and_its_file(kind: str) -> None:
    for file, _rule in audit.excuses(kind):
        assert (ROOT / file).is_file(), file


def test_ci_shows_a_check_that_could_not_be_made_and_fails_on_a_finding(tmp_path: Path) -> None:
    """The script's own function with checks that end in each way."""
    function = re.search(r"^summary=.*?^check\(\) \{.*?^\}", CI.read_text(), re.M | re.S)
    assert function
    script = tmp_path / "checks"
    script.write_text(
        f"{function[0]}\ncheck one true\ncheck two sh -c 'exit {NOT_CHECKED}'\n"
        'printf "%s\\n" "${summary[@]}" "failed=$failed"\n'
        'check three false\nprintf "%s\\n" "${summary[@]}" "failed=$failed"\n'
    )
    said = subprocess.run(["bash", str(script)], capture_output=True, text=True).stdout
    assert re.search(r"two +not checked", said) and re.search(r"one +ok", said)
    assert "failed=0" in said and re.search(r"three +FAILED", said) and "failed=1" in said


def test_a_list_of_parts_without_a_package_or_a_hash_is_incomplete(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lock = f"one[extra]==1.0 \\\n    --hash=sha256:{'a' * 64}\ntwo==2.0 ; python_version < '4' \\\n"
    lock += f"    --hash=sha256:{'b' * 64}\n"
    parts = [
        {"name": name, "version": version, "hashes": [{"content": digest * 64}]}
        for name, version, digest in (("one", "1.0", "a"), ("two", "2.0", "b"))
    ]
    assert audit.parts_missing(json.dumps({"components": parts}), lock) == NOTHING
    assert audit.parts_missing(json.dumps({"components": parts[:1]}), lock) == FOUND
    assert "two" in capsys.readouterr().out
    parts[0]["hashes"] = []
    assert audit.parts_missing(json.dumps({"components": parts}), lock) == FOUND
