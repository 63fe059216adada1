"""The proxy's configuration, put together from what the program itself is set to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template import Context, Engine

TEMPLATE = Path(__file__).parent / "nginx.conf.template"
DEFAULT_POOL = "main"
# What config/gunicorn.py gives a request, and a moment for the answer to come.
READ_SECONDS = 35
# Boundaries and headings of the parts of an upload.
_FORM_OVERHEAD_MB = 1
_POOL_LINE = re.compile(r"^\s*[A-Za-z0-9.*-]+\s+(?P<pool>[a-z][a-z0-9_]*)\s*;\s*$")


class BadPools(ValueError):
    """The file of pools has a line that is not "host pool;"."""


@dataclass(frozen=True)
class Pool:
    """Workers that share communes; `addresses` as nginx writes them."""

    name: str
    addresses: tuple[str, ...]


@dataclass(frozen=True)
class Proxy:
    """What differs from machine to machine; paths are absolute, the run folder may be empty."""

    listen: str
    redirect_listen: str
    certificate: str
    key: str
    pools: tuple[Pool, ...]
    pools_file: str
    largest_file_mb: int
    run_dir: str


def sockets(name: str, workers: int, folder: str) -> Pool:
    """Return a pool whose workers listen on sockets: main-1.sock, main-2.sock, …"""
    places = (f"unix:{folder}/{name}-{number}.sock" for number in range(1, workers + 1))
    return Pool(name, tuple(places))


def ports(name: str, first: int, last: int) -> Pool:
    """Return a pool whose workers listen on ports of this machine."""
    return Pool(name, tuple(f"127.0.0.1:{port}" for port in range(first, last + 1)))


def pool_names(file: Path) -> list[str]:
    """Return the pools that a file of lines "host pool;" names, without the default one.

    Raises BadPools, OSError.
    """
    names = set()
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = _POOL_LINE.match(line)
        if found is None:
            raise BadPools(f"{file}, dòng {number}: cần viết “tên-máy-chủ nhóm;”.")
        names.add(found["pool"])
    return sorted(names - {DEFAULT_POOL})


def body_limit_mb(largest_file_mb: int) -> int:
    """Return how many megabytes a request may have: what the program would still take."""
    fields = -(-settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024**2)
    return int(settings.DATA_UPLOAD_MAX_NUMBER_FILES) * largest_file_mb + fields + _FORM_OVERHEAD_MB


def configuration(proxy: Proxy) -> str:
    """Return a complete nginx.conf."""
    context: dict[str, Any] = {
        **vars(proxy),
        "default_pool": DEFAULT_POOL,
        "log_dir": proxy.run_dir or "/var/log/nginx",
        "static_root": str(settings.STATIC_ROOT).rstrip("/"),
        "base_domain": settings.BASE_DOMAIN,
        "files": settings.DATA_UPLOAD_MAX_NUMBER_FILES,
        "largest_file": proxy.largest_file_mb,
        "body_limit": f"{body_limit_mb(proxy.largest_file_mb)}m",
        "read_timeout": READ_SECONDS,
    }
    template = Engine(autoescape=False).from_string(TEMPLATE.read_text(encoding="utf-8"))
    return template.render(Context(context, autoescape=False))
