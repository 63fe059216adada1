"""Number series: one after another, without a gap, also when two people number at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError

from documents.registers.models import Series
from documents.registers.numbering import allocate, number_document
from tenants.communes.current import CommuneInfo, in_commune


def test_a_series_starts_at_one_and_each_has_its_own_numbers(in_ba_dinh: CommuneInfo) -> None:
    assert [allocate("birth:2026"), allocate("birth:2026"), allocate("death:2026")] == [1, 2, 1]


def test_a_number_taken_in_a_failed_transaction_is_given_again(in_ba_dinh: CommuneInfo) -> None:
    allocate("birth:2026")

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        allocate("birth:2026")
        raise ZeroDivisionError

    assert allocate("birth:2026") == 2


def test_a_neighbour_numbers_for_itself(ba_dinh: CommuneInfo, ngoc_ha: CommuneInfo) -> None:
    with in_commune(ba_dinh.code):
        allocate("birth:2026")
        allocate("birth:2026")
    with in_commune(ngoc_ha.code):
        assert allocate("birth:2026") == 1


@pytest.mark.parametrize(
    ("taken", "pattern", "notation"),
    [
        (4, "{seq}/QĐ-UBND", "05/QĐ-UBND"),
        (11, "{seq}/{year}", "12/2026"),
        (311, "{seq}/UBND-XNTTHN", "312/UBND-XNTTHN"),
    ],
)
def test_a_notation_pads_to_two_digits(
    in_ba_dinh: CommuneInfo, taken: int, pattern: str, notation: str
) -> None:
    Series.objects.create(name="book:2026", last=taken)

    numbering = number_document(register="book", pattern=pattern, issued_on=date(2026, 11, 22))

    assert (numbering.number, numbering.notation) == (taken + 1, notation)


def test_a_new_year_starts_again_from_one(in_ba_dinh: CommuneInfo) -> None:
    for day, number in ((date(2026, 12, 31), 1), (date(2026, 12, 31), 2), (date(2027, 1, 1), 1)):
        numbered = number_document(register="book", pattern="{seq}", issued_on=day)
        assert numbered.number == number


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_no_number_is_given(ba_dinh: CommuneInfo) -> None:
    with in_commune(ba_dinh.code), pytest.raises(TransactionManagementError):
        allocate("birth:2026")


@pytest.mark.django_db(transaction=True)
def test_numbers_given_at_once_are_consecutive(ba_dinh: CommuneInfo) -> None:
    given: list[int] = []
    start = threading.Barrier(4)

    def take() -> None:
        try:
            with in_commune(ba_dinh.code):
                start.wait(timeout=20)
                for _turn in range(5):
                    with transaction.atomic():
                        given.append(allocate("rush:2026"))
        finally:
            connection.close()

    _run_together([take] * 4)

    assert sorted(given) == list(range(1, 21))


def _run_together(tasks: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=task) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
