"""Whether an identity number agrees with the gender and birth year beside it: a hint only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.utils.translation import gettext as _

from services.catalogue.answers import AnswerScope
from services.catalogue.schema import ProcedureDefinition
from tenants.kit.national_id import birth_year

_ENDING = "national_id"


def identity_warnings(
    definition: ProcedureDefinition, key: str, scope: AnswerScope
) -> Iterator[tuple[str, str]]:
    """Warnings about one identity number; the fields beside it share its prefix."""
    spec = definition.fields.get(key)
    number = scope.value(key) if spec and spec.type == "national_id" else None
    if not isinstance(number, str) or not key.endswith(_ENDING) or len(number) != 12:
        return
    prefix = key.removesuffix(_ENDING)
    born = scope.value(f"{prefix}birth_date")
    if isinstance(born, dt.date) and born.year != birth_year(number):
        yield (
            key,
            _("Số này thường của người sinh năm %(year)s. Anh/chị xem lại số và năm sinh.")
            % {"year": birth_year(number)},
        )
    gender = scope.value(f"{prefix}gender")
    expected = "Nữ" if int(number[3]) % 2 else "Nam"
    if gender in ("Nam", "Nữ") and gender != expected:
        yield (
            key,
            _("Số này thường của người có giới tính %(gender)s. Anh/chị xem lại số.")
            % {"gender": expected},
        )
