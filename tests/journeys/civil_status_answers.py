"""Filings of civil-status procedures."""

from __future__ import annotations

import datetime as dt

from tests.journeys.people import CUONG, DUC, HUONG, LAN, MAI, MINH, NHU, THUONG, TUAN, Filing


def birth(commune: str, today: dt.date) -> Filing:
    """A mother registers her daughter three weeks after the birth."""
    born = today - dt.timedelta(days=20)
    return Filing(
        code="1.001193",
        answers={
            **THUONG.requester(),
            "requester_relation": "Mẹ",
            "child_name": "Trần Nguyễn Gia Hân",
            "child_gender": "Nữ",
            "child_birth_date": born.isoformat(),
            "birth_evidence": "certificate",
            "birth_certificate_number": "0457/2026",
            "birth_place_kind": "Cơ sở y tế",
            "birth_facility": "Bệnh viện Phụ sản Hà Nội",
            "birth_commune": "00008",
            "home_place": commune,
            "child_ethnicity": "Kinh",
            "child_nationality": "Việt Nam",
            **THUONG.subject("mother_", gender=False),
            "parents_married": True,
            "marriage_number": "27/2023",
            "marriage_date": "2023-04-08",
            "marriage_place": "UBND phường Ngọc Hà, Hà Nội",
            **DUC.subject("father_", gender=False),
            "wants_copies": True,
            "copy_count": 2,
        },
        papers=("birth_certificate",),
        entries={
            "personal_number": f"0013{born:%y}054321",
            "printed_mother_ethnicity": "Kinh",
            "printed_mother_nationality": "Việt Nam",
            "printed_mother_residence": "12 phố Kim Mã, Phường Ba Đình, Thành phố Hà Nội",
            "printed_father_ethnicity": "Kinh",
            "printed_father_nationality": "Việt Nam",
            "printed_father_residence": "12 phố Kim Mã, Phường Ba Đình, Thành phố Hà Nội",
        },
        printed=(
            "GIẤY KHAI SINH",
            "TRẦN NGUYỄN GIA HÂN",
            "NGUYỄN THỊ HOÀI THƯƠNG",
            "TRẦN VĂN ĐỨC",
            "Bệnh viện Phụ sản Hà Nội",
        ),
    )


def marriage(commune: str, today: dt.date) -> Filing:
    """Two people who marry for the first time; the bride files."""
    asker = LAN.requester()
    del asker["requester_birth_date"]
    return Filing(
        code="1.000894",
        answers={
            "requester_side": "Bên nữ",
            **asker,
            **LAN.subject("bride_", gender=False),
            "bride_ethnicity": "Tày",
            "bride_nationality": "Việt Nam",
            "bride_marriage_order": 1,
            "bride_marital_status": "2",
            **MINH.subject("groom_", gender=False),
            "groom_ethnicity": "Kinh",
            "groom_nationality": "Việt Nam",
            "groom_marriage_order": 1,
            "groom_marital_status": "2",
            "wants_copies": False,
        },
        entries={
            "registered_on": today.isoformat(),
            "printed_bride_residence": "25 phố Ngọc Hà, Phường Ngọc Hà, Thành phố Hà Nội",
            "printed_groom_residence": "12 phố Kim Mã, Phường Ba Đình, Thành phố Hà Nội",
        },
        printed=("GIẤY CHỨNG NHẬN KẾT HÔN", "LÊ NGỌC LAN", "PHẠM QUANG MINH", "Tày"),
    )


def death(commune: str, today: dt.date) -> Filing:
    """A daughter registers her father's death five days later."""
    died = today - dt.timedelta(days=5)
    return Filing(
        code="1.000656",
        answers={
            **MAI.requester(),
            "requester_relation": "Con",
            **CUONG.subject("deceased_"),
            "death_date": died.isoformat(),
            "death_time": "04:35",
            "death_place": "Bệnh viện Bạch Mai",
            "death_commune": "00008",
            "death_cause": "Nhồi máu cơ tim",
            "notice_kind": "Giấy báo tử",
            "notice_number": "318/GBT",
            "notice_issuer": "Bệnh viện Bạch Mai",
            "notice_date": died.isoformat(),
            "wants_copies": True,
            "copy_count": 3,
        },
        papers=("death_notice",),
        entries={
            "printed_ethnicity": "Kinh",
            "printed_nationality": "Việt Nam",
            "printed_last_residence": "7 phố Đốc Ngữ, Phường Ba Đình, Thành phố Hà Nội",
        },
        printed=("TRÍCH LỤC KHAI TỬ", "BÙI MẠNH CƯỜNG", "Nhồi máu cơ tim", "04:35"),
    )


def marital_status(commune: str, today: dt.date) -> Filing:
    """A man asks for himself, to marry in the neighbouring ward."""
    return Filing(
        code="1.004873",
        answers={
            **MINH.requester(),
            "requester_relation": "Bản thân",
            **MINH.subject("person_"),
            "lived_elsewhere": True,
            "residence_history": [
                {
                    "commune": "00008",
                    "address": "25 phố Ngọc Hà",
                    "from_date": "2018-11-09",
                    "to_date": "2021-06-30",
                }
            ],
            "marital_status": "2",
            "previous_certificate": "none",
            "purpose_kind": "Để đăng ký kết hôn",
            "fiance_name": LAN.name,
            "fiance_birth_date": LAN.born,
            "fiance_nationality": "Việt Nam",
            "fiance_document": LAN.national_id,
            "marry_place": "UBND phường Ngọc Hà, Hà Nội",
        },
        entries={
            "printed_ethnicity": "Kinh",
            "printed_nationality": "Việt Nam",
            "printed_residence": "12 phố Kim Mã, Phường Ba Đình, Thành phố Hà Nội",
            "confirmed_status": "Hiện tại chưa đăng ký kết hôn với ai",
        },
        printed=(
            "GIẤY XÁC NHẬN TÌNH TRẠNG HÔN NHÂN",
            "PHẠM QUANG MINH",
            "chưa đăng ký kết hôn với ai",
            "Lê Ngọc Lan",
        ),
    )


def extract_copy(commune: str, today: dt.date) -> Filing:
    """Two copies of one's own birth certificate, of which only the year is remembered."""
    return Filing(
        code="2.000635",
        answers={
            "event_kind": "birth",
            "copy_count": 2,
            **HUONG.requester(),
            "requester_relation": "Bản thân",
            **HUONG.subject("person_"),
            "registered_at": "UBND phường Đội Cấn, quận Ba Đình, Hà Nội",
            "registered_date": "1987",
        },
        entries={
            "entry_number": "142",
            "entry_book": "01/1987",
            "entry_date": "1987-08-03",
            "entry_place": "UBND phường Đội Cấn, quận Ba Đình, Hà Nội",
            "entry_name": HUONG.name,
            "entry_birth_date": HUONG.born,
            "entry_ethnicity": "Kinh",
            "entry_nationality": "Việt Nam",
            "entry_birth_place": "Bệnh viện Phụ sản Hà Nội",
            "entry_home_place": "Hà Nội",
            "entry_mother": "Nguyễn Thị Thảo, 1960, Kinh, Việt Nam, phường Đội Cấn, Hà Nội",
            "entry_father": "Đỗ Văn Hải, 1957, Kinh, Việt Nam, phường Đội Cấn, Hà Nội",
        },
        printed=("GIẤY KHAI SINH (BẢN SAO)", "ĐỖ THU HƯƠNG", "142"),
    )


def correction(commune: str, today: dt.date) -> Filing:
    """A woman has the year on her birth certificate corrected."""
    return Filing(
        code="1.004859",
        answers={
            "act_kind": "correct",
            **HUONG.requester(),
            "requester_relation": "Bản thân",
            **HUONG.subject("person_"),
            "registered_event": "Khai sinh",
            "registered_at": "UBND phường Đội Cấn, quận Ba Đình, Hà Nội",
            "registered_date": "1987-08-03",
            "registered_number": "142",
            "registered_book": "01/1987",
            "changes": [
                {
                    "item": "Ngày, tháng, năm sinh",
                    "old_value": "19/7/1986",
                    "new_value": "19/7/1987",
                }
            ],
            "change_reason": "Cán bộ ghi nhầm năm; giấy chứng sinh ghi năm 1987.",
            "wants_copies": False,
        },
        papers=("paper_to_change", "evidence"),
        entries={
            "printed_ethnicity": "Kinh",
            "printed_nationality": "Việt Nam",
            "printed_residence": "36 phố Đội Cấn, Phường Ngọc Hà, Thành phố Hà Nội",
            "entry_number": "142",
            "entry_date": "1987-08-03",
        },
        printed=("TRÍCH LỤC CẢI CHÍNH HỘ TỊCH", "ĐỖ THU HƯƠNG", "19/7/1986", "19/7/1987"),
    )


def birth_again(commune: str, today: dt.date) -> Filing:
    """A man whose certificate was lost in a flood; his father has died."""
    return Filing(
        code="1.004884",
        answers={
            **TUAN.requester(),
            "requester_relation": "Bản thân",
            "person_name": TUAN.name,
            "person_gender": TUAN.gender,
            "person_national_id": TUAN.national_id,
            "person_birth_date": TUAN.born,
            "birth_commune": commune,
            "home_place": commune,
            "person_ethnicity": "Kinh",
            "person_nationality": "Việt Nam",
            "mother_state": "alive",
            **NHU.subject("mother_", gender=False),
            "father_state": "dead",
            "father_name": "Hoàng Văn Tân",
            "father_birth_date": "1950",
            "father_ethnicity": "Kinh",
            "father_nationality": "Việt Nam",
            "previous_place": "UBND xã Ngọc Hà, huyện Từ Liêm, Hà Nội",
            "previous_date": "1980",
            "missing_reason": "Mất trong trận lụt năm 2008",
            "state_employee": False,
            "wants_copies": True,
            "copy_count": 1,
        },
        papers=("old_papers",),
        entries={
            "printed_mother_ethnicity": "Kinh",
            "printed_mother_nationality": "Việt Nam",
            "printed_mother_residence": "Ngõ 210 phố Đội Cấn, Phường Ngọc Hà, Thành phố Hà Nội",
            "printed_father_ethnicity": "Kinh",
            "printed_father_nationality": "Việt Nam",
            "chosen_source": "Học bạ trung học cơ sở năm 1994",
        },
        printed=("GIẤY KHAI SINH", "Đã chết", "HOÀNG ANH TUẤN", "ĐINH THỊ NHƯ", "HOÀNG VĂN TÂN"),
    )
