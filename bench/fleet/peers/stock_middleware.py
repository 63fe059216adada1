"""The library's middleware on the product's hosts."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django_tenants.middleware import TenantMainMiddleware

from tenants.communes.current import info_of


class StockMiddleware(TenantMainMiddleware):  # type: ignore[misc]
    """Asks the registry at every request, as the library does."""

    @staticmethod
    def hostname_from_request(request: HttpRequest) -> str:
        """The label of the host, which is what the registry keeps."""
        return request.get_host().partition(":")[0].removesuffix(f".{settings.BASE_DOMAIN}")

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        """Choose the tenant; then what the product's pages need to know of it."""
        answer: HttpResponse | None = super().process_request(request)
        if answer is None:
            commune = info_of(cast(Any, request).tenant)
            cast(Any, connection).set_tenant(commune)
            cast(Any, request).commune = commune
            cast(Any, request).urlconf = "config.urls_commune"
        return answer
