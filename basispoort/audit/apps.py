"""The audit trail: who did or saw what, when, for which school; and the watch over the portal."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The append-only, hash-chained trail (product A12)."""

    name = "basispoort.audit"
    label = "audit"

    def ready(self) -> None:
        """Register alerts, their event, and what the watch looks at."""
        from basispoort.audit import alerts, looks, seals  # noqa: F401, PLC0415 - models must be loaded first
