"""Filings of certification, business and support procedures."""

from __future__ import annotations

import datetime as dt

from tests.journeys.people import (
    BINH,
    DUC,
    HUONG,
    KHANH,
    MINH,
    NGUYET,
    THANH,
    THUONG,
    TUAN,
    Filing,
    Person,
)


def _asker(person: Person) -> dict[str, str]:
    """Certification asks neither birth date nor the commune where one lives."""
    answers = person.requester()
    del answers["requester_birth_date"]
    return {**answers, "requester_address": "12 phố Kim Mã, Phường Ba Đình, Thành phố Hà Nội"}


def certified_copies(commune: str, today: dt.date) -> Filing:
    """Five copies of two papers; the fee is 2 x 2.000 + 3 x (2 x 2.000 + 2 x 1.000)."""
    degree = {
        "doc_kind": "Bằng tốt nghiệp đại học",
        "doc_owner": THUONG.name,
        "doc_number": "Số 114520, ngày 20/6/2018, Trường Đại học Sư phạm Hà Nội",
        "pages": 1,
        "copies": 2,
        "form_of_copy": "paper",
        "origin": "vietnam",
    }
    lease = {
        "doc_kind": "Quyết định tuyển dụng",
        "doc_owner": THUONG.name,
        "pages": 4,
        "copies": 3,
        "form_of_copy": "paper",
        "origin": "vietnam",
    }
    return Filing(
        code="2.000815",
        answers={
            **_asker(THUONG),
            "documents": [degree, lease],
            "photocopy_here": True,
            "farm_loan": False,
        },
        entries={"book_volume": "01"},
        printed=("ĐÚNG VỚI BẢN CHÍNH", "Bằng tốt nghiệp đại học", "SCT/BS"),
    )


def certified_signature(commune: str, today: dt.date) -> Filing:
    """A personal record to be signed at the office by one person."""
    return Filing(
        code="2.000884",
        answers={
            **_asker(MINH),
            "has_other_signers": False,
            "document_title": "Sơ yếu lý lịch",
            "document_kind": "personal_record",
            "foreign_language": False,
            "document_pages": 4,
            "document_copies": 2,
            "sign_mode": "sign",
            "place": "office",
        },
        entries={"receiver_name": "Ngô Thị Bích Ngọc", "book_volume": "01"},
        printed=("LỜI CHỨNG CHỨNG THỰC CHỮ KÝ", "PHẠM QUANG MINH", "Sơ yếu lý lịch", "SCT/CK"),
    )


def book_copy(commune: str, today: dt.date) -> Filing:
    """A family asks for what it was given fourteen years ago."""
    return Filing(
        code="2.000908",
        answers={
            **TUAN.requester(),
            "requester_relation": "self",
            "book_kind": "commendation",
            "original_title": "Giấy chứng nhận gia đình văn hóa năm 2012",
            "original_date": "2012",
            "copy_count": 2,
        },
        entries={
            "book_name": "Sổ cấp giấy chứng nhận gia đình văn hóa",
            "book_volume": "02",
            "entry_number": "157",
            "entry_date": "2012-11-18",
            "book_holder_name": TUAN.name,
            "book_content": (
                "Công nhận hộ gia đình ông Hoàng Anh Tuấn, tổ 14, đạt danh hiệu "
                "Gia đình văn hóa năm 2012."
            ),
        },
        printed=("BẢN SAO TỪ SỔ GỐC", "Hoàng Anh Tuấn", "157"),
    )


def household_business(commune: str, today: dt.date) -> Filing:
    """One person opens a noodle shop in the commune that is asked."""
    return Filing(
        code="1.001612",
        answers={
            "filer_kind": "owner",
            "founder_kind": "person",
            **HUONG.subject("owner_"),
            "owner_ethnicity": "Kinh",
            "owner_commune": commune,
            "owner_address_detail": "36 phố Đội Cấn",
            "owner_phone": HUONG.phone,
            "owner_email": HUONG.email,
            "business_name": "Phở Hương",
            "site_detail": "36 phố Đội Cấn",
            "site_commune": commune,
            "main_line_name": "Bán phở, đồ ăn sáng",
            "main_line_code": "5610",
            "has_other_lines": True,
            "other_lines": [{"line_name": "Bán nước giải khát", "line_code": "5630"}],
            "capital": 80_000_000,
            "start_date": (today + dt.timedelta(days=10)).isoformat(),
            "workers": 3,
            "tax_method": "on_revenue",
            "has_other_sites": False,
        },
        entries={
            "business_code": HUONG.national_id,
            "first_registered": today.isoformat(),
            "main_code": "5610",
        },
        printed=(
            "GIẤY CHỨNG NHẬN ĐĂNG KÝ HỘ KINH DOANH",
            "HỘ KINH DOANH PHỞ HƯƠNG",
            "80.000.000",
            "tám mươi triệu đồng",
            "ĐỖ THU HƯƠNG",
        ),
    )


def family_business(commune: str, today: dt.date) -> Filing:
    """A family, filed by somebody else on plain written authority."""
    alone = household_business(commune, today)
    member = {
        "member_name": DUC.name,
        "member_birth_date": DUC.born,
        "member_gender": DUC.gender,
        "member_national_id": DUC.national_id,
        "member_address": "36 phố Đội Cấn",
    }
    return Filing(
        code="1.001612",
        answers={
            **alone.answers,
            "filer_kind": "proxy",
            "founder_kind": "family",
            "proxy_name": BINH.name,
            "proxy_national_id": BINH.national_id,
            "proxy_phone": BINH.phone,
            "members": [member],
        },
        papers=("meeting_minutes", "members_authority", "proxy_authority"),
        entries=alone.entries,
        printed=(*alone.printed, DUC.name),
    )


def disability(commune: str, today: dt.date) -> Filing:
    """A father asks for his son, who hears little; ten activities are described."""
    able, helped = "Thực hiện được", "Thực hiện được nhưng cần trợ giúp"
    levels = [able] * 5 + ["Không thực hiện được", helped, able, helped, helped]
    return Filing(
        code="1.001699",
        answers={
            "request_kind": "new",
            "filer_kind": "representative",
            "contact_phone": TUAN.phone,
            **KHANH.subject("person_"),
            "person_commune": commune,
            "person_address_detail": "Ngõ 210 phố Đội Cấn",
            "school": "Trường Trung học cơ sở Ba Đình",
            "rep_name": TUAN.name,
            "rep_relation": "Cha",
            "rep_national_id": TUAN.national_id,
            "rep_address": "Ngõ 210 phố Đội Cấn",
            "disability_kinds": ["Khuyết tật nghe, nói"],
            "condition_note": "Nghe kém từ lúc 3 tuổi sau khi sốt cao, đang đeo máy trợ thính.",
            "activities": [{"level": level} for level in levels],
            "visit_home": False,
        },
        papers=("medical_papers",),
        entries={
            "minutes_number": "03/BB-HĐXĐKT",
            "minutes_date": (today - dt.timedelta(days=1)).isoformat(),
            "concluded_kinds": ["Khuyết tật nghe, nói"],
            "concluded_level": "Nặng",
        },
        printed=("GIẤY XÁC NHẬN KHUYẾT TẬT", "HOÀNG GIA KHÁNH", "Khuyết tật nghe, nói", "Nặng"),
    )


def social_pension(commune: str, today: dt.date) -> Filing:
    """A son asks for his mother, past 75 and without a pension, paid to her account."""
    first_of_next = (today.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    return Filing(
        code="1.014027",
        answers={
            "request_kind": "start",
            "filer_kind": "proxy",
            "contact_phone": THANH.phone,
            **NGUYET.subject("person_"),
            "person_ethnicity": "Kinh",
            "person_commune": commune,
            "person_address_detail": "Số 8 ngõ 55 phố Hoàng Hoa Thám",
            "poverty": "none",
            "pension": "none",
            "proxy_name": THANH.name,
            "proxy_birth_date": THANH.born,
            "proxy_national_id": THANH.national_id,
            "proxy_relation": "Con",
            "proxy_address": "Số 8 ngõ 55 phố Hoàng Hoa Thám",
            "pay_way": "account",
            "account_number": "0011004233188",
            "account_bank": "Ngân hàng TMCP Ngoại thương Việt Nam",
            "account_holder": "Luong Thi Nguyet",
        },
        entries={
            "monthly_amount": 540_000,
            "pay_from": first_of_next.isoformat(),
            "proposal": "Tờ trình số 88/TTr-VHXH ngày 18 tháng 11 năm 2026",
        },
        printed=(
            "QUYẾT ĐỊNH",
            "Lương Thị Nguyệt",
            "540.000 đồng",
            "năm trăm bốn mươi nghìn đồng",
            "Điều 3",
        ),
    )
