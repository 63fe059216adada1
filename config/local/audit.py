"""Checks of what the product stands on and of its own code: .ci/run calls each by name.

    python -m config.local.audit vulnerabilities | code | secrets | parts

Each ends with 0 when there is nothing, 1 when there is something, and NOT_CHECKED when nobody
could be asked: a check that could not be made is neither passed nor failed. What is known to be
no danger is excused in ``.ci/excused.toml``, each with its reason.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LOCK = "requirements.lock"
# One package: where nothing is known of it, the others need not be asked for.
PROBE = "requirements-tools.lock"
PRODUCTION = "requirements-production.lock"
PARTS = ROOT / ".local" / "sbom.cdx.json"
EXCUSED = ROOT / ".ci" / "excused.toml"
PRODUCT = ("config", "citizens", "services", "documents", "tenants", "bench")
NOTHING, FOUND, NOT_CHECKED = 0, 1, 3
# Lists of hashes, and files that hold no text that anybody wrote.
_NO_SECRETS_IN = (".lock", ".png", ".svg", ".woff2", ".csv", ".po", ".pdf")
_KINDS_EVERYWHERE = (
    "AWSKeyDetector",
    "AzureStorageKeyDetector",
    "BasicAuthDetector",
    "GitHubTokenDetector",
    "GitLabTokenDetector",
    "JwtTokenDetector",
    "PrivateKeyDetector",
    "SlackDetector",
)
# Passwords of invented people stand in every other test; in the product none may.
_KINDS_IN_THE_PRODUCT = ("KeywordDetector",)
_LONGEST_UNLIKELY = {"Base64HighEntropyString": 4.5, "HexHighEntropyString": 3.0}


@dataclass(frozen=True)
class Finding:
    """Something that a checker found, at a line of a file."""

    file: str
    rule: str
    line: int
    says: str


def main(arguments: list[str]) -> int:
    """Run the named check and return how it ended."""
    checks: dict[str, Callable[[], int]] = {
        "vulnerabilities": vulnerabilities,
        "code": lambda: judge(insecure_code(ROOT, PRODUCT), excuses("code")),
        "parts": lambda: parts_missing(PARTS.read_text(), (ROOT / PRODUCTION).read_text()),
        "secrets": lambda: judge(secrets_in(ROOT, tracked_files()), excuses("secret")),
    }
    if len(arguments) != 1 or arguments[0] not in checks:
        print(f"Usage: python -m config.local.audit {' | '.join(checks)}", file=sys.stderr)
        return FOUND
    return checks[arguments[0]]()


# ── Packages ─────────────────────────────────────────────────────────────
def vulnerabilities() -> int:
    """Ask about one package, and when something is known of it, about all that are locked."""
    verdict = verdict_on(*_pip_audit(PROBE))
    return verdict if verdict == NOT_CHECKED else verdict_on(*_pip_audit(LOCK))


def _pip_audit(lock: str) -> tuple[str, str]:
    options = "--disable-pip --require-hashes --progress-spinner off --format json --requirement"
    done = subprocess.run(
        [sys.executable, "-m", "pip_audit", *options.split(), lock],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    return done.stdout, done.stderr


def verdict_on(report: str, errors: str) -> int:
    """Print what pip-audit reported and return how the check ended."""
    try:
        packages: list[dict[str, Any]] = json.loads(report)["dependencies"]
    except (ValueError, KeyError):
        print("NOT CHECKED:", errors.strip().splitlines()[-1:] or "no report")
        return NOT_CHECKED
    known = [package for package in packages if package.get("vulns")]
    for package in known:
        for one in package["vulns"]:
            fixed = ", ".join(one.get("fix_versions", ())) or "no version yet"
            print(f"{package['name']} {package['version']}: {one['id']}, mended in {fixed}")
    if known:
        return FOUND
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    if skipped:
        print(f"NOT CHECKED: no vulnerability data for {len(skipped)} of {len(packages)} packages")
        return NOT_CHECKED
    print(f"{len(packages)} packages, no known vulnerability")
    return NOTHING


def parts_missing(parts: str, lock: str) -> int:
    """Print what a CycloneDX list lacks of a lock: a package, its version, one of its hashes."""
    text = {part["name"]: json.dumps(part) for part in json.loads(parts)["components"]}
    missing = []
    for block in re.split(r"\n(?=\S)", lock.strip()):
        name, version = re.findall(r"^([\w.-]+)[^=]*==([^\s;]+)", block)[0]
        wanted = [f'"{version}"', *re.findall(r"sha256:(\w{64})", block)]
        missing += [f"{name} {one}" for one in wanted if one not in text.get(name, "")]
    print("\n".join(missing) or f"{len(text)} parts, each with its version and hashes")
    return FOUND if missing else NOTHING


# ── Our own code ─────────────────────────────────────────────────────────
def insecure_code(root: Path, folders: Iterable[str]) -> list[Finding]:
    """What bandit finds under these folders, with the settings of pyproject.toml."""
    command = [sys.executable, "-m", "bandit", "-q", "-c", str(ROOT / "pyproject.toml")]
    done = subprocess.run(
        [*command, "-f", "json", "-r", *folders], cwd=root, capture_output=True, text=True
    )
    report = json.loads(done.stdout)
    if report["errors"]:
        raise RuntimeError(f"bandit could not read everything: {report['errors']}")
    return [
        Finding(one["filename"], one["test_id"], one["line_number"], one["issue_text"])
        for one in report["results"]
    ]


def tracked_files() -> list[str]:
    """Files of the repository that hold text."""
    listed = subprocess.run(
        ["git", "ls-files"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    names = listed.stdout.splitlines()
    return [name for name in names if not name.endswith(_NO_SECRETS_IN) and (ROOT / name).is_file()]


def secrets_in(root: Path, files: Iterable[str]) -> list[Finding]:
    """What looks like a key or a password in these files."""
    from detect_secrets.core.scan import scan_file
    from detect_secrets.settings import default_settings, transient_settings

    with default_settings() as chosen:
        filters = chosen.json()["filters_used"]
    found = []
    parted: dict[bool, list[str]] = {False: [], True: []}
    for name in files:
        parted[name.startswith("tests/")].append(name)
    for tests, names in parted.items():
        kinds: list[dict[str, Any]] = [{"name": name} for name in _KINDS_EVERYWHERE]
        if not tests:
            kinds += [{"name": name} for name in _KINDS_IN_THE_PRODUCT]
            kinds += [{"name": name, "limit": limit} for name, limit in _LONGEST_UNLIKELY.items()]
        with transient_settings({"plugins_used": kinds, "filters_used": filters}):
            for name in names:
                for one in scan_file(str(root / name)):
                    found.append(Finding(name, one.type, one.line_number, "looks like a secret"))
    return found


# ── Excuses ──────────────────────────────────────────────────────────────
def excuses(kind: str) -> Counter[tuple[str, str]]:
    """How many findings of a rule are excused in a file; raise ValueError without a reason."""
    excused: Counter[tuple[str, str]] = Counter()
    for entry in tomllib.loads(EXCUSED.read_text())[kind]:
        if len(entry["reason"].split()) < 3:
            raise ValueError(f"The excuse of {entry['file']} gives no reason.")
        excused[entry["file"], entry["rule"]] += entry.get("times", 1)
    return excused


def judge(findings: list[Finding], excused: Counter[tuple[str, str]]) -> int:
    """Print what is not excused, and excuses that nothing needs; return how the check ended."""
    counted = Counter((one.file, one.rule) for one in findings)
    wrong = counted - excused
    for one in findings:
        if (one.file, one.rule) in wrong:
            print(f"{one.file}:{one.line}: {one.rule} {one.says}")
    idle = excused - counted
    for (file, rule), times in idle.items():
        print(f"{file}: {rule} is excused {times} times too often")
    print(f"{len(findings)} findings, {sum((counted & excused).values())} of them excused")
    return FOUND if wrong or idle else NOTHING


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
