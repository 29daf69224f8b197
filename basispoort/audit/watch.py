"""The watch: looks that are held every minute, and what they see becomes an alert (SR-J04).

A look is cheap, changes nothing, and yields what it sees: a kind of alert and the facts. Who is on watch over the
watch itself is outside: `/health/ready` answers 503 when no worker is there to hold it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from basispoort.audit.alerts import alert_kind, mail_what_is_due, raise_alert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from basispoort.audit.trail import Detail

LOGGER = logging.getLogger(__name__)
LOOK_FAILED = alert_kind(
    "audit.look_failed",
    _("A part of the watch does not work"),
    _("What it watches is not seen now. The technical log tells why it failed; mend that first."),
)


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a look saw."""

    kind: str
    facts: Mapping[str, Detail] = field(default_factory=dict)


_looks: dict[str, Callable[[], Iterable[Sighting]]] = {}


def register_look(look: Callable[[], Iterable[Sighting]]) -> None:
    """Add a look to the watch."""
    _looks[f"{look.__module__}.{look.__qualname__}"] = look


def keep_watch() -> int:
    """Hold every look once and raise what they see; gives the number of sightings, 0 while another holds the watch.

    A look that fails does not keep the others from looking, and is an alert itself.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended('audit.watch', 0))")
            if not cursor.fetchone()[0]:
                return 0
        seen = [one for name, look in _looks.items() for one in _held(name, look)]
        for one in seen:
            raise_alert(one.kind, facts=one.facts)
        mail_what_is_due()
    return len(seen)


def _held(name: str, look: Callable[[], Iterable[Sighting]]) -> list[Sighting]:
    try:
        with transaction.atomic():
            return list(look())
    except Exception:  # reported: in the log, and as an alert
        LOGGER.exception("a look of the watch failed", extra={"look": name})
        return [Sighting(LOOK_FAILED, {"look": name})]
