"""Loads what pages need, once, in the process that web workers are copied from."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from wsgiref.util import setup_testing_defaults

from django.conf import settings
from django.db import DatabaseError, connections

from tenants.communes.models import Commune
from tenants.communes.official_list import host_label

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def warm_up(application: Application) -> bool:
    """Answer the first page of the centre and of a commune; return whether both came.

    Templates, addresses, procedures and the list of communes take a second or two to load,
    which otherwise a reader waits for each time that a worker begins. Connections are closed:
    a copy of this process must not use them too.
    """
    try:
        hosts = [settings.BASE_DOMAIN, *_hosts_of_one_commune()]
        return all(_status(application, host) == HTTPStatus.OK for host in hosts)
    except DatabaseError:
        return False
    finally:
        connections.close_all()
        gc.collect()
        gc.freeze()  # what is there now stays, in memory that the copies share


def _hosts_of_one_commune() -> list[str]:
    active = Commune.objects.filter(state=Commune.State.ACTIVE).order_by("code")
    return [f"{host_label(commune.code)}.{settings.BASE_DOMAIN}" for commune in active[:1]]


def _status(application: Application, host: str) -> int:
    environ: dict[str, Any] = {
        "HTTP_HOST": host,
        "PATH_INFO": "/",
        settings.SECURE_PROXY_SSL_HEADER[0]: settings.SECURE_PROXY_SSL_HEADER[1],
        "REMOTE_ADDR": "127.0.0.1",
    }
    setup_testing_defaults(environ)
    statuses: list[str] = []
    for _ in application(environ, lambda status, headers: statuses.append(status)):
        pass
    return int(statuses[0].split()[0])
