import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from tenants.communes.current import CommuneInfo, commune_info, forget_communes
from tenants.communes.hosts import central_url, commune_url, find_site, forget_hosts
from tenants.communes.models import Commune, Domain
from tenants.communes.official_list import host_label


def test_links_lead_from_site_to_site(settings: Settings, ba_dinh: CommuneInfo):
    settings.PUBLIC_SCHEME, settings.PUBLIC_PORT = "http", ":8000"
    expected = "http://phuong-ba-dinh-ha-noi.xaso.localhost:8000/thu-tuc/?q=1"
    assert commune_url(ba_dinh, "/thu-tuc/?q=1") == commune_url("00004", "thu-tuc/?q=1") == expected
    assert central_url() == "http://xaso.localhost:8000/"


@pytest.mark.parametrize("path", ["//evil.example/x", "https:evil", "/https://evil.example/"])
def test_a_path_cannot_lead_elsewhere(settings: Settings, path: str):
    assert central_url(path).startswith("http://xaso.localhost/")


def test_a_host_is_asked_for_once(
    ba_dinh: CommuneInfo, django_assert_num_queries: DjangoAssertNumQueries
):
    host = "phuong-ba-dinh-ha-noi.xaso.localhost"
    with django_assert_num_queries(1):
        assert [find_site(host).commune for _ in range(3)] == [ba_dinh] * 3
    not_onboarded = f"{host_label('00070')}.xaso.localhost"
    with django_assert_num_queries(1):
        assert [find_site(not_onboarded) for _ in range(3)] == [None] * 3


@pytest.mark.parametrize("label", ["la", "badinh.gov.vn", "www.phuong-ba-dinh-ha-noi", ""])
def test_the_database_is_not_asked_for_a_name_that_no_commune_can_have(
    db: None, label: str, django_assert_num_queries: DjangoAssertNumQueries
):
    with django_assert_num_queries(0):
        assert find_site(f"{label}.xaso.localhost") is None


def test_a_change_of_one_commune_is_seen_at_once_and_the_others_stay_known(
    ba_dinh: CommuneInfo, ngoc_ha: CommuneInfo, django_assert_num_queries: DjangoAssertNumQueries
):
    find_site(ba_dinh.host), find_site(ngoc_ha.host)
    Commune.objects.update(state="suspended")
    forget_hosts("00004")
    forget_communes("00004")
    with django_assert_num_queries(2):
        assert find_site(ba_dinh.host).commune.state == "suspended"
        assert commune_info("00004").state == "suspended"
        assert find_site(ngoc_ha.host).commune.state == "active"
        assert commune_info("00008").state == "active"
    forget_hosts()
    assert find_site(ngoc_ha.host).commune.state == "suspended"


def test_a_commune_that_was_looked_for_before_it_came_is_found_at_once(ba_dinh: CommuneInfo):
    domain = Domain.objects.get(tenant_id="00004")
    Domain.objects.filter(pk=domain.pk).delete()
    assert find_site(ba_dinh.host) is None
    domain.save(force_insert=True)
    forget_hosts("00004")
    assert find_site(ba_dinh.host).commune == ba_dinh


def test_a_domain_of_its_own_only_redirects(ba_dinh: CommuneInfo):
    Domain.objects.create(domain="badinh.gov.vn", tenant_id="00004", is_primary=False)
    site = find_site("badinh.gov.vn")
    assert site is not None
    assert site.moved
    assert site.commune == ba_dinh
