"""The production image's instructions, checked without a Docker engine."""

from __future__ import annotations

import fnmatch
import json
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Instruction:
    """One instruction of the Dockerfile and the stage it belongs to."""

    stage: int
    word: str
    rest: str


def read_instructions() -> list[Instruction]:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    text = "\n".join(line for line in lines if not line.lstrip().startswith("#"))
    stage, found = -1, []
    for line in text.replace("\\\n", " ").splitlines():
        if line.strip():
            word, _, rest = line.strip().partition(" ")
            stage += word == "FROM"
            found.append(Instruction(stage, word, re.sub(r"\s+", " ", rest).strip()))
    return found


INSTRUCTIONS = read_instructions()
FINAL = [one for one in INSTRUCTIONS if one.stage == INSTRUCTIONS[-1].stage]


def the_last(word: str) -> str:
    return [one.rest for one in FINAL if one.word == word][-1]


def copied_from_the_project() -> list[tuple[list[str], str]]:
    copies = [shlex.split(one.rest) for one in INSTRUCTIONS if one.word == "COPY"]
    return [(words[:-1], words[-1]) for words in copies if not words[0].startswith("--from")]


def is_ignored(path: str) -> bool:
    """Whether .dockerignore keeps a top-level path out; the last line that fits decides."""
    ignored = False
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        if line and not line.startswith("#") and fnmatch.fnmatch(path, line.lstrip("!")):
            ignored = not line.startswith("!")
    return ignored


def apt_packages(stage_instructions: list[Instruction]) -> set[str]:
    packages: set[str] = set()
    for one in stage_instructions:
        for command in one.rest.split("&&"):
            if one.word == "RUN" and "apt-get install" in command:
                words = shlex.split(command)[2:]
                packages |= {word for word in words if not word.startswith("-")}
    return packages


def test_every_instruction_is_one_that_docker_knows():
    known = {"FROM", "RUN", "COPY", "ENV", "WORKDIR", "USER", "VOLUME", "EXPOSE"}
    assert {one.word for one in INSTRUCTIONS} - known == {"HEALTHCHECK", "CMD"}


def test_the_build_has_two_stages_on_one_system():
    images = [one.rest.split(" AS ")[0] for one in INSTRUCTIONS if one.word == "FROM"]
    assert images == ["python:3.11-slim-bookworm"] * 2


@pytest.mark.parametrize(("sources", "target"), copied_from_the_project())
def test_what_is_copied_exists_and_is_not_ignored(sources, target):
    for source in sources:
        assert (ROOT / source).exists(), f"{source} is not in the project"
        assert not is_ignored(source), f".dockerignore keeps {source} out"


def test_every_folder_of_code_is_copied():
    copied = {source for sources, _ in copied_from_the_project() for source in sources}
    code = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert code - {"bench", "tests"} <= copied


def test_the_product_can_tell_its_version():
    """An archive of a commune names the version that wrote it, which pyproject.toml carries."""
    assert "pyproject.toml" in {s for sources, _ in copied_from_the_project() for s in sources}


def test_secrets_data_and_history_stay_out():
    for path in (".env", ".local", ".git", ".venv", "tests"):
        assert is_ignored(path)


def test_packages_are_installed_from_locks_with_hashes():
    installs = [
        command
        for one in INSTRUCTIONS
        if one.word == "RUN"
        for command in one.rest.split("&&")
        if re.search(r"\bpip (install|sync)\b", command)
    ]
    assert len(installs) == 2
    for command in installs:
        assert "--require-hashes" in command
        assert re.search(r"requirements-\w+\.lock", command)


def test_the_driver_is_built_in_the_image():
    assert {"gcc", "libpq-dev"} <= apt_packages([one for one in INSTRUCTIONS if one.stage == 0])
    assert "libpq5" in apt_packages(FINAL)
    assert "psycopg2==" in (ROOT / "requirements-production.lock").read_text()


def test_the_image_has_the_system_packages_that_the_setup_asks_for():
    setup = (ROOT / "config/local/setup.sh").read_text()
    asked = re.search(r'^SYSTEM_PACKAGES="([^"]+)"$', setup, re.MULTILINE)
    assert asked
    assert apt_packages(FINAL) == {*asked[1].split(), "libpq5"}


def test_it_runs_as_an_ordinary_user():
    words = [one.word for one in FINAL]
    assert the_last("USER") == "xaso"
    assert any("useradd" in one.rest and "xaso" in one.rest for one in FINAL if one.word == "RUN")
    assert words.index("USER") < words.index("CMD")
    assert "RUN" not in words[words.index("USER") :]


def test_the_health_check_asks_the_running_server():
    check = the_last("HEALTHCHECK")
    command = json.loads(check[check.index("CMD ") + 4 :])
    assert command[:2] == ["python", "-m"]
    probe = ROOT / f"{command[2].replace('.', '/')}.py"
    assert '"/healthz"' in probe.read_text()


def test_gunicorn_serves_as_on_any_machine_on_the_exposed_port():
    assert json.loads(the_last("CMD")) == ["gunicorn", "--config", "config/gunicorn.py"]
    assert re.search(rf"\bWEB_BIND=0\.0\.0\.0:{the_last('EXPOSE')}\b", the_last("ENV"))


def test_no_secret_is_written_into_the_image():
    for one in INSTRUCTIONS:
        if one.word == "ENV":
            assert not re.search(r"SECRET|PASSWORD|DATABASE|_KEYS?=", one.rest)
