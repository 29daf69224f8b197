"""Who may open what, and everything that leaves the house."""

from django.apps import AppConfig


class LicencesConfig(AppConfig):
    """The use: participants, material, licences, sharing, launches."""

    name = "licences"
