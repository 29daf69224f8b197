"""Who may open what, and everything that leaves the house."""

from django.apps import AppConfig


class LicencesConfig(AppConfig):
    """The use: participants, material, licences, sharing, launches."""

    name = "licences"

    def ready(self) -> None:
        """Register rights, events, personal data, the places in the menu, and what ends with a person's access."""
        from licences import events, grants, navigation, permissions, personal_data, start, support  # noqa: F401, PLC0415 - models must be loaded first
