"""`manage.py reencrypt`: seals what stands under an older key anew under the current one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.management.base import BaseCommand

from basispoort.lib.rotation import reencrypt

if TYPE_CHECKING:
    from typing import Any


class Command(BaseCommand):
    """Run after a new key was put first in FIELD_KEYS or CODE_KEYS; safe to stop and to run again."""

    help = "Encrypts older values anew under the current key."

    def handle(self, **_options: Any) -> None:  # noqa: ANN401 - Django's own form
        """Do it and print the number a column."""
        done = reencrypt()
        for column, count in sorted(done.items()):
            self.stdout.write(f"{column}: {count}")
        self.stdout.write(f"{sum(done.values())} value(s) encrypted anew.")
