"""The helpdesk, and the leave that a school gives it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import F
from django.utils import timezone

from accounts import watching
from accounts.actions.support import ask_support
from accounts.models import SupportGrant, SupportReason, SupportRequest, User
from basispoort.audit.models import AuditEntry
from basispoort.lib.models import OutgoingMail
from basispoort.lib.tenancy import school_transaction

if TYPE_CHECKING:
    from schools.models import Pupil, School
    from tests.conftest import PortalClient

PAGE = "/school/99XX00/helpdesk/"
YES = {"reason": "sign_in", "length": "hour"}


def make_grant(school: School, user: User, **values: Any) -> SupportGrant:
    """A leave that began a minute ago and lasts an hour."""
    start = timezone.now() - timedelta(minutes=1)
    defaults = {"reason": SupportReason.SIGN_IN, "starts_at": start, "until": start + timedelta(hours=1)}
    with school_transaction(school):
        return SupportGrant.objects.create(school=school, granted_by=user, **defaults | values)


def make_request(school: School, user: User, **values: Any) -> SupportRequest:
    """A question of the helpdesk that waits for an answer."""
    defaults = {"reason": SupportReason.MATERIAL, "ticket": "HD-1", "asked_at": timezone.now()}
    with school_transaction(school):
        return SupportRequest.objects.create(school=school, asked_by=user, **defaults | values)


def let_time_pass(school: School, hours: int = 25) -> None:
    """Make every leave at a school so much older, as waiting does."""
    earlier = {name: F(name) - timedelta(hours=hours) for name in ("starts_at", "until", "ended_at")}
    with school_transaction(school):
        SupportGrant.objects.for_school(school).update(**earlier)


def grants_of(school: School) -> list[SupportGrant]:
    """All leaves of a school, oldest first."""
    with school_transaction(school):
        return list(SupportGrant.objects.for_school(school).order_by("starts_at"))


def start_watching(desk: PortalClient, person: User | Pupil) -> int:
    """Press the button on a person's page at the school 99XX00; gives the status."""
    if isinstance(person, User):
        return desk.post(f"/kantoor/school/99XX00/medewerkers/{person.pk}/meekijken/").status_code
    return desk.post(f"/kantoor/school/99XX00/leerlingen/{person.public_id}/meekijken/").status_code


def is_watching(desk: PortalClient) -> bool:
    """Whether this browser looks along with somebody."""
    return watching.STATE in desk.session


def ask(school: School, helpdesk: User, ticket: str = "HD-1") -> SupportRequest:
    """Ask a school, as the helpdesk does."""
    with school_transaction(school):
        return ask_support(school=school, reason="material", ticket=ticket, acting_user=helpdesk)


def events_of(school: School) -> list[str]:
    """The events in the trail of a school, in order."""
    with school_transaction(school):
        return [row.event for row in AuditEntry.objects.for_school(school).order_by("at")]


def mails() -> list[tuple[str, object]]:
    """The mails on their way, in order: what for, and to whom."""
    return list(OutgoingMail.objects.order_by("created_at").values_list("purpose", "recipient_id"))
