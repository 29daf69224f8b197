"""Agreements, and all that they oblige us to."""

from django.apps import AppConfig


class DpaConfig(AppConfig):
    """The paper: documents, acceptance, what may go to whom and why."""

    name = "dpa"
