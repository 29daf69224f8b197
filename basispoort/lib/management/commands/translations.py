"""`manage.py translations`: collects, checks and compiles the Dutch catalogues."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.management.base import BaseCommand, CommandError

from basispoort.lib import catalogues

if TYPE_CHECKING:
    from typing import Any

    from django.core.management.base import CommandParser


class Command(BaseCommand):
    """Update the catalogues from the sources; `--check` only looks, `--compile` only writes the compiled files."""

    help = "Collects, checks and compiles the Dutch catalogues."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what to do."""
        parser.add_argument("--check", action="store_true")
        parser.add_argument("--compile", action="store_true", dest="only_compile")

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's own form
        """Do it; end with status 1 when a check finds a gap."""
        names = ("basispoort", *catalogues.APPS)
        if options["only_compile"]:
            catalogues.compile_all()
            return
        if not options["check"]:
            for name in names:
                catalogues.update(name)
            catalogues.compile_all()
        bad = [gaps for gaps in map(catalogues.gaps_in, names) if gaps]
        for gaps in bad:
            for kind in ("missing", "fuzzy", "unused", "placeholders"):
                for text in getattr(gaps, kind):
                    self.stdout.write(f"{gaps.name}: {kind}: {text!r}")
        if bad and options["check"]:
            message = "The Dutch catalogues are not complete: run `manage.py translations` and translate."
            raise CommandError(message)
