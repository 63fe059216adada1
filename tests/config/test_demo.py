"""The demo's cast, keys and command."""

from __future__ import annotations

import json
import stat

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from environs import Env

from config.local import code, demo, identity, people
from tenants.accounts.identity.claims import read_person
from tenants.accounts.identity.configuration import identity_apps
from tenants.accounts.models import Account
from tenants.accounts.second_factor.codes import use_code
from tenants.communes.official_list import official_communes
from tenants.kit.national_id import birth_year, check_national_id
from tenants.organisation.models import Department, Official
from tests.factories import account_of


def test_the_demo_shows_ten_real_communes_of_every_kind_in_three_provinces():
    communes = [official_communes()[code] for code in demo.COMMUNES]
    assert len({commune.code for commune in communes}) == 10
    assert len({commune.province_code for commune in communes}) == 3
    assert {commune.kind for commune in communes} == {"xa", "phuong", "dac_khu"}


def test_identity_numbers_of_the_demo_are_plausible():
    for citizen in (*people.CITIZENS, people.NEWCOMER):
        assert check_national_id(citizen.national_id) == []
        assert birth_year(citizen.national_id) == citizen.birth_date.year


def test_the_demos_vneid_knows_the_people_and_one_newcomer_as_a_deployment_reads_them(monkeypatch):
    for name, value in identity.environment(9400).items():
        monkeypatch.setenv(name, value)
    (app,) = identity_apps(Env())
    command = identity.command(9400)
    stated = [json.loads(text) for text in command if text.startswith("{")]
    known = [read_person("vneid", claims, settings=app["settings"]) for claims in stated]
    cast = [*people.CITIZENS, people.NEWCOMER]
    assert [(one.full_name, one.national_id, one.phone) for one in known] == [
        (person.full_name, person.national_id, person.phone) for person in cast
    ]
    assert {one.level for one in known} == {2} and app["name"] == "VNeID (thử)"


def test_keys_are_made_once_and_readable_by_their_owner_only(tmp_path, monkeypatch):
    monkeypatch.setattr(demo, "HOME", tmp_path / "demo")
    first = demo._kept_settings()
    assert demo._kept_settings() == first
    assert stat.S_IMODE((tmp_path / "demo" / "env").stat().st_mode) == 0o600
    assert all(first[name] for name in ("SECRET_KEY", "ENCRYPTION_KEYS", "INDEX_KEY"))


def test_a_taken_port_that_was_asked_for_is_named(monkeypatch):
    with demo.socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(demo.DemoFailed, match=str(port)):
            demo._port(str(port))


def test_a_server_that_ends_by_itself_ends_the_demo_with_its_last_words(tmp_path, monkeypatch):
    monkeypatch.setattr(demo, "HOME", tmp_path / "demo")
    running = demo.Demo()
    running._serve("web", ["sh", "-c", "echo cannot bind; exit 3"])
    running.processes[0][1].wait()
    with pytest.raises(demo.DemoFailed, match="cannot bind"):
        running._check_alive()


def test_stopping_ends_every_process_that_was_started(tmp_path, monkeypatch):
    monkeypatch.setattr(demo, "HOME", tmp_path / "demo")
    running = demo.Demo()
    running._serve("web", ["sleep", "60"])
    running._serve("jobs", ["sleep", "60"])
    running.stop()
    assert all(process.returncode is not None for _, process in running.processes)


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [("", []), ("10", []), ("12", ["00004", "00091"]), ("3321", ["--all"]), ("9999", ["--all"])],
)
def test_the_demo_brings_in_as_many_communes_as_are_asked_for(asked, wanted, tmp_path, monkeypatch):
    monkeypatch.setattr(demo, "HOME", tmp_path / "demo")
    monkeypatch.setenv("COMMUNES", asked)
    running, asked_of_onboard = demo.Demo(), []
    monkeypatch.setattr(running, "_open", lambda name, command, **_: command)
    monkeypatch.setattr(running, "_finish", lambda name, command: asked_of_onboard.extend(command))
    running.onboard_the_rest()
    arguments = asked_of_onboard[asked_of_onboard.index("onboard") + 1 :] if wanted else []
    assert [arguments[0], arguments[-1]] == wanted if len(wanted) == 2 else arguments == wanted
    if wanted and wanted != ["--all"]:
        assert len(arguments) == int(asked)


def test_a_number_of_communes_that_is_none_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(demo, "HOME", tmp_path / "demo")
    monkeypatch.setenv("COMMUNES", "all")
    with pytest.raises(demo.DemoFailed, match="COMMUNES=all"):
        demo.Demo()


def test_a_server_of_ones_own_is_prepared_at_every_start(tmp_path, monkeypatch):
    # It may have been emptied since; only the embedded server's data is known to be as left.
    monkeypatch.setattr(demo, "HOME", tmp_path / "demo")
    running, steps = demo.Demo(), []
    monkeypatch.setattr(running, "_run", lambda *command, **_: steps.append(command[0]))
    monkeypatch.setattr(running, "_open", lambda *_: None)
    monkeypatch.setattr(running, "_finish", lambda *_: None)
    (demo.HOME / "prepared").write_text(demo._fingerprint())
    running._prepare()
    assert steps == ["prepare_database", "load_procedures", "onboard"]


def test_seeding_needs_a_password(monkeypatch):
    monkeypatch.delenv("DEMO_PASSWORD", raising=False)
    with pytest.raises(CommandError, match="DEMO_PASSWORD"):
        call_command("seed_demo", "00004")


def seed(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    call_command("seed_demo", "00004", *options)
    return capsys.readouterr().out


@pytest.mark.django_db
def test_every_role_is_filled_and_the_leader_may_sign(in_ba_dinh, monkeypatch, capsys):
    monkeypatch.setenv("DEMO_PASSWORD", "xaso-for-a-test")
    said = seed(capsys)
    officials = {official.roles: official for official in Official.objects.all()}
    assert {post.role for post in people.POSTS} <= officials.keys()
    assert officials["leader"].may_sign
    leader = Account.objects.get(pk=officials["leader"].account_id)
    assert leader.check_password("xaso-for-a-test")
    assert str(leader.email) in said and "xaso-for-a-test" in said


@pytest.mark.django_db
def test_the_told_code_is_everybodys_who_has_a_post(in_ba_dinh, monkeypatch, capsys):
    monkeypatch.setenv("DEMO_PASSWORD", "xaso-for-a-test")
    said = seed(capsys)
    assert "make code" in said and code.demo_secret("xaso-for-a-test") in said
    assert code.main() == 0
    told = capsys.readouterr().out.partition(":")[2].partition(",")[0]
    accounts = [account_of(official) for official in Official.objects.all() if official.active]
    demo_made = [one for one in accounts if str(one.email).endswith(people.MAIL_DOMAIN)]
    demo_made.append(Account.objects.get(email=people.OPERATOR_EMAIL))
    assert len(demo_made) > len(people.POSTS)
    assert {use_code(account=account, code=told) for account in demo_made} == {"totp"}


def test_without_a_demo_there_is_no_code(monkeypatch, capsys, tmp_path):
    monkeypatch.delenv("DEMO_PASSWORD", raising=False)
    monkeypatch.setattr(code, "HOME", tmp_path)
    assert code.main() == 1
    assert "make demo" in capsys.readouterr().err


@pytest.mark.django_db
def test_seeding_again_changes_nothing(in_ba_dinh, monkeypatch, capsys):
    monkeypatch.setenv("DEMO_PASSWORD", "xaso-for-a-test")
    seed(capsys)
    kept = {a.pk: a.password for a in Account.objects.all()}
    counts = Official.objects.count(), Department.objects.count()
    seed(capsys)
    assert {a.pk: a.password for a in Account.objects.all()} == kept
    assert (Official.objects.count(), Department.objects.count()) == counts


def test_no_address_of_the_demo_can_receive_mail():
    assert people.MAIL_DOMAIN.endswith(".example")
