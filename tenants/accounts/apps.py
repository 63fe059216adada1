"""App of accounts (shared tables)."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Accounts of citizens, officials and operators."""

    name = "tenants.accounts"
    label = "accounts"
    verbose_name = "tài khoản"
