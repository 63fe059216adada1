"""Notices: written with what they tell of, sent by the ways that law and wishes leave open."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core import mail
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from tenants.accounts.consent import SMS, give_consent, withdraw_consent
from tenants.accounts.models import Account
from tenants.jobs.models import Job
from tenants.jobs.runner import run_pending_jobs
from tenants.notices.delivering import SMS_LENGTH, sms_text
from tenants.notices.models import Channel, Delivery, Notice
from tenants.notices.notices import (
    forget_account,
    mark_read,
    notices_of_official,
    notices_of_subject,
    notify,
    resend,
    set_takes_letters,
    unread_of_citizen,
    unread_of_official,
)
from tenants.notices.tasks import QUEUE, remove_old_notices, send_delivery
from tests.factories import make_account
from tests.messages_sent import texts_to

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_ba_dinh")]

CASE = uuid4()
State, Reason = Delivery.State, Delivery.Reason


def tell(account: Account | None = None, **given: Any) -> Notice:
    return notify(
        **{
            "account_id": account.pk if account else None,
            "commune_code": "00004",
            "subject_id": CASE,
            "code": "H26.00004-261122-0007",
            "kind": "supplement_requested",
            "title": "Hồ sơ cần bổ sung",
            "body": "Anh/chị bổ sung giấy chứng sinh trước ngày 22/12/2026.",
            "path": "/ho-so/H26.00004-261122-0007/",
            **given,
        }
    )


def ways() -> dict[str, tuple[str, str]]:
    return {one.channel: (one.state, one.reason) for one in Delivery.objects.all()}


def send_all() -> None:
    run_pending_jobs((QUEUE,))


class TestWriting:
    def test_it_costs_two_statements(self):
        account = make_account()
        with CaptureQueriesContext(connection) as captured, transaction.atomic():
            tell(account)
        assert len([one for one in captured if "SAVEPOINT" not in one["sql"]]) == 2

    def test_nothing_of_it_can_be_read_in_the_tables(self):
        tell(phone="0912345678", email="ba.lan@example.vn")
        with connection.cursor() as cursor:
            cursor.execute("SELECT n::text FROM notices_notice n")
            text = cursor.fetchone()[0]
            cursor.execute("SELECT args::text FROM jobs_job")
            text += cursor.fetchone()[0]
        for said in ("0912345678", "ba.lan", "chứng sinh"):
            assert said not in text
            assert said.encode().hex() not in text

    def test_it_goes_with_what_was_rolled_back(self):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            tell(make_account())
            raise ZeroDivisionError
        assert not Notice.objects.exists()
        assert not Job.objects.exists()

    def test_an_official_reads_it_at_the_desk_alone(self):
        account = make_account()
        notice = tell(account, audience="official")
        assert not Job.objects.exists()
        assert list(notices_of_official(account.pk, "00004")) == [notice]
        assert not notices_of_official(account.pk, "00008").exists()
        assert unread_of_citizen(account.pk) == 0

    def test_somebody_without_account_and_address_is_told_on_paper(self):
        tell()
        assert not Job.objects.exists()

    def test_reading_is_noted_once(self):
        account = make_account()
        tell(account)
        tell(account, audience="official")
        assert (unread_of_citizen(account.pk), unread_of_official(account.pk, "00004")) == (1, 1)
        mark_read(notices_of_subject(CASE))
        first = {one.pk: one.read_at for one in notices_of_subject(CASE)}
        assert None not in first.values()
        mark_read(notices_of_subject(CASE))
        assert {one.pk: one.read_at for one in notices_of_subject(CASE)} == first
        assert (unread_of_citizen(account.pk), unread_of_official(account.pk, "00004")) == (0, 0)


class TestWays:
    def test_a_letter_goes_to_a_proved_address(self):
        account = make_account(email="thuong@example.vn")
        tell(account)
        send_all()
        assert ways() == {
            "email": (State.SENT, ""),
            "sms": (State.NOT_SENT, Reason.NO_ADDRESS),
        }
        [letter] = mail.outbox
        assert letter.subject == "Hồ sơ cần bổ sung"
        assert "giấy chứng sinh" in letter.body
        assert "xaso.localhost" in letter.body
        assert "/ho-so/H26.00004-261122-0007/" in letter.body

    def test_none_goes_to_an_address_that_nobody_proved(self):
        account = Account.objects.create_account(
            full_name="Lê Văn An", email="an@example.vn", phone="0912000001"
        )
        tell(account, needs_person=True)
        send_all()
        assert ways() == {
            "email": (State.NOT_SENT, Reason.NOT_PROVED),
            "sms": (State.NOT_SENT, Reason.NOT_PROVED),
        }
        assert not mail.outbox

    def test_a_message_needs_consent(self):
        account = make_account(phone="0912000002", email=None)
        tell(account, needs_person=True, mandatory=True)
        send_all()
        assert ways()["sms"] == (State.NOT_SENT, Reason.NO_CONSENT)
        assert texts_to("0912000002") == []

    def test_with_consent_it_goes_out_in_letters_that_any_phone_shows(self):
        account = make_account(phone="0912000003", email=None)
        give_consent(account=account, purpose=SMS)
        tell(account, needs_person=True, sms="Hồ sơ 0007 cần bổ sung. Đủ giấy tờ thì giải quyết.")
        send_all()
        assert ways()["sms"] == (State.SENT, "")
        [text] = texts_to("0912000003")
        assert text.startswith("Ho so 0007 can bo sung. Du giay to thi giai quyet. http")
        assert text.isascii()
        assert len(text.strip()) <= SMS_LENGTH

    def test_consent_covers_what_its_words_name(self):
        account = make_account(phone="0912000004", email=None)
        give_consent(account=account, purpose=SMS)
        tell(account)
        send_all()
        assert ways()["sms"] == (State.NOT_SENT, Reason.NOT_COVERED)

    def test_consent_taken_back_before_the_sending_counts(self):
        account = make_account(phone="0912000005", email=None)
        give_consent(account=account, purpose=SMS)
        tell(account, needs_person=True)
        withdraw_consent(account=account, purpose=SMS)
        send_all()
        assert ways()["sms"] == (State.NOT_SENT, Reason.NO_CONSENT)

    def test_who_wishes_no_letters_gets_none(self):
        account = make_account()
        set_takes_letters(account_id=account.pk, email=False)
        tell(account)
        send_all()
        assert ways()["email"] == (State.NOT_SENT, Reason.OPTED_OUT)

    def test_except_those_the_law_wants_when_no_message_goes(self):
        account = make_account(phone="0912000006")
        set_takes_letters(account_id=account.pk, email=False)
        tell(account, mandatory=True, needs_person=True)
        send_all()
        assert ways()["email"] == (State.SENT, "")

    def test_a_message_is_enough_for_the_law(self):
        account = make_account(phone="0912000007")
        give_consent(account=account, purpose=SMS)
        set_takes_letters(account_id=account.pk, email=False)
        tell(account, mandatory=True, needs_person=True)
        send_all()
        assert ways() == {
            "email": (State.NOT_SENT, Reason.OPTED_OUT),
            "sms": (State.SENT, ""),
        }

    def test_who_has_no_account_is_told_where_they_asked_for_it(self):
        tell(phone="0912000008", email="ba.lan@example.vn")
        send_all()
        assert ways() == {"email": (State.SENT, ""), "sms": (State.SENT, "")}
        assert len(texts_to("0912000008")) == len(texts_to("ba.lan@example.vn")) == 1

    def test_a_long_text_leaves_the_link_out_before_it_is_cut(self):
        notice = tell(sms="Rất dài. " * 30)
        assert len(sms_text(notice)) == SMS_LENGTH
        assert "http" not in sms_text(notice)

    def test_accents_are_a_setting(self, settings: Settings):
        settings.SMS_ACCENTS = True
        assert sms_text(tell()).startswith("Hồ sơ cần bổ sung")


class TestSending:
    def test_a_letter_sent_again_has_the_same_name(self):
        tell(email="lan@example.vn")
        send_all()
        [delivery] = Delivery.objects.filter(channel=Channel.EMAIL)
        assert mail.outbox[0].extra_headers["Message-ID"].startswith(f"<{delivery.pk}@")

    def test_what_was_sent_is_never_sent_again(self):
        tell(email="lan@example.vn")
        send_all()
        [delivery] = Delivery.objects.filter(channel=Channel.EMAIL)
        assert not resend(delivery)
        send_delivery.enqueue(str(delivery.pk))
        send_all()
        assert len(mail.outbox) == 1

    def test_deciding_twice_is_once(self):
        notice = tell(email="lan@example.vn")
        job = Job.objects.get()
        send_all()
        Job.objects.filter(pk=job.pk).update(state="queued")
        send_all()
        assert len(mail.outbox) == 1
        assert notice.deliveries.count() == 2


class TestKeeping:
    def test_a_closed_account_leaves_no_trace_in_them(self):
        account = make_account(email="di@example.vn")
        set_takes_letters(account_id=account.pk, email=False)
        tell(account, mandatory=True)
        send_all()
        forget_account(account.pk)
        [notice] = notices_of_subject(CASE)
        assert notice.account_id is None
        assert [one.address for one in notice.deliveries.all()] == [None, None]

    def test_old_ones_are_removed(self, settings: Settings):
        old = tell(email="cu@example.vn")
        send_all()
        years_ago = UUID(int=(1_600_000_000_000 << 80) + 1)
        Delivery.objects.filter(notice=old).delete()
        with connection.cursor() as cursor:
            cursor.execute("UPDATE notices_notice SET id = %s", [years_ago])
        Delivery.objects.create(
            notice_id=years_ago, commune_code="00004", channel="email", state="not_sent"
        )
        new = tell()
        remove_old_notices.call()
        assert [one.pk for one in Notice.objects.all()] == [new.pk]
        assert not Delivery.objects.exists()
