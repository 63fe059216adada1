"""An invitation serves who was asked, once, here, for a while."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.signing import dumps
from django.test import Client
from django.utils import timezone

from tenants.accounts.models import Account
from tenants.communes.current import CommuneInfo, in_commune
from tenants.history.models import Event
from tenants.jobs.models import Job
from tenants.jobs.runner import run_pending_jobs
from tenants.organisation.errors import AlreadyInvited, AlreadyOfficial
from tenants.organisation.invitations import (
    accept_invitation,
    invitation_link,
    invite,
    resend_invitation,
    withdraw_invitation,
)
from tenants.organisation.models import Invitation, Official
from tenants.organisation.people import Post, end_work
from tests.factories import make_account, make_official
from tests.services.desk.conftest import Desk
from tests.services.desk.pages import BA_DINH, text_of

ADDRESS = "lan@vidu.vn"
POST = Post(name="Vũ Thị Lan", title="Công chức", department=None, roles=["clerk"])
Browser = Callable[[CommuneInfo], Client]


@pytest.fixture
def phuoc(ba_dinh: CommuneInfo) -> Official:
    """The administrator."""
    with in_commune(BA_DINH):
        return make_official("administrator")


@pytest.fixture
def invitation(phuoc: Official) -> Invitation:
    with in_commune(BA_DINH):
        return invite(contact=ADDRESS, post=POST, by=phuoc)


@pytest.fixture
def path(invitation: Invitation) -> str:
    """The path of the link."""
    return path_of(invitation)


def path_of(invitation: Invitation) -> str:
    with in_commune(BA_DINH):
        return "/" + invitation_link(invitation).split("/", 3)[3]


def token_of(path: str) -> str:
    return path.rstrip("/").rsplit("/", 1)[1].replace("%3A", ":")


@pytest.fixture
def lan(db: None) -> Account:
    """Who is asked, with the address that she confirmed."""
    return confirmed(make_account("Vũ Thị Lan", email=ADDRESS))


def confirmed(account: Account) -> Account:
    EmailAddress.objects.update_or_create(
        user=account, email=account.email, defaults={"verified": True, "primary": True}
    )
    return account


@pytest.fixture
def browser(ba_dinh: CommuneInfo, commune_client: Browser, lan: Account) -> Client:
    client = commune_client(ba_dinh)
    client.force_login(lan)
    return client


def here(account: Account) -> Official | None:
    with in_commune(BA_DINH):
        return Official.objects.filter(account_id=account.pk).first()


def test_who_was_asked_takes_the_post(browser: Client, path: str, lan: Account) -> None:
    page = text_of(browser.get(path))
    assert "Vũ Thị Lan" in page and "văn thư" in page
    assert here(lan) is None
    assert browser.post(path)["Location"] == "/desk/"
    official = here(lan)
    assert official is not None and (official.roles, official.active) == ("clerk", True)
    with in_commune(BA_DINH):
        assert Event.objects.get(verb="official.joined").subject_id == official.pk


def test_the_link_goes_out_by_a_job_that_names_no_one(
    invitation: Invitation, path: str, settings: object
) -> None:
    job = Job.objects.get(task="tenants.organisation.tasks.send_invitation")
    assert ADDRESS not in str(job.__dict__) and str(invitation.pk) in str(job.__dict__)
    run_pending_jobs()
    assert [sent.to for sent in mail.outbox] == [[ADDRESS]]
    found = re.search(r"https?://\S+", str(mail.outbox[0].body))
    assert (
        found
        and token_of("/" + found[0].split("/", 3)[3]).split(":")[0] == token_of(path).split(":")[0]
    )


def test_a_number_is_written_to_by_phone(
    phuoc: Official, ba_dinh: CommuneInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[str, str]] = []
    monkeypatch.setattr(
        "tenants.organisation.tasks.send_sms", lambda phone, text: sent.append((phone, text))
    )
    with in_commune(BA_DINH):
        invite(contact="0912345678", post=POST, by=phuoc)
    run_pending_jobs()
    assert [phone for phone, _text in sent] == ["0912345678"]
    assert ba_dinh.host in sent[0][1]


class TestSomebodyElse:
    def test_without_the_address_reads_what_to_do(
        self, ba_dinh: CommuneInfo, commune_client: Browser, path: str
    ) -> None:
        other = confirmed(make_account("Trần An", email="an@vidu.vn"))
        client = commune_client(ba_dinh)
        client.force_login(other)
        for page in (client.get(path), client.post(path)):
            assert page.status_code == 403
            assert "la***@vidu.vn" in text_of(page) and "đăng xuất" in text_of(page)
            assert ADDRESS not in text_of(page)
        assert here(other) is None

    def test_with_an_unconfirmed_address_is_nobody(
        self, browser: Client, path: str, lan: Account
    ) -> None:
        EmailAddress.objects.update(verified=False)
        page = browser.post(path)
        assert page.status_code == 403 and "chưa xác nhận" in text_of(page)
        assert here(lan) is None

    def test_cannot_pass_the_page_by(self, path: str) -> None:
        other = confirmed(make_account("Trần An", email="an@vidu.vn"))
        with in_commune(BA_DINH), pytest.raises(PermissionError):
            accept_invitation(token=token_of(path), account=other)

    def test_not_signed_in_is_led_to_sign_in_and_back(
        self, ba_dinh: CommuneInfo, commune_client: Browser, path: str
    ) -> None:
        location = commune_client(ba_dinh).get(path)["Location"]
        assert "/tai-khoan/dang-nhap/" in location and "loi-moi" in location


class TestDeadLinks:
    def test_it_serves_once(self, browser: Client, path: str, lan: Account) -> None:
        browser.post(path)
        for page in (browser.get(path), browser.post(path)):
            assert page.status_code == 410 and "đã được nhận" in text_of(page)

    def test_taken_back(
        self, browser: Client, invitation: Invitation, path: str, phuoc: Official, lan: Account
    ) -> None:
        with in_commune(BA_DINH):
            withdraw_invitation(invitation=invitation, by=phuoc)
        page = browser.post(path)
        assert page.status_code == 410 and "đã rút" in text_of(page)
        assert here(lan) is None

    def test_too_old(self, browser: Client, path: str, lan: Account) -> None:
        with in_commune(BA_DINH):
            Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        page = browser.post(path)
        assert page.status_code == 410 and "quá hạn" in text_of(page)
        assert here(lan) is None

    def test_sent_anew_the_old_one_is_dead_and_the_new_one_serves(
        self, browser: Client, invitation: Invitation, path: str, phuoc: Official, lan: Account
    ) -> None:
        with in_commune(BA_DINH):
            newer = path_of(resend_invitation(invitation=invitation, by=phuoc))
        page = browser.post(path)
        assert page.status_code == 410 and "mới hơn" in text_of(page)
        assert browser.post(newer).status_code == 302

    def test_of_another_commune_leads_there_and_opens_nothing_here(
        self,
        path: str,
        ba_dinh: CommuneInfo,
        ngoc_ha: CommuneInfo,
        commune_client: Browser,
        lan: Account,
    ) -> None:
        client = commune_client(ngoc_ha)
        client.force_login(lan)
        page = client.post(path)
        assert page.status_code == 410
        assert "Phường Ba Đình" in text_of(page) and f"{ba_dinh.host}/desk/" in text_of(page)
        with in_commune(ngoc_ha.code):
            assert not Official.objects.filter(account_id=lan.pk).exists()

    def test_a_forged_one_is_not_there(
        self, browser: Client, invitation: Invitation, path: str
    ) -> None:
        payload = {"invitation": invitation.pk.hex, "commune": BA_DINH, "until": ""}
        forged = [
            "x", "a:b:c", "e30:x:y", "W10:x:y", path.split("/")[4][:-2] + "aa",
            dumps(payload), dumps(payload, salt="organisation.invitation:00008"),
            dumps(payload, salt="organisation.invitation"),
        ]  # fmt: skip
        for token in forged:
            assert browser.get(f"/desk/to-chuc/loi-moi/{token}/").status_code == 404, token


class TestInviting:
    def test_twice_is_once_too_often(self, invitation: Invitation, phuoc: Official) -> None:
        with in_commune(BA_DINH), pytest.raises(AlreadyInvited):
            invite(contact=ADDRESS, post=POST, by=phuoc)

    def test_who_is_here_is_not_asked(self, phuoc: Official, lan: Account) -> None:
        with in_commune(BA_DINH):
            make_official("clerk", account=lan)
            with pytest.raises(AlreadyOfficial):
                invite(contact=ADDRESS, post=POST, by=phuoc)

    def test_the_link_is_shown_once(self, desk: Desk, phuoc: Official) -> None:
        browser, address = desk("administrator"), "/desk/to-chuc/loi-moi/"
        data = {"contact": "LAN@vidu.vn ", "name": "Vũ Lan", "title": "Văn thư", "roles": "clerk"}
        assert browser.post(address, data).status_code == 302
        shown = re.compile(r'value="(https?://[^"]+/loi-moi/[^"]+)"')
        assert shown.search(text_of(browser.get(address)))
        assert not shown.search(text_of(browser.get(address)))
        with in_commune(BA_DINH):
            assert Invitation.objects.get().contact == ADDRESS

    @pytest.mark.parametrize("contact", ["", "lan@", "12345", "không có"])
    def test_a_contact_that_cannot_be_is_refused(
        self, desk: Desk, phuoc: Official, contact: str
    ) -> None:
        data = {"contact": contact, "name": "Vũ Lan", "title": "Văn thư", "roles": "clerk"}
        assert desk("administrator").post("/desk/to-chuc/loi-moi/", data).status_code == 422


def test_moving_to_another_commune_keeps_the_account_and_is_written_in_both(
    ngoc_ha: CommuneInfo, phuoc: Official, lan: Account, commune_client: Browser
) -> None:
    with in_commune(BA_DINH):
        there = make_official("clerk", account=lan)
        end_work(official=there, left_on=timezone.localdate(), by=phuoc)
    with in_commune(ngoc_ha.code):
        invited = invite(contact=ADDRESS, post=POST, by=make_official("administrator"))
        path = "/" + invitation_link(invited).split("/", 3)[3]
    client = commune_client(ngoc_ha)
    client.force_login(lan)
    assert client.post(path).status_code == 302
    with in_commune(BA_DINH):
        assert not Official.objects.get(account_id=lan.pk).active
        assert Event.objects.filter(verb="official.left", subject_id=there.pk).exists()
    with in_commune(ngoc_ha.code):
        assert Official.objects.get(account_id=lan.pk).active
        assert Event.objects.filter(verb="official.joined").exists()


def test_who_left_comes_back_by_invitation_into_the_new_post(
    browser: Client, phuoc: Official, path: str, lan: Account
) -> None:
    with in_commune(BA_DINH):
        former = make_official("leader", account=lan, active=False, scope="ho-tich")
    assert browser.post(path).status_code == 302
    official = here(lan)
    assert official is not None and official.pk == former.pk
    assert (official.roles, official.may_sign, official.scope) == ("clerk", False, "")
