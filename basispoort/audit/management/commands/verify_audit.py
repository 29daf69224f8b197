"""`manage.py verify_audit`: tells whether the audit trail is whole."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from django.core.management.base import BaseCommand, CommandError

from basispoort.audit import chain

if TYPE_CHECKING:
    from typing import Any

    from django.core.management.base import CommandParser


class Command(BaseCommand):
    """Check every chain and every signed head; name the first bad row of each chain and end with status 1."""

    help = "Checks the audit trail and names the first bad row of each chain."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take a school's Basispoort ID, to check its own chain only."""
        parser.add_argument("--school", type=int, help="Basispoort ID of one school")
        parser.add_argument("--json", action="store_true")

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's own form
        """Seal what is new, check, and print what was found."""
        sealed = chain.seal()
        breaks = list(chain.verify(options["school"]))
        if options["json"]:
            self.stdout.write(json.dumps({"sealed": sealed, "breaks": [asdict(item) for item in breaks]}))
        for item in breaks:
            if not options["json"]:
                self.stdout.write(f"chain {item.chain}, row {item.number}, entry {item.entry}: {item.reason}")
        if breaks:
            message = f"The audit trail is broken in {len(breaks)} place(s)."
            raise CommandError(message)
        if not options["json"]:
            self.stdout.write("OK: the audit trail is whole.")
