"""What templates of signing in know of identity providers."""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def identity_providers() -> list[dict[str, Any]]:
    """Return key and name of each configured provider."""
    return [
        {"provider_id": app["provider_id"], "name": app["name"]}
        for app in settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    ]
