import pytest
from django.http import Http404

from tenants.accounts.models import Account
from tenants.communes.current import CommuneInfo, in_commune
from tenants.organisation.access import find_official, get_official
from tenants.organisation.models import Official, Role, get_letterhead


@pytest.fixture
def account(db: None) -> Account:
    return Account.objects.create_user(full_name="Lê Thị Hoa", phone="0912345678")


@pytest.fixture
def hoa(in_ba_dinh: CommuneInfo, account: Account) -> Official:
    return Official.objects.create(
        account_id=account.pk, name="Lê Thị Hoa", title="Công chức", roles="reception clerk"
    )


def test_an_official_is_found_by_the_account(hoa: Official, account: Account):
    assert get_official(account) == hoa


def test_a_stranger_gets_404(in_ba_dinh: CommuneInfo, account: Account):
    assert find_official(account) is None
    with pytest.raises(Http404):
        get_official(account)


def test_an_official_of_one_commune_is_a_stranger_in_another(
    hoa: Official, account: Account, ngoc_ha: CommuneInfo
):
    with in_commune(ngoc_ha.code), pytest.raises(Http404):
        get_official(account)


def test_an_official_who_left_is_a_stranger(hoa: Official, account: Account):
    hoa.active = False
    hoa.save()
    with pytest.raises(Http404):
        get_official(account)


def test_roles_are_whole_words(hoa: Official):
    assert hoa.has_role(Role.CLERK)
    assert hoa.has_role("leader", "reception")
    assert not hoa.has_role(Role.LEADER)
    assert not hoa.has_role("rec")


def test_the_letterhead_names_the_agency(in_ba_dinh: CommuneInfo):
    letterhead = get_letterhead()
    assert letterhead.agency_name == "ỦY BAN NHÂN DÂN PHƯỜNG BA ĐÌNH"
    assert letterhead.centre_name == "Trung tâm phục vụ hành chính công Phường Ba Đình"
    assert letterhead.place_name == "Ba Đình"
    assert letterhead.agency_code == "H26.00004"
