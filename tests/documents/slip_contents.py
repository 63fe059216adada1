"""Contents of every slip with the longest texts that the platform takes."""

from __future__ import annotations

from typing import Any

from tests.documents.contents import COMMON, CONTENTS, DEPUTY, OFFICIAL, URL

# Names as long as a form takes them; the last words show that nothing was cut off.
NAME = "Nguyễn Phúc Công Tằng Tôn Nữ Hoàng Thị Thái Bình Minh Phương Thảo Quỳnh Anh Ngân"
ADDRESS = (
    "Căn hộ 1208, tòa nhà CT2A, khu đô thị mới Nghĩa Đô, ngách 25 ngõ 106 đường Hoàng Quốc "
    "Việt, tổ dân phố số 14, khu dân cư số 3, Phường Nghĩa Đô, Thành phố Hà Nội, gần Trạm y tế "
    "phường cũ cuối ngõ"
)
PROCEDURE = (
    "Thủ tục giải quyết chế độ mai táng phí đối với đối tượng tham gia kháng chiến, chiến tranh "
    "bảo vệ Tổ quốc, làm nhiệm vụ quốc tế đã có quyết định hưởng trợ cấp một lần và thân nhân "
    "của người có công với cách mạng đã từ trần trước ngày quy định này có hiệu lực thi hành trên "
    "địa bàn tỉnh hết câu"
)
AGENCY = "ỦY BAN NHÂN DÂN PHƯỜNG NGHĨA ĐÔ TRỰC THUỘC THÀNH PHỐ TRUNG ƯƠNG HÀ NỘI KHU VỰC SỐ MỘT MỚI"
# The ends of name, address and procedure, on the papers where they stand.
_NAME_END, _ADDRESS_END, _PROCEDURE_END = "Quỳnh Anh Ngân", "cuối ngõ", "hết câu"
LAST_WORDS = {
    "receipt_slip": (_NAME_END, _ADDRESS_END, _PROCEDURE_END),
    "supplement_request": (_NAME_END, _ADDRESS_END, _PROCEDURE_END),
    "refusal": (_NAME_END, _ADDRESS_END, _PROCEDURE_END),
    "extension_letter": (_NAME_END, _PROCEDURE_END),
    "stop_notice": (_NAME_END, _ADDRESS_END, _PROCEDURE_END),
    "control_slip": (_NAME_END, _PROCEDURE_END),
    "case_register": (_NAME_END, _ADDRESS_END, _PROCEDURE_END),
    "fee_receipt": (_NAME_END, _ADDRESS_END),
    "refund_slip": (_NAME_END, _ADDRESS_END),
    "day_closing": (_NAME_END,),
}
assert (len(NAME), len(AGENCY)) == (80, 89), (len(NAME), len(AGENCY))
assert len(ADDRESS) >= 190
assert len(PROCEDURE) >= 290

LETTERHEAD = {**COMMON["letterhead"], "agency_name": AGENCY, "centre_name": AGENCY}
CODE = COMMON["code"]
_ABOUT = {
    **COMMON,
    "letterhead": LETTERHEAD,
    "applicant": {
        "name": NAME,
        "national_id": "001196000412",
        "address": ADDRESS,
        "phone": "0900 000 268",
        "email": "hoai.thuong.nguyen.1996.dia-chi-thu-rat-dai@thudientu-cong-ty.example",
    },
    "subject_name": NAME,
    "procedure": {"name": PROCEDURE, "code": "1.001193"},
    "official": {**OFFICIAL, "name": NAME},
    "channel_text": "nộp trực tuyến",
    "filed_text": "Nộp trực tuyến lúc 08:59 22/11/2026",
    "track_url": f"{URL}/ho-so/{CODE}/",
}
_LETTER = {
    **_ABOUT,
    "letterhead": {**LETTERHEAD, "unit_name": ""},
    "number": "12/UBND-VP",
    "notation": "12/UBND-VP",
    "to": NAME,
    "received": "09 giờ 12 phút, ngày 22 tháng 11 năm 2026",
    "recipients": ["Như trên", "Trung tâm Phục vụ hành chính công", "Lưu: VT"],
    "signer": {**DEPUTY, "name": NAME},
}
_MONEY = {
    **COMMON,
    "letterhead": LETTERHEAD,
    "number": "0000123",
    "notation": "0000123",
    "unit_name": AGENCY,
    "tax_code": "0100000000-001",
    "form_no": "01BLP2-001",
    "symbol": "AA-26T",
    "fee_lines": [
        {"name": "Lệ phí đăng ký khai sinh quá hạn", "amount": 8000},
        {"name": "Phí cấp bản sao trích lục hộ tịch, 2 bản", "amount": 16000},
    ],
    "payer": {"name": NAME, "address": ADDRESS},
    "case_code": CODE,
    "total": 24000,
    "total_words": "Hai mươi bốn nghìn đồng",
    "method": "Tiền mặt",
    "collector": NAME,
}


def register_row(number: int) -> dict[str, Any]:
    """A row of the register with the longest texts."""
    return {
        "number": f"{number:04d}",
        "code": f"H26.00004-261122-{number:04d}",
        "procedure": PROCEDURE,
        "sets": 1,
        "name": NAME,
        "address": ADDRESS,
        "phone": "0900 000 268",
        "agency": AGENCY,
        "received": "09:12\n22/11/2026",
        "due": "17:00\n23/11/2026",
        "returned": "16:40\n23/11/2026",
        "way": "Trực tuyến",
        "signed": f"Đã ký: {NAME}",
        "note": "Không chấp thuận, Quá hạn",
    }


def usual_row(number: int) -> dict[str, Any]:
    """A row of the register as most are."""
    return {
        **register_row(number),
        "procedure": "Thủ tục đăng ký khai sinh",
        "name": "Nguyễn Thị Hoài Thương",
        "address": "Số 12 phố Trúc Bạch, Phường Ba Đình, Thành phố Hà Nội",
        "agency": "ỦY BAN NHÂN DÂN PHƯỜNG BA ĐÌNH",
        "signed": "Nguyễn Thị Hoài Thương",
        "note": "",
    }


SLIPS: dict[str, dict[str, Any]] = {
    "receipt_slip": {
        **CONTENTS["receipt_slip"],
        **_ABOUT,
        "number": "",
        "notation": "",
        "collect_text": f"Gửi qua bưu chính đến {ADDRESS}",
        "book_number": "0007",
        "vietqr": {
            "payload": "00020101021238570010A00000072701270006970436011301234567890120208QRIBFTTA"
            "53037045405240005802VN62140810XS7K2M9QPA6304A1B2",
            "amount": 24000,
            "account_name": AGENCY,
            "account_number": "0123456789012",
            "bank_name": "Ngân hàng Nông nghiệp và Phát triển nông thôn Việt Nam",
            "message": "XS7K2M9QPA",
        },
    },
    "supplement_request": {**CONTENTS["supplement_request"], **_ABOUT, "number": "05/HDHS"},
    "refusal": {**CONTENTS["refusal"], **_ABOUT, "number": "02/TCHS"},
    "extension_letter": {
        **_LETTER,
        "old_due": "17 giờ 00 phút, ngày 23 tháng 11 năm 2026",
        "new_due": "17 giờ 00 phút, thứ Sáu ngày 27 tháng 11 năm 2026",
        "reason": "chờ kết quả xác minh của Công an phường nơi cư trú trước đây",
        "department": "Phòng Văn hóa - Xã hội",
    },
    "stop_notice": {
        **_LETTER,
        "number": "13/TB-UBND",
        "ground": "đề nghị rút hồ sơ của người nộp ngày 24/11/2026",
        "reason": "người nộp rút hồ sơ",
        "stopped_on": "25/11/2026",
        "returned_papers": "Giấy chứng sinh; Giấy chứng nhận kết hôn",
        "refund": "16.000 đồng",
    },
    "control_slip": {
        **_ABOUT,
        "number": "",
        "notation": "",
        "agency_text": AGENCY,
        "partners": "Công an phường Nghĩa Đô",
        "received": "09 giờ 12 phút, ngày 22 tháng 11 năm 2026",
        "due": "17 giờ 00 phút, thứ Sáu ngày 27 tháng 11 năm 2026",
        "original_due": "17:00 23/11/2026",
        "hand_overs": [
            {
                "giver": AGENCY,
                "giver_name": NAME,
                "receiver": "Thẩm định",
                "receiver_name": NAME,
                "at": "09 giờ 12 phút, ngày 22/11/2026",
                "timing": timing,
                "due": "",
                "note": "Hồ sơ đủ, đúng quy định.",
            }
            for timing in ("Trước hạn", "Đúng hạn", "Quá hạn")
        ],
        "pauses": [
            {
                "what": "Chờ bổ sung giấy tờ",
                "since": "10:00 22/11/2026",
                "until": "08:30 24/11/2026",
                "note": "Giấy chứng sinh bị mờ",
            }
        ],
        "made_at": "10 giờ 00 phút, ngày 25 tháng 11 năm 2026",
    },
    "case_register": {
        **COMMON,
        "letterhead": LETTERHEAD,
        "number": "",
        "notation": "",
        "year": 2026,
        "volume": 1,
        "cover": True,
        "first": "0001",
        "last": "0008",
        "period_text": "Từ ngày 01/01/2026 đến ngày 30/11/2026",
        "count": 8,
        "rows": [register_row(1), *map(usual_row, range(2, 9))],
    },
    "fee_receipt": _MONEY,
    "refund_slip": {**_MONEY, "receipt_number": "0000120", "reason": "nộp thừa"},
    "day_closing": {
        **COMMON,
        "letterhead": LETTERHEAD,
        "unit_name": AGENCY,
        "day": "22/11/2026",
        "lines": [
            {
                "number": "0000123",
                "case_code": CODE,
                "payer": NAME,
                "method": "Tiền mặt",
                "amount": 24000,
            },
            {
                "number": "",
                "case_code": CODE,
                "payer": NAME,
                "method": "Hoàn trả",
                "amount": -8000,
            },
        ],
        "total": 16000,
        "total_words": "Mười sáu nghìn đồng",
        "by_method": [{"method": "Tiền mặt", "count": 2, "amount": 16000}],
        "by_official": [{"name": NAME, "amount": 16000}],
        "expected_cash": 16000,
        "counted_cash": 15000,
        "difference": -1000,
        "reason": "thiếu một tờ 1.000 đồng",
        "collector": NAME,
    },
}
