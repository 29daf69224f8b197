"""Boards, schools and who belongs to them."""

from django.apps import AppConfig


class SchoolsConfig(AppConfig):
    """Facts from the schools' administrations; knows nothing of signing in."""

    name = "schools"

    def ready(self) -> None:
        """Register rights, events, personal data and the places in the menu."""
        from schools import events, navigation, permissions, personal_data, start  # noqa: F401, PLC0415 - models must be loaded first
