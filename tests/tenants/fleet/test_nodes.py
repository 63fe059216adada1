"""Which node holds a commune, moving it, and the proxy's map: on one server and on a cluster.

The cluster is a look-alike (citus_lookalike.py): the statements run, Citus is not there.
"""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from pytest_django import Settings

from tenants.communes.current import CommuneInfo
from tenants.communes.models import Domain
from tenants.fleet.acts import Operator
from tenants.fleet.models import OperatorAct
from tenants.fleet.nodes import AlreadyThere, MoveFailed, Node, UnknownNode, move_commune, nodes
from tests.tenants.fleet.citus_lookalike import COORDINATOR, SECOND, THIRD, make_lookalike, place

KHUE = Operator(None, "Đỗ Minh Khuê")


@pytest.fixture
def cluster(as_owner: None, settings: Settings) -> None:
    """Ba Đình lies on the second machine, Ngọc Hà on the coordinator."""
    settings.CITUS = True
    make_lookalike()
    place("xa_00004", 1)
    place("xa_00008", 0)


def said(*command: str) -> str:
    out = StringIO()
    call_command(*command, stdout=out)
    return out.getvalue()


def notes() -> list[str]:
    acts = OperatorAct.objects.filter(act=OperatorAct.Act.MOVE, commune_code="00004")
    return list(acts.order_by("id").values_list("note", flat=True))


class TestOneServer:
    def test_it_holds_every_commune(self, ba_dinh: CommuneInfo):
        address = connection.settings_dict
        assert said("node_of", "00004") == (
            f"{address['HOST']}:{address['PORT']} (chỉ có một máy chủ dữ liệu)\n"
        )

    def test_nothing_can_be_moved(self, as_owner: None):
        with pytest.raises(CommandError, match="Chỉ có một máy chủ dữ liệu"):
            said("move_commune", "00004", "--to", SECOND)
        assert notes() == []

    def test_the_map_is_empty(self, ba_dinh: CommuneInfo):
        (line,) = said("pool_map").splitlines()
        assert line.startswith("#")

    def test_an_unknown_commune_is_named(self, db: None):
        with pytest.raises(CommandError, match="00070"):
            said("node_of", "00070")


class TestACluster:
    def test_a_communes_node_is_told(self, cluster: None):
        assert said("node_of", "00004") == f"{SECOND} (nhóm 1, các tiến trình node_1)\n"
        assert said("node_of", "00008") == f"{COORDINATOR} (nhóm 0, các tiến trình main)\n"

    def test_standbys_and_nodes_that_are_off_take_no_communes(self, cluster: None):
        assert [node.address for node in nodes()] == [SECOND, THIRD]

    def test_a_schema_made_without_citus_is_explained(self, cluster: None):
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM pg_dist_schema")
        with pytest.raises(CommandError, match="citus_schema_distribute"):
            said("node_of", "00004")

    def test_the_map_names_the_hosts_of_other_pools(self, cluster: None):
        Domain.objects.create(domain="badinh.example.vn", tenant_id="00004", is_primary=False)
        assert said("pool_map").splitlines()[1:] == [
            "badinh.example.vn node_1;",
            "phuong-ba-dinh-ha-noi.xaso.localhost node_1;",
        ]

    def test_a_commune_on_no_node_is_left_to_the_main_pool(
        self, cluster: None, capsys: pytest.CaptureFixture[str]
    ):
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM pg_dist_schema WHERE colocationid = 2000")
        call_command("pool_map")
        assert "00008" in capsys.readouterr().err


class TestMoving:
    def test_it_goes_to_the_other_node_and_the_log_says_so(self, cluster: None):
        answer = said("move_commune", "00004", "--to", THIRD)
        assert f"từ {SECOND} sang {THIRD}" in answer
        assert "pool_map" in answer
        assert said("node_of", "00004").startswith(THIRD)
        assert said("node_of", "00008").startswith(COORDINATOR)
        assert notes() == [f"từ {SECOND} sang {THIRD}"]

    @pytest.mark.parametrize("address", ["may-9:5432", "may-3.noi-bo", "may-hong.noi-bo:5432", ""])
    def test_a_node_that_is_not_there_is_refused(self, cluster: None, address: str):
        with pytest.raises(UnknownNode, match=r"may-2.noi-bo:5432, may-3.noi-bo:5433"):
            move_commune(code="00004", address=address, operator=KHUE)
        assert notes() == []

    def test_a_move_to_where_it_is_does_nothing(self, cluster: None):
        with pytest.raises(AlreadyThere):
            move_commune(code="00004", address=SECOND, operator=KHUE)
        assert notes() == []

    def test_a_move_that_citus_breaks_off_is_in_the_log_too(self, cluster: None):
        def break_off(execute: Any, query: str, *rest: Any) -> Any:
            if "citus_schema_move" in query:
                raise OperationalError("cannot move: out of disk\nDETAIL:  copied 3 tables")
            return execute(query, *rest)

        # An error of the server would end the test's transaction; a move runs in none.
        with connection.execute_wrapper(break_off), pytest.raises(MoveFailed, match="máy cũ"):
            move_commune(code="00004", address=THIRD, operator=KHUE)
        assert notes()[1:] == [f"không chuyển được sang {THIRD}: cannot move: out of disk"]


def test_a_pool_has_a_name_that_the_proxys_configuration_takes():
    assert [Node(group, "x", 1).pool for group in (0, 1, 12)] == ["main", "node_1", "node_12"]
