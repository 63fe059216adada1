"""Which database server holds a commune, and moving a commune to another.

On a Citus cluster a commune's schema lies on one node, and its requests go to workers that are
connected to that node: the proxy's map of hosts and pools is made here. Without a cluster there
is one server.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError, connection, transaction

from tenants.communes.current import CommuneNotOnboarded, at_centre
from tenants.communes.database.base import MARKER_TABLE
from tenants.communes.models import Commune, Domain
from tenants.fleet.acts import Operator, record_act
from tenants.fleet.models import OperatorAct

# The pool of the coordinator, and of everything that belongs to no commune. The proxy's
# configuration sends there what its map does not name.
MAIN_POOL = "main"

_NODES = """
SELECT groupid, nodename, nodeport FROM pg_dist_node
WHERE noderole = 'primary' AND isactive AND shouldhaveshards ORDER BY groupid
"""
# A commune's tables lie together; the one with its marker is always there.
_PLACES = """
SELECT n.nspname, d.groupid, d.nodename, d.nodeport
FROM pg_dist_schema s
JOIN pg_namespace n ON n.oid = s.schemaid
JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = %(table)s
JOIN pg_dist_shard t ON t.logicalrelid = c.oid
JOIN pg_dist_placement p ON p.shardid = t.shardid
JOIN pg_dist_node d ON d.groupid = p.groupid AND d.noderole = 'primary'
WHERE %(schema)s IS NULL OR n.nspname = %(schema)s
"""
_MOVE = "SELECT citus_schema_move(%s, %s, %s)"
_ADDRESS = re.compile(r"(?P<host>[A-Za-z0-9._-]+):(?P<port>[0-9]{1,5})")


@dataclass(frozen=True)
class Node:
    """A database server; group 0 is the coordinator, or the only one."""

    group: int
    host: str
    port: int

    @property
    def address(self) -> str:
        """Host and port as the nodes reach each other."""
        return f"{self.host}:{self.port}"

    @property
    def pool(self) -> str:
        """The name of the pool of web workers that are connected to this node."""
        return MAIN_POOL if self.group == 0 else f"node_{self.group}"


@dataclass(frozen=True)
class Move:
    """A commune that went from one node to another."""

    commune: Commune
    source: Node
    target: Node


@dataclass(frozen=True)
class PoolMap:
    """The proxy's map of hosts and pools."""

    lines: tuple[str, ...]
    """"host pool;", for the hosts that are not the main pool's."""
    unplaced: tuple[Commune, ...]
    """Communes that lie on no node; the main pool answers for them."""


class NodeProblem(Exception):
    """What was asked about nodes cannot be answered or done; the sentence says why."""


class OneServerOnly(NodeProblem):
    """There is no cluster to move within."""

    def __init__(self) -> None:
        super().__init__(
            "Chỉ có một máy chủ dữ liệu nên không có nơi nào để chuyển đến. Muốn chia các đơn vị "
            "ra nhiều máy, hãy xem docs/citus.md."
        )


class UnknownNode(NodeProblem):
    """No node that takes communes has this address."""

    def __init__(self, address: str, nodes: list[Node]) -> None:
        known = ", ".join(node.address for node in nodes) or "chưa có máy nào"
        super().__init__(f"Không có máy chủ dữ liệu “{address}”. Các máy nhận đơn vị: {known}.")


class AlreadyThere(NodeProblem):
    """The commune lies on that node."""

    def __init__(self, commune: Commune, node: Node) -> None:
        super().__init__(f"{commune} đã ở {node.address}; không có gì để chuyển.")


class NotOnANode(NodeProblem):
    """The commune's schema was made without Citus knowing."""

    def __init__(self, commune: Commune) -> None:
        super().__init__(
            f"{commune} chưa nằm trên máy nào của cụm: lược đồ {commune.schema_name} được tạo khi "
            "chưa bật Citus. Hãy chạy trên máy điều phối: "
            f"SELECT citus_schema_distribute('{commune.schema_name}');"
        )


class MoveFailed(NodeProblem):
    """Citus refused or broke the move off; the commune is where it was."""

    def __init__(self, commune: Commune, node: Node, reason: str) -> None:
        super().__init__(
            f"Không chuyển được {commune} sang {node.address}: {reason}. Đơn vị vẫn ở máy cũ và "
            "phục vụ bình thường. Nếu còn dữ liệu chép dở, Citus tự dọn; muốn dọn ngay, chạy "
            "trên máy điều phối: CALL citus_cleanup_orphaned_resources();"
        )


def nodes() -> list[Node]:
    """Return the servers that take communes, the coordinator first if it does."""
    if not settings.CITUS:
        return [_only_server()]
    with connection.cursor() as cursor:
        cursor.execute(_NODES)
        return [Node(*row) for row in cursor.fetchall()]


def node_of(code: str) -> Node:
    """Return the server that holds a commune; raises CommuneNotOnboarded, NotOnANode."""
    with at_centre():
        commune = _commune(code)
        return _node_of(commune)


def move_commune(*, code: str, address: str, operator: Operator) -> Move:
    """Move a commune to the node of this address ("host:port"), while it is being used.

    Rows are copied while people go on reading and writing; at the end writes wait for about
    0.3 s. The operators' log has the move before it begins, and once more if it fails. Called
    in no transaction. Raises CommuneNotOnboarded, NodeProblem. Run by the owner's role, through
    the coordinator.
    """
    with at_centre():
        commune = _commune(code)
        if not settings.CITUS:
            raise OneServerOnly
        target = _node_at(address)
        source = _node_of(commune)
        if source == target:
            raise AlreadyThere(commune, target)
        _record(operator, commune, f"từ {source.address} sang {target.address}")
        try:
            with connection.cursor() as cursor:
                cursor.execute(_MOVE, [commune.schema_name, target.host, target.port])
        except DatabaseError as error:
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            _record(operator, commune, f"không chuyển được sang {target.address}: {reason}")
            raise MoveFailed(commune, target, reason) from error
    return Move(commune, source, target)


def pool_map() -> PoolMap:
    """Return which hosts belong to another pool than the main one."""
    if not settings.CITUS:
        return PoolMap((), ())
    lines, unplaced = [], []
    with at_centre():
        places = _places(None)
        for domain in Domain.objects.select_related("tenant").order_by("domain"):
            node = places.get(domain.tenant.schema_name)
            if node is None:
                unplaced.append(domain.tenant)
            elif node.pool != MAIN_POOL:
                name = str(domain.domain)
                host = name if "." in name else f"{name}.{settings.BASE_DOMAIN}"
                lines.append(f"{host} {node.pool};")
    return PoolMap(tuple(lines), tuple(dict.fromkeys(unplaced)))


def _only_server() -> Node:
    address = connection.settings_dict
    return Node(0, address["HOST"] or "localhost", int(address["PORT"] or 5432))


def _commune(code: str) -> Commune:
    commune: Commune | None = Commune.objects.filter(code=code).first()
    if commune is None:
        raise CommuneNotOnboarded(code)
    return commune


def _node_of(commune: Commune) -> Node:
    if not settings.CITUS:
        return _only_server()
    node = _places(commune.schema_name).get(commune.schema_name)
    if node is None:
        raise NotOnANode(commune)
    return node


def _places(schema_name: str | None) -> dict[str, Node]:
    with connection.cursor() as cursor:
        cursor.execute(_PLACES, {"table": MARKER_TABLE, "schema": schema_name})
        return {schema: Node(*place) for schema, *place in cursor.fetchall()}


def _node_at(address: str) -> Node:
    known = nodes()
    found = _ADDRESS.fullmatch(address)
    for node in known:
        if found and (node.host, node.port) == (found["host"], int(found["port"])):
            return node
    raise UnknownNode(address, known)


def _record(operator: Operator, commune: Commune, note: str) -> None:
    with transaction.atomic():
        record_act(
            act=OperatorAct.Act.MOVE, operator=operator, commune_code=commune.code, note=note
        )
