"""App of accounts (shared tables)."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Accounts of citizens, officials and operators."""

    name = "tenants.accounts"
    label = "accounts"
    verbose_name = "tài khoản"

    def ready(self) -> None:
        """Listen to the library's news of new passwords."""
        from allauth.account import signals

        from tenants.accounts.receivers import close_desks

        for signal in (signals.password_changed, signals.password_set, signals.password_reset):
            signal.connect(close_desks, dispatch_uid="close-desks")
