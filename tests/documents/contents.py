"""Frozen contents as the commune's work makes them: long names, long addresses, full tables."""

from __future__ import annotations

from typing import Any

LONG_NAME = "Công Tằng Tôn Nữ Nguyễn Thị Hoàng Thái Bình Minh Phương Thảo"
LONG_ADDRESS = (
    "Căn hộ 1208, tòa nhà CT2A, khu đô thị Nghĩa Đô, ngõ 106 đường Hoàng Quốc Việt, "
    "Phường Nghĩa Đô, Thành phố Hà Nội"
)
URL = "https://phuong-ba-dinh-ha-noi.xaso.example"

COMMON: dict[str, Any] = {
    "letterhead": {
        "agency_name": "ỦY BAN NHÂN DÂN PHƯỜNG BA ĐÌNH",
        "parent_name": "",
        "unit_name": "TRUNG TÂM PHỤC VỤ HÀNH CHÍNH CÔNG",
        "place_name": "Ba Đình",
        "phone": "024 3762 0000",
        "address": "Số 2 Trúc Bạch, Phường Ba Đình, Thành phố Hà Nội",
    },
    "number": "12/2026",
    "notation": "12/2026",
    "issued": {"day": "22", "month": "11", "year": "2026"},
    "issued_on": "2026-11-22",
    "verification_url": f"{URL}/kiem-tra/7QK4-M2XD/",
    "verification_code": "00004-7QK4-M2XD",
    "signed": False,
    "code": "H26.00004-261122-0007",
    "case_url": f"{URL}/ho-so/H26.00004-261122-0007/",
}
OFFICIAL = {"name": "Nguyễn Thị Hoa", "title": "Công chức tiếp nhận"}
DEPUTY = {
    "label": "",
    "authority": "KT. CHỦ TỊCH",
    "title": "PHÓ CHỦ TỊCH",
    "name": "Hoàng Đình Trường",
}
CHAIRMAN = {"label": "", "authority": "", "title": "CHỦ TỊCH", "name": "Nguyễn Thị Ánh Nguyệt"}
_SLIP = {
    **COMMON,
    "number": "",
    "notation": "",
    "applicant": {
        "name": LONG_NAME,
        "national_id": "001196000412",
        "address": LONG_ADDRESS,
        "phone": "0900 000 268",
        "email": "hoai.thuong.nguyen.1996@thudientu.example",
    },
    "subject_name": "Trần Nguyễn Gia Hân, sinh ngày 02/11/2026",
    "procedure": {"name": "Đăng ký khai sinh", "code": "1.001193"},
    "official": OFFICIAL,
    "channel_text": "nộp trực tuyến",
    "track_url": f"{URL}/ho-so/H26.00004-261122-0007/",
}

CONTENTS: dict[str, dict[str, Any]] = {
    "receipt_slip": {
        **_SLIP,
        "papers": [
            {
                "name": "Tờ khai đăng ký khai sinh (biểu mẫu điện tử)",
                "original": 0,
                "certified": 0,
                "copy": 0,
                "electronic": 1,
            },
            {
                "name": "Giấy chứng sinh số 8841, Bệnh viện Phụ sản Hà Nội",
                "original": 1,
                "certified": 0,
                "copy": 0,
                "electronic": 1,
            },
            {
                "name": "Văn bản ủy quyền được chứng thực, nếu ủy quyền đăng ký khai sinh",
                "original": 0,
                "certified": 1,
                "copy": 0,
                "electronic": 0,
            },
        ],
        "sets": 1,
        "limit_text": "Trong ngày; nhận sau 15:00 thì trả trong ngày làm việc tiếp theo",
        "received": "09 giờ 12 phút, ngày 22 tháng 11 năm 2026",
        "due": "17 giờ 00, thứ Hai ngày 23 tháng 11 năm 2026",
        "collect_text": "Bản điện tử trên trang của phường; bản giấy tại quầy của Trung tâm",
        "fee_text": "Lệ phí 0 đồng; 2 bản sao 16.000 đồng, thu khi trả kết quả",
        "book_number": "0007",
    },
    "supplement_request": {
        **_SLIP,
        "number": "05/HDHS",
        "notation": "05/HDHS",
        "items": [
            "Giấy chứng sinh: ảnh chụp bị mờ, không đọc được họ tên mẹ và giờ sinh; xin chụp lại "
            "đủ bốn góc",
            "Văn bản thỏa thuận của cha, mẹ về họ, chữ đệm, tên của con",
            "Giấy chứng nhận kết hôn của cha, mẹ",
        ],
        "reason": "Họ, tên con chưa được cha, mẹ thống nhất; giấy chứng sinh không ghi đủ thông "
        "tin theo Điều 16 Luật Hộ tịch.",
        "answer_by": "hết ngày 22 tháng 12 năm 2026",
    },
    "refusal": {
        **_SLIP,
        "number": "02/TCHS",
        "notation": "02/TCHS",
        "channel_text": "nộp tại quầy",
        "reason": "Cha, mẹ không cư trú tại phường Ba Đình.\nTrẻ đã được đăng ký khai sinh tại "
        "Ủy ban nhân dân xã Nghi Lộc, tỉnh Nghệ An ngày 10/11/2026 (số 88/2026).",
    },
    "certificate": {
        **COMMON,
        "title": "GIẤY KHAI SINH",
        "subtitle": "",
        "paragraphs": [],
        "rows": [
            {"cells": [{"label": "Họ, chữ đệm, tên", "value": LONG_NAME.upper()}]},
            {
                "cells": [
                    {
                        "label": "Ngày, tháng, năm sinh",
                        "value": "02/11/2026 (ghi bằng chữ: ngày hai tháng mười một năm hai "
                        "nghìn không trăm hai mươi sáu)",
                    }
                ]
            },
            {
                "cells": [
                    {"label": "Giới tính", "value": "Nữ"},
                    {"label": "Dân tộc", "value": "Kinh"},
                    {"label": "Quốc tịch", "value": "Việt Nam"},
                ]
            },
            {
                "cells": [
                    {
                        "label": "Nơi sinh",
                        "value": "Bệnh viện Phụ sản Hà Nội, Phường Giảng Võ, Thành phố Hà Nội",
                    }
                ]
            },
            {"cells": [{"label": "Quê quán", "value": "Xã Nghi Lộc, Tỉnh Nghệ An"}]},
            {"cells": [{"label": "Số định danh cá nhân", "value": "001326012345"}]},
            {"cells": [{"label": "Họ, chữ đệm, tên người mẹ", "value": "NGUYỄN THỊ HOÀI THƯƠNG"}]},
            {
                "cells": [
                    {"label": "Năm sinh", "value": "1996"},
                    {"label": "Dân tộc", "value": "Kinh"},
                    {"label": "Quốc tịch", "value": "Việt Nam"},
                ]
            },
            {"cells": [{"label": "Nơi cư trú", "value": LONG_ADDRESS}]},
            {"cells": [{"label": "Họ, chữ đệm, tên người cha", "value": "TRẦN VĂN ĐỨC"}]},
            {
                "cells": [
                    {"label": "Năm sinh", "value": "1994"},
                    {"label": "Dân tộc", "value": "Mường"},
                    {"label": "Quốc tịch", "value": "Việt Nam"},
                ]
            },
            {"cells": [{"label": "Nơi cư trú", "value": LONG_ADDRESS}]},
            {"cells": [{"label": "Họ, chữ đệm, tên người đi khai sinh", "value": "Trần Văn Đức"}]},
            {"cells": [{"label": "Giấy tờ tùy thân", "value": "Thẻ căn cước số 040094000318"}]},
            {
                "cells": [
                    {
                        "label": "Nơi đăng ký khai sinh",
                        "value": "Ủy ban nhân dân Phường Ba Đình, Thành phố Hà Nội",
                    }
                ]
            },
            {"cells": [{"label": "Ngày, tháng, năm đăng ký", "value": "22/11/2026"}]},
        ],
        "table": None,
        "after": [],
        "signatures": [],
        "signer": {**DEPUTY, "label": "NGƯỜI KÝ GIẤY KHAI SINH"},
    },
    "marriage": {
        **COMMON,
        "title": "GIẤY CHỨNG NHẬN KẾT HÔN",
        "subtitle": "",
        "paragraphs": [],
        "rows": [
            {
                "cells": [
                    {"label": "Họ, chữ đệm, tên vợ", "value": LONG_NAME.upper()},
                    {"label": "Họ, chữ đệm, tên chồng", "value": "TRẦN VĂN ĐỨC"},
                ]
            },
            {
                "cells": [
                    {"label": "Ngày, tháng, năm sinh", "value": "14/02/1999"},
                    {"label": "Ngày, tháng, năm sinh", "value": "30/04/1996"},
                ]
            },
            {
                "cells": [
                    {"label": "Dân tộc", "value": "Kinh"},
                    {"label": "Dân tộc", "value": "Mường"},
                ]
            },
            {
                "cells": [
                    {"label": "Quốc tịch", "value": "Việt Nam"},
                    {"label": "Quốc tịch", "value": "Việt Nam"},
                ]
            },
            {
                "cells": [
                    {"label": "Nơi cư trú", "value": LONG_ADDRESS},
                    {"label": "Nơi cư trú", "value": "Xóm Kim Tân, Xã Nghi Lộc, Tỉnh Nghệ An"},
                ]
            },
            {
                "cells": [
                    {"label": "Giấy tờ tùy thân", "value": "Thẻ căn cước số 001199000412"},
                    {"label": "Giấy tờ tùy thân", "value": "Thẻ căn cước số 040096000318"},
                ]
            },
            {
                "cells": [
                    {
                        "label": "Nơi đăng ký kết hôn",
                        "value": "Ủy ban nhân dân Phường Ba Đình, Thành phố Hà Nội",
                    }
                ]
            },
            {"cells": [{"label": "Ngày, tháng, năm đăng ký", "value": "22/11/2026"}]},
        ],
        "table": None,
        "after": [],
        "signatures": [
            {"label": "Vợ", "name": LONG_NAME},
            {"label": "Chồng", "name": "Trần Văn Đức"},
        ],
        "signer": {**CHAIRMAN, "label": "NGƯỜI KÝ GIẤY CHỨNG NHẬN KẾT HÔN"},
    },
    "extract": {
        **COMMON,
        "number": "12/TLKT-BS",
        "notation": "12/TLKT-BS",
        "title": "TRÍCH LỤC KHAI TỬ (BẢN SAO)",
        "subtitle": "",
        "paragraphs": [],
        "rows": [
            {"cells": [{"label": "Họ, chữ đệm, tên", "value": LONG_NAME.upper()}]},
            {"cells": [{"label": "Ngày, tháng, năm sinh", "value": "08/3/1951"}]},
            {
                "cells": [
                    {"label": "Giới tính", "value": "Nữ"},
                    {"label": "Dân tộc", "value": "Kinh"},
                    {"label": "Quốc tịch", "value": "Việt Nam"},
                ]
            },
            {"cells": [{"label": "Số định danh cá nhân", "value": "001151000318"}]},
            {"cells": [{"label": "Giấy tờ tùy thân", "value": "Thẻ căn cước số 001151000318"}]},
            {"cells": [{"label": "Nơi cư trú cuối cùng", "value": LONG_ADDRESS}]},
            {
                "cells": [
                    {
                        "label": "Đã chết vào lúc",
                        "value": "05 giờ 30 phút, ngày 12 tháng 11 năm 2026 (ghi bằng chữ: ngày "
                        "mười hai tháng mười một năm hai nghìn không trăm hai mươi sáu)",
                    }
                ]
            },
            {"cells": [{"label": "Nơi chết", "value": "Bệnh viện Bạch Mai, Thành phố Hà Nội"}]},
            {"cells": [{"label": "Nguyên nhân chết", "value": "Tuổi già"}]},
            {"heading": "Ghi chú"},
            {
                "cells": [
                    {
                        "label": "",
                        "value": "Đăng ký khai tử tại Ủy ban nhân dân Phường Ba Đình, Thành phố "
                        "Hà Nội, số 31/2026, ngày 14 tháng 11 năm 2026.",
                    }
                ]
            },
        ],
        "table": None,
        "after": ["Trích lục này được sao từ Sổ đăng ký khai tử và có giá trị như bản chính."],
        "signatures": [],
        "signer": {**DEPUTY, "label": "NGƯỜI KÝ TRÍCH LỤC"},
    },
    "decision": {
        **COMMON,
        "number": "05/QĐ-UBND",
        "notation": "05/QĐ-UBND",
        "title": "QUYẾT ĐỊNH",
        "subject": "Về việc trợ cấp hưu trí xã hội hằng tháng",
        "authority_line": "CHỦ TỊCH ỦY BAN NHÂN DÂN PHƯỜNG BA ĐÌNH",
        "paragraphs": [
            {
                "style": "basis",
                "text": "Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025;",
            },
            {"style": "basis", "text": "Căn cứ Luật Bảo hiểm xã hội ngày 29 tháng 6 năm 2024;"},
            {
                "style": "basis",
                "text": "Căn cứ Nghị định số 176/2025/NĐ-CP ngày 30 tháng 6 năm 2025 của Chính "
                "phủ quy định chi tiết và hướng dẫn thi hành một số điều của Luật Bảo hiểm xã "
                "hội về trợ cấp hưu trí xã hội;",
            },
            {
                "style": "basis",
                "text": "Theo đề nghị của Trưởng phòng Văn hóa - Xã hội tại Tờ trình số "
                "88/TTr-VHXH ngày 18 tháng 11 năm 2026.",
            },
            {"style": "title", "text": "QUYẾT ĐỊNH:"},
            {
                "style": "article",
                "text": f"Điều 1. Trợ cấp hưu trí xã hội hằng tháng cho bà {LONG_NAME}, sinh "
                "ngày 08 tháng 3 năm 1951, số định danh cá nhân 001151000318, nơi cư trú: "
                f"{LONG_ADDRESS}.",
            },
            {"style": "plain", "text": "Mức trợ cấp: 500.000 đồng/tháng (năm trăm nghìn đồng)."},
            {"style": "plain", "text": "Thời gian hưởng: từ ngày 01 tháng 12 năm 2026."},
            {
                "style": "article",
                "text": "Điều 2. Trợ cấp được chi trả vào tài khoản hưởng an sinh xã hội của bà "
                f"{LONG_NAME} trên ứng dụng VNeID, trước ngày 10 hằng tháng.",
            },
            {
                "style": "article",
                "text": "Điều 3. Quyết định này có hiệu lực kể từ ngày ký. Chánh Văn phòng Hội "
                "đồng nhân dân và Ủy ban nhân dân phường, Trưởng phòng Văn hóa - Xã hội, Trưởng "
                "phòng Kinh tế, Hạ tầng và Đô thị và người có tên tại Điều 1 chịu trách nhiệm "
                "thi hành Quyết định này./.",
            },
        ],
        "recipients": ["Như Điều 3", "Sở Y tế Thành phố Hà Nội (để b/c)", "Lưu: VT, VHXH"],
        "signer": CHAIRMAN,
    },
    "letter": {
        **COMMON,
        "number": "12/UBND-VHXH",
        "notation": "12/UBND-VHXH",
        "subject": "V/v không giải quyết đề nghị hưởng trợ cấp hưu trí xã hội",
        "to": f"Bà {LONG_NAME}",
        "paragraphs": [
            {
                "style": "plain",
                "text": "Ngày 22 tháng 11 năm 2026, Ủy ban nhân dân Phường Ba Đình nhận hồ sơ mã "
                "số H26.00004-261122-0007 của bà về việc đề nghị hưởng trợ cấp hưu trí xã hội.",
            },
            {
                "style": "plain",
                "text": "Sau khi kiểm tra dữ liệu dân cư và dữ liệu bảo hiểm xã hội, Ủy ban nhân "
                "dân phường không giải quyết đề nghị này với lý do: bà sinh ngày 08 tháng 3 năm "
                "1955, đến ngày nộp hồ sơ chưa đủ 75 tuổi và không thuộc hộ nghèo, hộ cận nghèo "
                "(điểm a khoản 1 Điều 21 Luật Bảo hiểm xã hội ngày 29 tháng 6 năm 2024).",
            },
            {
                "style": "plain",
                "text": "Bà có quyền khiếu nại hoặc khởi kiện theo quy định của pháp luật. Ủy ban "
                "nhân dân phường trân trọng thông báo./.",
            },
        ],
        "recipients": ["Như trên", "Lưu: VT, VHXH"],
        "signer": DEPUTY,
    },
    "certification": {
        **COMMON,
        "number": "12/2026 - SCT/BS",
        "notation": "12/2026 - SCT/BS",
        "title": "CHỨNG THỰC BẢN SAO ĐÚNG VỚI BẢN CHÍNH",
        "subtitle": "",
        "paragraphs": [
            {
                "style": "plain",
                "text": "Ngày 22 tháng 11 năm 2026 (bằng chữ: ngày hai mươi hai tháng mười một "
                "năm hai nghìn không trăm hai mươi sáu), tại Trung tâm Phục vụ hành chính công "
                f"Phường Ba Đình, theo đề nghị của bà {LONG_NAME}, các bản sao sau đây được "
                "chứng thực đúng với bản chính:",
            }
        ],
        "rows": [{"cells": [{"label": "Số chứng thực", "value": "12 quyển số 01/2026 - SCT/BS"}]}],
        "table": {
            "head": ["Tên giấy tờ", "Số trang", "Số bản"],
            "body": [
                ["Bằng tốt nghiệp đại học số 004512 do Đại học Bách khoa Hà Nội cấp", "2", "3"],
                ["Giấy chứng nhận quyền sử dụng đất số AB 123456", "4", "1"],
                ["Giấy phép lái xe hạng B2", "2", "2"],
            ],
        },
        "after": ["Bản sao được chứng thực có giá trị sử dụng thay cho bản chính đã đối chiếu."],
        "signatures": [
            {"label": "Người yêu cầu chứng thực", "name": LONG_NAME},
            {"label": "Người tiếp nhận hồ sơ", "name": "Nguyễn Thị Hoa"},
        ],
        "signer": {**DEPUTY, "label": "NGƯỜI THỰC HIỆN CHỨNG THỰC"},
    },
}
TEMPLATE_OF = {"marriage": "certificate"}


def template_of(name: str) -> str:
    """The template that prints a sample content."""
    return TEMPLATE_OF.get(name, name)
