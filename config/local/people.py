"""Who works and lives in the demo: invented people, with numbers that belong to nobody."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

MAIL_DOMAIN = "xaso.example"  # a top level reserved for examples: no mail can ever leave


@dataclass(frozen=True)
class Post:
    """A post in every commune: its sign-in name, role and who may sign."""

    key: str
    role: str
    title: str
    department: str
    may_sign: bool = False


@dataclass(frozen=True)
class Person:
    """A citizen with an account."""

    full_name: str
    phone: str
    national_id: str
    birth_date: datetime.date
    address: str

    @property
    def email(self) -> str:
        """The address of this person, by the last four digits of the phone."""
        return f"congdan.{self.phone[-4:]}@{MAIL_DOMAIN}"


CENTRE = "Trung tâm Phục vụ hành chính công"
OFFICE = "Văn phòng Hội đồng nhân dân và Ủy ban nhân dân"
CULTURE = "Phòng Văn hóa – Xã hội"
LEADERS = "Lãnh đạo Ủy ban nhân dân"
DEPARTMENTS = (LEADERS, OFFICE, CULTURE, CENTRE)

POSTS = (
    Post("tiepnhan", "reception", "Công chức tiếp nhận hồ sơ", CENTRE),
    Post("chuyenvien", "specialist", "Công chức Tư pháp – Hộ tịch", CULTURE),
    Post("truongphong", "head", "Trưởng phòng", CULTURE),
    Post("lanhdao", "leader", "Chủ tịch", LEADERS, may_sign=True),
    Post("vanthu", "clerk", "Công chức Văn thư", OFFICE),
    Post("quantri", "administrator", "Quản trị hệ thống", OFFICE),
)

CITIZENS = (
    Person(
        full_name="Nguyễn Thị Minh Khuê",
        phone="0999000001",
        national_id="001190000017",
        birth_date=datetime.date(1990, 3, 14),
        address="Số 12, ngõ 34 phố Đội Cấn, phường Ba Đình, thành phố Hà Nội",
    ),
    Person(
        full_name="Trần Văn Đức",
        phone="0999000002",
        national_id="040085000023",
        birth_date=datetime.date(1985, 11, 2),
        address="Xóm 5, xã Nghi Lộc, tỉnh Nghệ An",
    ),
    Person(
        full_name="Lê Hoàng Ánh Dương",
        phone="0999000003",
        national_id="079301000038",
        birth_date=datetime.date(2001, 7, 25),
        address="Số 8 đường Lê Lợi, phường Sài Gòn, Thành phố Hồ Chí Minh",
    ),
)

# Known to the demo's VNeID alone: whoever signs in there as this person is new here.
NEWCOMER = Person(
    full_name="Phạm Quốc Việt",
    phone="0999000004",
    national_id="048092000041",
    birth_date=datetime.date(1992, 5, 9),
    address="",
)

OPERATOR_EMAIL = f"vanhanh@{MAIL_DOMAIN}"
OPERATOR_NAME = "Đơn vị vận hành"

FAMILY_NAMES = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Phan", "Võ")
GIVEN_NAMES = (
    "Thị Hồng Hạnh", "Minh Tuấn", "Thu Hà", "Quốc Bảo", "Thị Ngọc Lan", "Đình Phúc", "Khánh Linh",
    "Anh Dũng", "Thị Kim Oanh", "Hải Yến", "Công Thành", "Bích Phượng", "Gia Huy",
)  # fmt: skip


def official_name(number: int) -> str:
    """Return the name of the demo's official number so-and-so, always the same one."""
    return f"{FAMILY_NAMES[number % len(FAMILY_NAMES)]} {GIVEN_NAMES[number % len(GIVEN_NAMES)]}"


def official_email(post: Post, commune_code: str) -> str:
    """Return the sign-in address of a post in a commune."""
    return f"{post.key}.{commune_code}@{MAIL_DOMAIN}"
