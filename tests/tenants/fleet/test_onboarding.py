import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, ProgrammingError, connection, transaction
from pytest_django import Settings

from tenants.accounts.models import Account
from tenants.communes.current import CommuneInfo, in_commune
from tenants.communes.database.base import MarkerMissing
from tenants.communes.hosts import find_site
from tenants.communes.models import Commune
from tenants.communes.official_list import UnknownCommune, official_commune
from tenants.fleet import onboarding
from tenants.fleet.bulk import BulkResult
from tenants.fleet.invitations import open_invitations
from tenants.fleet.onboarding import Outcome, default_email, onboard_commune
from tenants.history.models import Event
from tenants.organisation.models import Department, Official, Role, get_letterhead

HOAN_KIEM = "00070"


def test_a_commune_gets_its_system_in_one_call(as_owner: None):
    result = onboard_commune(HOAN_KIEM)
    assert result.outcome is Outcome.CREATED
    assert result.url == "http://phuong-hoan-kiem-ha-noi.xaso.localhost/"
    site = find_site("phuong-hoan-kiem-ha-noi.xaso.localhost")
    assert site is not None
    with in_commune(HOAN_KIEM) as commune:
        assert site.commune == commune
        assert get_letterhead().agency_code == "H26.00070"
        assert Department.objects.create(name="Phòng Kinh tế").pk


def test_a_second_time_it_says_so_and_changes_nothing(as_owner: None):
    onboard_commune(HOAN_KIEM)
    with in_commune(HOAN_KIEM):
        Department.objects.create(name="Phòng Kinh tế")
    assert onboard_commune(HOAN_KIEM).outcome is Outcome.ALREADY_ONBOARDED
    with in_commune(HOAN_KIEM):
        assert Department.objects.exists()


def test_the_first_administrator_comes_with_it(as_owner: None):
    onboard_commune(HOAN_KIEM, administrator_email="Quan.Tri@hoankiem.example")
    account = Account.objects.get(email="quan.tri@hoankiem.example")
    assert not account.has_usable_password()
    with in_commune(HOAN_KIEM):
        assert Official.objects.get(account_id=account.pk).has_role(Role.ADMINISTRATOR)


def test_an_unknown_code_is_explained(as_owner: None):
    with pytest.raises(UnknownCommune, match="danh mục hành chính"):
        onboard_commune("99999")


def test_a_failure_leaves_nothing_behind(as_owner: None, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(onboarding, "_administrator", lambda email: "SELECT 1 / 0")
    with pytest.raises(DatabaseError, match="division by zero"):
        onboard_commune(HOAN_KIEM, administrator_email="a@example.org")
    assert not Commune.objects.filter(code=HOAN_KIEM).exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace('xa_00070') IS NULL")
        assert cursor.fetchone() == (True,)


def test_what_was_made_is_entered_before_it_is_kept(
    as_owner: None, monkeypatch: pytest.MonkeyPatch
):
    another = onboarding.letterhead_of(official_commune("00008"))
    monkeypatch.setattr(onboarding, "letterhead_of", lambda official: another)
    with pytest.raises(MarkerMissing):
        onboard_commune(HOAN_KIEM)
    assert not Commune.objects.filter(code=HOAN_KIEM).exists()


class TestTheApplicationsRole:
    def test_it_may_add_to_the_history_but_not_change_it(self, in_ba_dinh: CommuneInfo):
        assert Event.objects.count() == 0
        for change in (
            lambda: Event.objects.update(verb="x"),
            lambda: Event.objects.all()._raw_delete("default"),
            lambda: connection.cursor().execute("TRUNCATE history_event"),
        ):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                change()

    @pytest.mark.parametrize(
        "statement",
        [
            "CREATE TABLE organisation_more (id int)",
            "ALTER TABLE organisation_department ADD extra int",
            "DROP TABLE organisation_department",
            "CREATE SCHEMA xa_99999",
            "UPDATE django_migrations SET name = ''",
        ],
    )
    def test_it_cannot_change_tables(self, in_ba_dinh: CommuneInfo, statement: str):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_with_one_role_for_everything_nothing_is_taken_from_it(as_owner: None, settings: Settings):
    owner = connection.settings_dict["USER"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(settings.DATABASES["default"], "APPLICATION_ROLE", owner)
        onboard_commune(HOAN_KIEM)
    with in_commune(HOAN_KIEM), connection.cursor() as cursor:
        cursor.execute("UPDATE django_migrations SET name = name")


class TestTheCommand:
    def test_it_reports_what_it_did(self, as_owner: None, capsys: pytest.CaptureFixture[str]):
        call_command("onboard", HOAN_KIEM, "00004")
        said = capsys.readouterr().out
        assert "Phường Hoàn Kiếm, Thành phố Hà Nội" in said
        assert "Đưa vào mới: 1. Đã có từ trước: 1. Lỗi: 0." in said

    def test_one_that_fails_is_named_and_the_others_go_on(
        self, as_owner: None, capsys: pytest.CaptureFixture[str]
    ):
        with pytest.raises(CommandError, match="1 đơn vị"):
            call_command("onboard", "99999", HOAN_KIEM)
        assert "99999: Không có xã, phường, đặc khu nào" in capsys.readouterr().err
        assert Commune.objects.filter(code=HOAN_KIEM).exists()

    def test_a_province_means_all_its_communes(
        self, as_owner: None, monkeypatch: pytest.MonkeyPatch
    ):
        asked: list[str] = []

        def remember(codes: list[str], **options: object) -> BulkResult:
            asked.extend(codes)
            return BulkResult(left=codes)

        command = "tenants.fleet.management.commands.onboard.onboard_communes"
        monkeypatch.setattr(command, remember)
        with pytest.raises(CommandError, match="Còn 56 đơn vị"):
            call_command("onboard", province="04", verbosity=0)
        assert len(set(asked)) == 56

    def test_it_asks_for_a_code(self, db: None):
        with pytest.raises(CommandError, match="onboard 00004"):
            call_command("onboard")


def test_a_commune_never_comes_without_an_administrator_and_their_invitation(as_owner: None):
    onboard_commune(HOAN_KIEM)

    with in_commune(HOAN_KIEM):
        administrator = Official.objects.get(roles=Role.ADMINISTRATOR.value)
    account = Account.objects.get(pk=administrator.account_id)
    assert account.email == default_email(HOAN_KIEM)
    assert not account.has_usable_password()
    ((code, invitation),) = open_invitations([HOAN_KIEM])
    assert code == HOAN_KIEM
    assert "/moi/" in invitation
    assert onboard_commune(HOAN_KIEM).outcome is Outcome.ALREADY_ONBOARDED
