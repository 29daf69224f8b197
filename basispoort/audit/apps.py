"""The audit trail: who did or saw what, when, for which school."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The append-only, hash-chained trail (product A12)."""

    name = "basispoort.audit"
    label = "audit"
