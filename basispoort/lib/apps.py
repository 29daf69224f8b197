"""Tools that every app of the portal builds on."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class LibConfig(AppConfig):
    """Loads the tools and keeps the database's rights in step with the models."""

    name = "basispoort.lib"
    label = "lib"

    def ready(self) -> None:
        """Connect the step that writes grants and row-level security after migrations."""
        from basispoort.lib import checks, row_security  # noqa: F401, PLC0415 - models must be loaded first

        post_migrate.connect(row_security.after_migrate, dispatch_uid="lib.row_security")
