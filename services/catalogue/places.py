"""Communes and provinces as people name them in a form."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from services.catalogue.values import InvalidAnswer, clean_text
from tenants.communes.official_list import (
    OfficialCommune,
    official_communes,
    provinces,
    search_communes,
)
from tenants.kit.text import fold

MAX_MATCHES = 20


class AmbiguousCommune(InvalidAnswer):
    """Several communes fit what was typed; ``matches`` are offered as a list."""

    def __init__(self, message: str, matches: list[OfficialCommune]) -> None:
        super().__init__(message)
        self.matches = matches


@dataclass(frozen=True)
class TypedCommune:
    """What came from the form: the text typed, the code chosen, the province if asked."""

    text: str = ""
    code: str = ""
    province: str = ""


def parse_commune(typed: TypedCommune) -> str | None:
    """The code of the commune meant; AmbiguousCommune when several fit."""
    text, code = clean_text(typed.text[:200]), typed.code[:10].strip()
    chosen = official_communes().get(code)
    if chosen and (not text or _same(chosen, text) or chosen in _matches(text, "")):
        return _in_province(chosen, typed.province).code
    if not text:
        if code:
            raise InvalidAnswer(_("Anh/chị chọn lại phường, xã trong danh sách."))
        return None
    matches = _matches(text, typed.province)
    exact = [commune for commune in matches if _same(commune, text)]
    if len(exact) == 1 or len(matches) == 1:
        return (exact or matches)[0].code
    if matches:
        raise AmbiguousCommune(
            _("Có nhiều nơi tên như vậy. Anh/chị chọn đúng nơi trong danh sách dưới đây."),
            exact or matches,
        )
    raise InvalidAnswer(
        _("Không tìm thấy phường, xã này. Anh/chị ghi tên rồi đến tỉnh, ví dụ: Ba Đình, Hà Nội.")
    )


def _matches(text: str, province: str) -> list[OfficialCommune]:
    # One more than shown would be no help: who sees twenty namesakes types the province.
    found = search_communes(text, limit=200 if province else MAX_MATCHES)
    if province in provinces():
        found = [c for c in found if c.province_code == province]
    return found[:MAX_MATCHES]


def _same(commune: OfficialCommune, text: str) -> bool:
    wanted = fold(text.replace(",", " "))
    return wanted in (fold(commune.name), fold(commune.full_name.replace(",", " ")))


def _in_province(commune: OfficialCommune, province: str) -> OfficialCommune:
    if province in provinces() and commune.province_code != province:
        raise InvalidAnswer(
            _("%(commune)s không thuộc tỉnh đã chọn. Anh/chị chọn lại một trong hai.")
            % {"commune": commune.full_name}
        )
    return commune


def parse_province(raw: str) -> str | None:
    """The code of a province."""
    code = raw[:10].strip()
    if not code:
        return None
    if code not in provinces():
        raise InvalidAnswer(_("Anh/chị chọn một tỉnh, thành phố trong danh sách."))
    return code


def commune_name(code: str) -> str:
    """The full name of a commune, or the code when the list does not have it."""
    commune = official_communes().get(code)
    return commune.full_name if commune else code


def province_name(code: str) -> str:
    """The name of a province, or the code when the list does not have it."""
    province = provinces().get(code)
    return province.name if province else code
