"""What a process remembers between requests: each place is listed, with what keeps it apart.

One process serves thousands of communes. A value of one commune that is kept under a key
without the commune is read in another, so a new cache is a decision that is written down here.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache

from tenants.communes.current import CommuneInfo, in_commune

ROOT = Path(settings.BASE_DIR)
HOUSES = ("tenants", "documents", "services", "citizens", "config")
SAME_FOR_ALL = "the same for every commune"
BY_COMMUNE = "the commune is in the key"
FOLLOWS = "follows from the key alone"
KNOWN = {
    "tenants/communes/hosts.py": {"_by_label": BY_COMMUNE, "_by_own_domain": BY_COMMUNE},
    "tenants/communes/current.py": {"_by_code": BY_COMMUNE},
    "tenants/communes/official_list.py": {
        "official_communes": SAME_FOR_ALL,
        "provinces": SAME_FOR_ALL,
        "communes_of": SAME_FOR_ALL,
        "_host_labels": SAME_FOR_ALL,
        "_codes_by_host_label": SAME_FOR_ALL,
        "_search_entries": SAME_FOR_ALL,
        "_agency_codes": SAME_FOR_ALL,
    },
    "tenants/calendar/days.py": {"_calendars": BY_COMMUNE},
    "tenants/kit/expiring_cache.py": {"_caches": "the caches themselves, to empty them"},
    "tenants/kit/rows.py": {"_plan": SAME_FOR_ALL, "_select": SAME_FOR_ALL},
    "tenants/fleet/blueprint.py": {"_read": SAME_FOR_ALL},
    "tenants/fleet/onboarding.py": {"_blueprint_of": SAME_FOR_ALL},
    "tenants/fleet/statements.py": {"_filling": SAME_FOR_ALL, "_insert_into": BY_COMMUNE},
    "documents/rendering/qr.py": {"qr_svg": FOLLOWS},
    "documents/rendering/layouts/registry.py": {"read_folders": SAME_FOR_ALL},
    "documents/rendering/layouts/texts.py": {"read_text": FOLLOWS},
    "documents/rendering/typesetting.py": {"_engine": SAME_FOR_ALL},
    "services/catalogue/expressions.py": {"parse": FOLLOWS},
    "services/catalogue/fee_registry.py": {"_tables": "the province is in the key"},
    "services/catalogue/placeholders.py": {"placeholders": FOLLOWS},
    "services/catalogue/registry.py": {"_versions": SAME_FOR_ALL, "_current": SAME_FOR_ALL},
    "services/cases/grounds.py": {"_rows": SAME_FOR_ALL},
    "services/cases/notice_texts.py": {"defaults": SAME_FOR_ALL},
    "services/feedback/terms.py": {"_terms": SAME_FOR_ALL},
    "services/catalogue/values.py": {"_pattern": FOLLOWS},
}
_REMEMBERING = {"cache", "lru_cache", "ExpiringCache", "WeakSet", "WeakValueDictionary", "local"}
_EMPTY = (ast.Dict, ast.List, ast.Set)


def places() -> Iterator[tuple[str, str]]:
    """Files, and the names in them that remember."""
    for house in HOUSES:
        for path in sorted((ROOT / house).rglob("*.py")):
            if not {"migrations", "local", "commands"} & set(path.parts):
                for name in _remembering(ast.parse(path.read_text())):
                    yield str(path.relative_to(ROOT)), name


def _remembering(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef):
            if any(_called(decorator) in _REMEMBERING for decorator in node.decorator_list):
                yield node.name
        elif isinstance(node, ast.Global):
            yield from node.names
    for statement in module.body:
        if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            if _remembers(statement.value):
                yield from (target.id for target in targets if isinstance(target, ast.Name))


def _remembers(value: ast.expr) -> bool:
    """Whether it is made to be filled later: a cache, or a dict, list or set that is empty."""
    if isinstance(value, _EMPTY):
        return not (value.keys if isinstance(value, ast.Dict) else value.elts)
    called = _called(value)
    return isinstance(value, ast.Call) and (
        called in _REMEMBERING
        or "cache" in called
        or (called in ("dict", "list", "set") and not value.args)
    )


def _called(node: ast.expr) -> str:
    if isinstance(node, ast.Call):
        return _called(node.func)
    if isinstance(node, ast.Subscript):
        return _called(node.value)
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def test_every_cache_of_a_process_is_known():
    unknown = [(path, name) for path, name in places() if name not in KNOWN.get(path, {})]
    assert not unknown, "Say above what keeps communes apart there."


@pytest.mark.parametrize(
    "source",
    [
        "@cache\ndef letterhead(): ...",
        "@functools.lru_cache(maxsize=8)\ndef letterhead(): ...",
        "_letterheads: ExpiringCache[str, str] = ExpiringCache(seconds=60, size=10)",
        "_letterheads = {}",
        "_letterheads: dict[str, str] = dict()",
        "_letterhead = None\ndef letterhead():\n    global _letterhead",
        "_letterheads = threading.local()",
        "_by_code = _cache(12_000)",
    ],
)
def test_a_new_cache_would_be_noticed(source: str):
    assert list(_remembering(ast.parse(source)))


def test_djangos_cache_keeps_communes_apart(ba_dinh: CommuneInfo, ngoc_ha: CommuneInfo):
    with in_commune("00004"):
        cache.set("letterhead", "Ba Đình")
    with in_commune("00008"):
        assert cache.get("letterhead") is None
    assert cache.get("letterhead") is None
    with in_commune("00004"):
        assert cache.get("letterhead") == "Ba Đình"
