"""Everything the centre holds about a person, as one document of plain values.

`EXPLANATIONS` names every key of it: the file that people download carries it along, so that a
program or a person who reads the file needs nothing else. What communes hold (answers, papers,
histories of cases) lies with the communes; each case of the list leads there.
"""

from __future__ import annotations

import datetime
from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from services.cases.states import CaseStatus
from services.tracking.tracking import cases_of_account
from tenants.accounts.closing import closing_day
from tenants.accounts.consent import consents_of, wording_of
from tenants.accounts.models import Account, DeskSession
from tenants.communes.hosts import commune_url
from tenants.communes.official_list import official_commune
from tenants.notices.notices import notices_of_citizen, takes_letters

FORM = "xaso.personal-data.1"

EXPLANATIONS: dict[str, str | Promise] = {
    "format": _("tên và bản của cách ghi tệp này"),
    "made_at": _("lúc làm ra tệp này"),
    "account": _("thông tin trong tài khoản"),
    "account.id": _("mã tài khoản"),
    "account.full_name": _("họ và tên"),
    "account.phone": _("số điện thoại"),
    "account.phone_verified_at": _("lúc số điện thoại được xác nhận"),
    "account.email": _("thư điện tử"),
    "account.email_verified": _("thư điện tử đã được xác nhận hay chưa"),
    "account.national_id": _("số định danh cá nhân"),
    "account.national_id_verified_at": _("lúc nơi cấp định danh xác nhận số định danh"),
    "account.assurance_level": _("mức độ bảo đảm cao nhất mà nơi cấp định danh đã xác nhận"),
    "account.birth_date": _("ngày sinh"),
    "account.address": _("nơi ở"),
    "account.created_at": _("lúc tạo tài khoản"),
    "account.is_operator": _("có phải người vận hành nền tảng hay không"),
    "account.closing_asked_at": _("lúc yêu cầu đóng tài khoản"),
    "account.closes_on": _("ngày sớm nhất tài khoản đóng"),
    "consents": _("những lần đồng ý cho xử lý dữ liệu"),
    "consents.purpose": _("mục đích"),
    "consents.version": _("bản của lời đồng ý"),
    "consents.text": _("lời đồng ý"),
    "consents.given_at": _("lúc đồng ý"),
    "consents.withdrawn_at": _("lúc rút lại"),
    "sign_in": _("cách đăng nhập"),
    "sign_in.password": _("có mật khẩu hay không; mật khẩu chỉ lưu ở dạng không đọc ngược được"),
    "sign_in.second_factors": _("các cách xác nhận lần hai"),
    "sign_in.second_factors.kind": _("loại"),
    "sign_in.second_factors.created_at": _("lúc thêm"),
    "sign_in.second_factors.last_used_at": _("lần dùng gần nhất"),
    "sign_in.identity_providers": _("các nơi cấp định danh đã nối với tài khoản"),
    "sign_in.identity_providers.provider": _("nơi cấp định danh"),
    "sign_in.identity_providers.subject": _("mã của anh/chị ở nơi đó"),
    "sign_in.identity_providers.claims": _("những gì nơi đó đã cho biết"),
    "sign_in.identity_providers.linked_at": _("lúc nối"),
    "sign_in.identity_providers.last_used_at": _("lần dùng gần nhất"),
    "sign_in.sessions": _("các phiên đăng nhập còn mở"),
    "sign_in.sessions.created_at": _("lúc đăng nhập"),
    "sign_in.sessions.last_seen_at": _("lần dùng gần nhất"),
    "sign_in.sessions.network_address": _("địa chỉ mạng"),
    "sign_in.sessions.browser": _("trình duyệt"),
    "sign_in.desks": _("các bàn làm việc của cán bộ đang mở"),
    "sign_in.desks.commune": _("xã, phường, đặc khu"),
    "sign_in.desks.opened_at": _("lúc mở"),
    "sign_in.desks.last_seen_at": _("lần dùng gần nhất"),
    "sign_in.desks.browser": _("trình duyệt"),
    "notice_wishes": _("cách nhận thông báo"),
    "notice_wishes.email": _("nhận thư điện tử cho mọi thông báo hay không"),
    "notices": _("những thông báo đã gửi anh/chị, còn lưu"),
    "notices.commune": _("xã, phường, đặc khu"),
    "notices.code": _("mã hồ sơ hoặc việc được báo"),
    "notices.title": _("tiêu đề"),
    "notices.body": _("nội dung"),
    "notices.told_at": _("lúc báo"),
    "notices.read_at": _("lúc anh/chị mở xem"),
    "cases": _("hồ sơ đã nộp ở mọi xã, phường, đặc khu"),
    "cases.code": _("mã hồ sơ"),
    "cases.commune_code": _("mã xã, phường, đặc khu"),
    "cases.commune": _("xã, phường, đặc khu"),
    "cases.procedure_code": _("mã thủ tục"),
    "cases.procedure": _("tên thủ tục"),
    "cases.state": _("trạng thái"),
    "cases.filed_at": _("lúc nộp"),
    "cases.due_at": _("hẹn trả"),
    "cases.updated_at": _("thay đổi gần nhất"),
    "cases.url": _("trang của hồ sơ, nơi tải được tờ khai và giấy tờ"),
}


def holdings_of(account: Account) -> dict[str, Any]:
    """Everything about a person that lies in shared tables, by the keys of `EXPLANATIONS`."""
    return {
        "format": FORM,
        "made_at": timezone.localtime(),
        "account": _account(account),
        "consents": _consents(account.pk),
        "sign_in": {
            "password": account.has_usable_password(),
            "second_factors": _second_factors(account.pk),
            "identity_providers": _identity_providers(account.pk),
            "sessions": _sessions(account.pk),
            "desks": _desks(account.pk),
        },
        "notice_wishes": {"email": takes_letters(account.pk)},
        "notices": _notices(account.pk),
        "cases": _cases(account.pk),
    }


def email_verified(account: Account) -> bool:
    """Whether the person has shown that the account's address is theirs."""
    return (
        bool(account.email)
        and EmailAddress.objects.filter(
            user_id=account.pk, email=account.email, verified=True
        ).exists()
    )


def _local(moment: datetime.datetime | None) -> datetime.datetime | None:
    return timezone.localtime(moment) if moment else None


def _moment(seconds: float | None) -> datetime.datetime | None:
    return _local(datetime.datetime.fromtimestamp(seconds, datetime.UTC)) if seconds else None


def _account(account: Account) -> dict[str, Any]:
    return {
        "id": str(account.pk),
        "full_name": account.full_name,
        "phone": account.phone,
        "phone_verified_at": _local(account.phone_verified_at),
        "email": account.email,
        "email_verified": email_verified(account),
        "national_id": account.national_id,
        "national_id_verified_at": _local(account.national_id_verified_at),
        "assurance_level": account.assurance_level,
        "birth_date": account.birth_date,
        "address": account.address,
        "created_at": _local(account.date_joined),
        "is_operator": account.is_operator,
        "closing_asked_at": _local(account.closing_asked_at),
        "closes_on": closing_day(account),
    }


def _consents(account_id: UUID) -> list[dict[str, Any]]:
    rows = []
    for consent in consents_of(account_id):
        wording = wording_of(consent)
        rows.append(
            {
                "purpose": wording.title if wording else consent.purpose,
                "version": consent.version,
                "text": wording.text if wording else "",
                "given_at": _local(consent.given_at),
                "withdrawn_at": _local(consent.withdrawn_at),
            }
        )
    return rows


def _second_factors(account_id: UUID) -> list[dict[str, Any]]:
    return [
        {
            "kind": str(factor.get_type_display()),
            "created_at": _local(factor.created_at),
            "last_used_at": _local(factor.last_used_at),
        }
        for factor in Authenticator.objects.filter(user_id=account_id).order_by("created_at")
    ]


def _identity_providers(account_id: UUID) -> list[dict[str, Any]]:
    return [
        {
            "provider": link.provider,
            "subject": link.uid,
            "claims": link.extra_data,
            "linked_at": _local(link.date_joined),
            "last_used_at": _local(link.last_login),
        }
        for link in SocialAccount.objects.filter(user_id=account_id).order_by("date_joined")
    ]


def _sessions(account_id: UUID) -> list[dict[str, Any]]:
    return [
        {
            "created_at": _local(session.created_at),
            "last_seen_at": _local(session.last_seen_at),
            "network_address": session.ip,
            "browser": session.user_agent,
        }
        for session in UserSession.objects.filter(user_id=account_id).order_by("created_at")
    ]


def _desks(account_id: UUID) -> list[dict[str, Any]]:
    return [
        {
            "commune": official_commune(desk.commune_code).full_name,
            "opened_at": _local(desk.opened_at),
            "last_seen_at": _local(desk.last_seen_at),
            "browser": desk.device,
        }
        for desk in DeskSession.objects.filter(account_id=account_id).order_by("opened_at")
    ]


def _notices(account_id: UUID) -> list[dict[str, Any]]:
    # Those of an official's work are the commune's, not the person's.
    return [
        {
            "commune": official_commune(notice.commune_code).full_name,
            "code": notice.code,
            "title": notice.content["title"],
            "body": notice.content["body"],
            "told_at": _local(notice.created_at),
            "read_at": _local(notice.read_at),
        }
        for notice in notices_of_citizen(account_id)
    ]


def _cases(account_id: UUID) -> list[dict[str, Any]]:
    return [
        {
            "code": case.code,
            "commune_code": case.commune_code,
            "commune": official_commune(case.commune_code).full_name,
            "procedure_code": case.procedure_code,
            "procedure": case.procedure_name,
            "state": str(CaseStatus(case.status).label),
            "filed_at": _local(case.filed_at),
            "due_at": _local(case.due_at),
            "updated_at": _local(case.updated_at),
            "url": commune_url(case.commune_code, f"/ho-so/{case.code}/"),
        }
        for case in cases_of_account(account_id, limit=None)
    ]
