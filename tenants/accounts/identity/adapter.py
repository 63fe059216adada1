"""What allauth asks us about identity providers: which there are, and where people may end up."""

from __future__ import annotations

from typing import Any

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from django.conf import settings
from django.http import HttpRequest

from tenants.accounts.identity.protocol import IdentityProvider


class IdentityAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Providers come from the settings alone: nobody adds one by a row in the database."""

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """Return the configured providers, or the one of that key."""
        return [
            SocialApp(provider=IdentityProvider.id, **app)
            for app in settings.SOCIALACCOUNT_PROVIDERS[IdentityProvider.id]["APPS"]
            if provider in (None, IdentityProvider.id, app["provider_id"])
            and client_id in (None, app["client_id"])
        ]

    def get_provider(
        self, request: HttpRequest, provider: str, client_id: str | None = None
    ) -> IdentityProvider:
        """Return a provider with our client. Raises SocialApp.DoesNotExist."""
        return IdentityProvider(request, app=self.get_app(request, provider, client_id))

    def list_providers(self, request: HttpRequest) -> list[Any]:
        """Return all configured providers."""
        return [IdentityProvider(request, app=app) for app in self.list_apps(request)]
