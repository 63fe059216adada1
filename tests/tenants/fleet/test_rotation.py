"""`manage.py rotate_keys`: afterwards the old key can be thrown away."""

from __future__ import annotations

import base64
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from services.cases.models import Case, Draft
from services.payments.models import Receiver
from tenants.accounts.models import Account
from tenants.accounts.second_factor.sealed import read_sealed
from tenants.communes.current import at_centre, in_commune
from tenants.fleet import rotation
from tenants.fleet.rotation import Pace, keys_of_commune, rotate_commune, shared_keys
from tenants.history.events import verify_chain
from tenants.kit.crypto import SealBroken
from tests.database import TestServer
from tests.factories import make_account, make_case, make_draft, the_official
from tests.journeys.answers import filing
from tests.second_factor import give_app

BA_DINH, NGOC_HA = "00004", "00008"
OLD, NEW = ("old:" + base64.b64encode(letter * 32).decode() for letter in (b"o", b"n"))
NEW = NEW.replace("old:", "năm-2027:")
NUMBER = "001196000412"


@pytest.fixture
def sealed(
    transactional_db: None, django_db_setup: TestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Something of every kind, all under the old key; new to come.

    Cases, drafts, events, accounts, second factors, and a row whose key is a number.
    """
    monkeypatch.setattr(settings, "ENCRYPTION_KEYS", OLD)
    django_db_setup.work_in(django_db_setup.copy, django_db_setup.owner)
    mother = make_account()
    mother.set_national_id(NUMBER)
    mother.save()
    give_app(mother)
    for code in (BA_DINH, NGOC_HA):
        with in_commune(code):
            make_case(up_to="received", account=mother)
            make_draft(filing("1.001193", commune=code), official=the_official("reception"))
            Receiver.objects.create(secrets={"vnpay": "khóa bí mật"})
    monkeypatch.setattr(settings, "ENCRYPTION_KEYS", f"{NEW},{OLD}")


def rotate(*arguments: str) -> str:
    """What the command says; what it ends with comes last."""
    out = StringIO()
    try:
        call_command("rotate_keys", "--rate", "100000", *arguments, stdout=out, stderr=out)
    except CommandError as error:
        out.write(f"Lỗi: {error}")
    return out.getvalue()


def open_everything() -> int:
    """Open every sealed value of every place; how many there were."""
    opened = 0
    with at_centre():
        opened += _open(shared=True)
        for factor in Authenticator.objects.all():
            assert read_sealed(factor)
            opened += 1
    for code in (BA_DINH, NGOC_HA):
        with in_commune(code):
            opened += _open(shared=False)
    return opened


def _open(*, shared: bool) -> int:
    values: list[Any] = [
        getattr(row, field.name)
        for field in rotation._sealed_fields(shared=shared)
        for row in field.model._default_manager.all()
    ]
    return sum(value is not None for value in values)


def test_after_it_everything_opens_without_the_old_key(
    sealed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = open_everything()
    assert values >= 10
    assert f"Khóa “old”: {values} giá trị." in rotate("--status")

    said = rotate()

    assert f"Đã niêm phong lại {values} giá trị ở 3 nơi bằng khóa “năm-2027”; 0 " in said
    assert rotate("--status") == (
        f"Khóa “năm-2027” (khóa mới nhất): {values} giá trị.\nKhông còn giá trị nào dùng khóa cũ.\n"
    )
    monkeypatch.setattr(settings, "ENCRYPTION_KEYS", NEW)
    assert open_everything() == values
    for code in (BA_DINH, NGOC_HA):
        with in_commune(code):
            assert verify_chain() > 0
    with at_centre():
        assert Account.objects.exclude(national_id=None).get().national_id == NUMBER
    assert "Đã niêm phong lại 0 giá trị" in rotate()


def test_without_it_nothing_opens_when_the_old_key_is_gone(
    sealed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "ENCRYPTION_KEYS", NEW)
    with pytest.raises(SealBroken):
        open_everything()
    said = rotate()
    assert f"{BA_DINH}: The key that sealed the value" in said
    assert "Chưa được bỏ khóa cũ" in said


def test_a_run_that_was_stopped_goes_on_where_it_was(
    sealed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stopped(Exception):
        pass

    class StoppingPace(Pace):
        def wait(self, rows: int, began: float) -> None:
            raise Stopped

    with pytest.raises(Stopped):
        rotate_commune(BA_DINH, StoppingPace(1.0))
    counted = keys_of_commune(BA_DINH)
    assert counted["old"] > 0 and counted["năm-2027"] > 0

    done = rotate_commune(BA_DINH, Pace(1e9))

    assert done.sealed == counted["old"]
    assert set(keys_of_commune(BA_DINH)) == {"năm-2027"}
    assert set(keys_of_commune(NGOC_HA)) == {"old"} == set(shared_keys())


def test_what_is_saved_meanwhile_is_neither_lost_nor_sealed_twice(
    sealed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every row is saved by somebody else between the look and the writing."""
    real: Callable[..., bytes] = rotation.unseal

    def saving(value: bytes, *, context: str) -> bytes:
        if context.startswith("cases.Draft"):
            for draft in Draft.objects.all():
                draft.content = {"answers": {"child_name": "Vừa ghi"}}
                draft.save()
        return real(value, context=context)

    monkeypatch.setattr(rotation, "unseal", saving)
    done = rotate_commune(BA_DINH, Pace(1e9))

    assert done.left == 1
    monkeypatch.setattr(settings, "ENCRYPTION_KEYS", NEW)
    with in_commune(BA_DINH):
        assert Draft.objects.get().answers == {"child_name": "Vừa ghi"}


def test_a_value_that_was_tampered_with_is_told_and_the_others_are_done(sealed: None) -> None:
    with in_commune(BA_DINH), connection.cursor() as cursor:
        case = Case.objects.get()
        cursor.execute(
            "UPDATE cases_case SET answers = set_byte(answers, length(answers) - 1, "
            "(get_byte(answers, length(answers) - 1) + 1) %% 256) WHERE id = %s",
            [case.pk],
        )
    said = rotate()

    assert f"{BA_DINH}: The value was changed" in said and "Lỗi: 1 nơi chưa xong" in said
    assert set(keys_of_commune(NGOC_HA)) == {"năm-2027"} == set(shared_keys())


def test_it_keeps_to_its_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(rotation.time, "sleep", slept.append)
    monkeypatch.setattr(rotation.time, "monotonic", lambda: 100.5)
    Pace(100).wait(200, 100.0)
    Pace(100).wait(10, 100.0)
    assert slept == [1.5]
