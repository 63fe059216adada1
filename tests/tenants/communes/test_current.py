from threading import Thread

import pytest
from django.db import connection

from tenants.communes.current import (
    CommuneInfo,
    CommuneNotOnboarded,
    NoCommune,
    at_centre,
    current_commune,
    in_commune,
)
from tenants.communes.models import Commune
from tenants.organisation.models import Department, get_letterhead


def test_work_in_a_commune_ends_where_it_began(ba_dinh: CommuneInfo, ngoc_ha: CommuneInfo):
    with in_commune("00004") as entered:
        assert entered == ba_dinh == current_commune()
        assert get_letterhead().commune_code == "00004"
        with in_commune("00008"):
            assert current_commune() == ngoc_ha
            assert get_letterhead().commune_code == "00008"
        with at_centre(), pytest.raises(NoCommune):
            current_commune()
        assert get_letterhead().commune_code == "00004"
    with pytest.raises(NoCommune, match="xã, phường, đặc khu"):
        current_commune()


def test_an_error_leaves_the_commune_too(in_ba_dinh: CommuneInfo):
    with pytest.raises(ZeroDivisionError), in_commune("00008"):
        _ = 1 / 0
    assert current_commune() == in_ba_dinh


def test_a_commune_that_is_not_here_cannot_be_entered(db: None):
    with pytest.raises(CommuneNotOnboarded, match="00070"), in_commune("00070"):
        pass


def test_neither_commune_sees_the_other(ba_dinh: CommuneInfo, ngoc_ha: CommuneInfo):
    with in_commune("00004"):
        Department.objects.create(name="Phòng của Ba Đình")
    with in_commune("00008"):
        assert not Department.objects.exists()
        Department.objects.create(name="Phòng của Ngọc Hà")
    with in_commune("00004"):
        assert [d.name for d in Department.objects.all()] == ["Phòng của Ba Đình"]


def test_the_librarys_own_way_in_is_closed(db: None):
    with pytest.raises(TypeError, match="in_commune"), Commune.objects.get(code="00004"):
        pass


@pytest.mark.django_db(transaction=True)
def test_two_threads_work_in_two_communes(ba_dinh: CommuneInfo, ngoc_ha: CommuneInfo):
    seen: dict[str, set[str]] = {"00004": set(), "00008": set()}

    def work(code: str) -> None:
        for _ in range(20):
            with in_commune(code):
                seen[code].add(get_letterhead().commune_code)
        connection.close()

    threads = [Thread(target=work, args=[code]) for code in seen]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == {"00004": {"00004"}, "00008": {"00008"}}
