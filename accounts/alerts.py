"""What accounts looks at for those on watch: failures to sign in, and who tries the doors of many schools (SR-J04)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Q
from django.db.models.fields.json import KT
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import events, failures
from accounts.models import RoleName
from basispoort.audit.alerts import alert_kind
from basispoort.audit.models import AuditEntry
from basispoort.audit.watch import Sighting, register_look
from basispoort.lib.tenancy import unscoped

if TYPE_CHECKING:
    from collections.abc import Iterator

# One wrong address is a typing error; somebody who asks for this many schools within the hour is looking for a way in.
DOORS_TRIED, DOORS_WITHIN = 5, timedelta(hours=1)

FAILURES = alert_kind(
    "accounts.failures",
    _("Far more sign-ins fail than normal"),
    _("Somebody may be guessing passwords in many places. New devices are asked for a challenge by themselves now."),
)
DENIALS = alert_kind(
    "accounts.denials",
    _("An account tries to enter schools that are not its own"),
    _("Look the account up in the trail and call its owner or the school. If it is not the owner, end its sessions."),
)
EXPORTS = alert_kind(
    "accounts.exports",
    _("One account takes more than 5,000 lines away in a day"),
    _("Ask the owner and the school what the lists are for. If nobody knows, end the sessions and tell the schools."),
)
# A call takes a look along with one or two persons.
WATCHED_OFTEN, WATCHED_WITHIN = 10, timedelta(hours=1)
WATCHING = alert_kind(
    "accounts.watching",
    _("Somebody of the helpdesk looks along unusually often"),
    _("Ask which calls it was for. If there are none, end the role and the sessions, and tell the schools."),
)


def look_at_failures() -> Iterator[Sighting]:
    """See that the country fails five times as often as is normal."""
    if failures.storms_now(timezone.now()):
        yield Sighting(FAILURES)


def look_at_denials() -> Iterator[Sighting]:
    """See accounts that asked for many schools at which they have no role."""
    with unscoped("who is refused at many schools"):
        # The helpdesk's tries stand in the trail of the school that did not let it look.
        elsewhere = Q(school_id__isnull=True) | Q(actor_role=RoleName.HELPDESK)
        refused = AuditEntry.objects.get_queryset().filter(
            elsewhere, event=events.DENIED, at__gt=Now() - DOORS_WITHIN, details__has_key="code"
        )
        many = refused.values("actor_id").annotate(doors=Count(KT("details__code"), distinct=True))
        found = [str(actor) for actor in many.filter(doors__gte=DOORS_TRIED).values_list("actor_id", flat=True)]
    if found:
        yield Sighting(DENIALS, {"accounts": sorted(found)})


def look_at_watching() -> Iterator[Sighting]:
    """See who of the helpdesk looks along with more people than calls explain."""
    with unscoped("who looks along unusually often"):
        begun = AuditEntry.objects.get_queryset().filter(
            event=events.SUPPORT_WATCH_BEGUN, at__gt=Now() - WATCHED_WITHIN
        )
        often = begun.values("actor_id").annotate(times=Count("id")).filter(times__gte=WATCHED_OFTEN)
        found = [str(actor) for actor in often.values_list("actor_id", flat=True)]
    if found:
        yield Sighting(WATCHING, {"accounts": sorted(found)})


register_look(look_at_failures)
register_look(look_at_denials)
register_look(look_at_watching)
