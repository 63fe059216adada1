"""People of the journeys, and what one of them files.

Every identity number is built from its bearer's sex and birth date, so it always agrees with them;
none is taken from a real person.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

BA_DINH = "00004"
NGOC_HA = "00008"


@dataclass(frozen=True)
class Person:
    """A person with everything a form may ask about them."""

    name: str
    gender: str
    birth_date: dt.date
    tail: str
    phone: str = ""
    email: str = ""
    address: str = ""
    province: str = "001"

    @property
    def national_id(self) -> str:
        """Twelve digits: province, century and sex, year, six digits of one's own."""
        century = (self.birth_date.year - 1900) // 100 * 2
        sex = century + (self.gender == "Nữ")
        return f"{self.province}{sex}{self.birth_date:%y}{self.tail}"

    @property
    def born(self) -> str:
        """The birth date as an answer stores it."""
        return self.birth_date.isoformat()

    def requester(self) -> dict[str, Any]:
        """The shared questions about who asks."""
        return {
            "requester_name": self.name,
            "requester_birth_date": self.born,
            "requester_national_id": self.national_id,
            "requester_phone": self.phone,
            "requester_email": self.email,
        }

    def subject(self, prefix: str, *, gender: bool = True) -> dict[str, Any]:
        """The shared questions about a person whom the act is about."""
        answers = {
            f"{prefix}name": self.name,
            f"{prefix}birth_date": self.born,
            f"{prefix}national_id": self.national_id,
        }
        return {**answers, f"{prefix}gender": self.gender} if gender else answers


@dataclass(frozen=True)
class Filing:
    """One realistic filing: answers as stored, papers to attach, what the specialist enters.

    ``printed`` are texts that stand on the delivered result.
    """

    code: str
    answers: Mapping[str, Any]
    papers: tuple[str, ...] = ()
    entries: Mapping[str, Any] = field(default_factory=dict)
    printed: tuple[str, ...] = ()


def _person(
    name: str, gender: str, born: tuple[int, int, int], tail: str, phone: str = "", email: str = ""
) -> Person:
    return Person(name, gender, dt.date(*born), tail, phone, email, "12 phố Kim Mã")


THUONG = _person(
    "Nguyễn Thị Hoài Thương", "Nữ", (1996, 3, 14), "012412", "0912345268", "hoai.thuong@example.vn"
)
DUC = _person("Trần Văn Đức", "Nam", (1993, 8, 2), "004071", "0983456071", "van.duc@example.vn")
LAN = _person("Lê Ngọc Lan", "Nữ", (2000, 5, 20), "018826", "0965432110", "ngoc.lan@example.vn")
MINH = _person("Phạm Quang Minh", "Nam", (1998, 11, 9), "007719", "0934567123")
NGUYET = _person("Lương Thị Nguyệt", "Nữ", (1948, 3, 8), "000318", "0978112233")
THANH = _person("Lương Đức Thành", "Nam", (1974, 10, 25), "006654", "0904321765")
HUONG = _person("Đỗ Thu Hương", "Nữ", (1987, 7, 19), "009903", "0915667788", "thu.huong@example.vn")
BINH = _person("Vũ Hòa Bình", "Nam", (1985, 1, 30), "002245", "0946778899")
TUAN = _person("Hoàng Anh Tuấn", "Nam", (1979, 12, 5), "003387", "0982233445")
KHANH = _person("Hoàng Gia Khánh", "Nam", (2012, 6, 11), "021150")
CUONG = _person("Bùi Mạnh Cường", "Nam", (1944, 2, 17), "000127")
MAI = _person("Bùi Tuyết Mai", "Nữ", (1971, 9, 3), "005582", "0919887766")
NHU = _person("Đinh Thị Như", "Nữ", (1953, 4, 21), "001938")
