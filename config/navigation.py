"""The site that a page belongs to, for the templates' head and foot."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from tenants.communes.hosts import central_url


def site(request: HttpRequest) -> dict[str, Any]:
    """The commune (or none) whose site this is, and the way to the central site."""
    commune = getattr(request, "commune", None)
    return {"commune": commune, "central": central_url("/").rstrip("/")}
