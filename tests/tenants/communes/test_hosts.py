import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from tenants.communes.current import CommuneInfo
from tenants.communes.hosts import central_url, commune_url, find_site
from tenants.communes.models import Domain


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
    with django_assert_num_queries(1):
        assert [find_site("la.xaso.localhost") for _ in range(3)] == [None] * 3


def test_a_domain_of_its_own_only_redirects(ba_dinh: CommuneInfo):
    Domain.objects.create(domain="badinh.gov.vn", tenant_id="00004", is_primary=False)
    site = find_site("badinh.gov.vn")
    assert site is not None
    assert site.moved
    assert site.commune == ba_dinh
