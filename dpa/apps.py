"""Agreements, and all that they oblige us to."""

from django.apps import AppConfig


class DpaConfig(AppConfig):
    """The paper: documents, acceptance, what may go to whom and why."""

    name = "dpa"

    def ready(self) -> None:
        """Register rights, events, personal data and the places in the menu."""
        from dpa import board, events, navigation, permissions, personal_data  # noqa: F401, PLC0415 - models must be loaded first
