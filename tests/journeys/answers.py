"""A realistic filing for each procedure, in a commune and relative to a day.

``filing("1.001193")`` is what the mother of a child born three weeks ago sends in Phường Ba Đình.
Each is checked against the procedure's own rules in ``test_answers.py``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from tests.journeys import civil_status_answers as civil
from tests.journeys import other_answers as other
from tests.journeys.people import BA_DINH, Filing

FILINGS: dict[str, Callable[[str, dt.date], Filing]] = {
    "1.001193": civil.birth,
    "1.000894": civil.marriage,
    "1.000656": civil.death,
    "1.004873": civil.marital_status,
    "2.000635": civil.extract_copy,
    "1.004859": civil.correction,
    "1.004884": civil.birth_again,
    "2.000815": other.certified_copies,
    "2.000884": other.certified_signature,
    "2.000908": other.book_copy,
    "1.001612": other.household_business,
    "1.001699": other.disability,
    "1.014027": other.social_pension,
}


def filing(code: str, *, commune: str = BA_DINH, today: dt.date | None = None) -> Filing:
    """The filing for a procedure; dates are counted from ``today``."""
    return FILINGS[code](commune, today or dt.date.today())
