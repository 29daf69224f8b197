"""Users, their roles, and all ways to sign in."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class AccountsConfig(AppConfig):
    """People who sign in: staff, pupils, parents, and the portal's own."""

    name = "accounts"

    def ready(self) -> None:
        """Register rights, events, alerts, personal data and the places in the menu."""
        from accounts import (  # noqa: F401, PLC0415 - models must be loaded first
            alerts,
            events,
            exports,
            navigation,
            permissions,
            personal_data,
            start,
        )

        # `accounts.actions.enter` does the same with one statement that is written out once.
        user_logged_in.disconnect(dispatch_uid="update_last_login")
