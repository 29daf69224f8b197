"""`manage.py seed_demo`: fills an empty portal with the real register and invented schools."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from basispoort.demo import seed

if TYPE_CHECKING:
    from typing import Any

    from django.core.management.base import CommandParser


class Command(BaseCommand):
    """Make the demo once. Each run registers the publisher anew, as its port may differ, and renews ended passes."""

    help = "Fills an empty portal with the real register and invented schools."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take whether a filled portal is left as it is."""
        parser.add_argument("--if-empty", action="store_true", help="leave a portal that has demo schools as it is")

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's own form
        """Do it; ends with status 1 when the demo is there and nobody said that this is right."""
        output = Path(os.environ.get("DEMO_OUTPUT", "var/demo-identities.json"))
        address = os.environ.get("PUBLISHER_URL", "http://127.0.0.1:8001")
        secret = os.environ.get("PUBLISHER_CLIENT_SECRET", "")
        if not secret:
            message = "PUBLISHER_CLIENT_SECRET is not set; `make run` sets it."
            raise CommandError(message)
        call_command("load_documents", stdout=self.stdout)
        publisher = seed.connect_publisher(address, secret)
        if seed.is_seeded():
            if not options["if_empty"]:
                message = "The demo schools are there already."
                raise CommandError(message)
            seed.renew_passes()
            return
        call_command("import_duo", stdout=self.stdout)
        people = seed.seed(publisher, output.parent / "demo-rosters")
        output.write_text(json.dumps(people, indent=1, ensure_ascii=False), encoding="utf-8")
        self.stdout.write(f"{len(people['identities'])} people and {len(people['pupils'])} pupils can sign in.")
