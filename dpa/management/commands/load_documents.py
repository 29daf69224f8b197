"""`manage.py load_documents`: takes in the agreement's texts that travel with the portal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.management.base import BaseCommand, CommandError

from dpa.actions.documents import DocumentRefused, load_documents

if TYPE_CHECKING:
    from typing import Any


class Command(BaseCommand):
    """Add versions that are not there yet; words that were published cannot change any more."""

    help = "Takes in new versions of the agreement, the privacy leaflet and the annexes. Safe to run again."

    def handle(self, **_options: Any) -> None:  # noqa: ANN401 - Django's own form
        """Load; ends with status 1 and changes nothing when a text may not be taken in."""
        try:
            added = load_documents()
        except DocumentRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{added} new versions.")
