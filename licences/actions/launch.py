"""Opening material: from the click on a tile to the code that goes to the participant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.conf import settings
from django.utils import timezone

from basispoort.audit import trail
from licences import causes, events
from licences.actions.access import access_of
from licences.models import Launch, LearningMaterial, Refusal
from licences.models.disclosure import new_trace
from licences.models.launch import LAUNCH_LIVES, token_hash

if TYPE_CHECKING:
    from licences.actions.access import Access
    from licences.causes import Cause
    from licences.models import Participant
    from licences.people import Visitor


@dataclass(frozen=True, slots=True)
class Refused:
    """That a material does not open; the refusal stands in the database under its trace code."""

    cause: Cause
    trace: str


def refuse(visitor: Visitor, cause: Cause, *, material: LearningMaterial | None, step: str) -> Refused:
    """Write a refusal down, in records and trail, and give it, to show."""
    row = Refusal.objects.create(
        school=visitor.school, cause=cause.code, material=material, step=step, **visitor.numbers
    )
    trail.record(
        events.REFUSED,
        school=visitor.school,
        acting_user=visitor.user,
        target=material,
        outcome="denied",
        details={"cause": cause.code, "trace": row.trace, "step": step},
    )
    return Refused(cause, row.trace)


def check(visitor: Visitor, material: LearningMaterial, *, step: str) -> Access | Refused:
    """Ask the one decision at one step; gives the access, or the refusal as written down."""
    access = access_of(visitor, materials=[material])
    cause = access.why_not(material)
    return access if cause is None else refuse(visitor, cause, material=material, step=step)


def start_launch(visitor: Visitor, material: LearningMaterial, *, session_key: str) -> Launch | Refused:
    """Note a click on a tile: a launch that lives two minutes, for this session alone, or the refusal."""
    outcome = check(visitor, material, step="tile")
    return outcome if isinstance(outcome, Refused) else make_launch(visitor, material, session_key=session_key)


def make_launch(visitor: Visitor, material: LearningMaterial, *, session_key: str) -> Launch:
    """Make the launch of a visitor who was checked just now."""
    assert visitor.user is not None
    return Launch.objects.create(
        school=visitor.school,
        user=visitor.user,
        material=material,
        session_hash=token_hash(session_key),
        trace=new_trace(),
        expires_at=timezone.now() + LAUNCH_LIVES,
    )


def start_address(launch: Launch) -> str:
    """Give the address at the participant where its own sign-in starts (OpenID Connect Core 1.0, section 4)."""
    material = launch.material
    words = {"iss": settings.BASE_URL, "login_hint": str(launch.pk), "target_link_uri": material.url}
    joint = "&" if "?" in material.participant.initiate_login_uri else "?"
    return f"{material.participant.initiate_login_uri}{joint}{urlencode(words)}"


def first_that_opens(visitor: Visitor, participant: Participant) -> LearningMaterial | Cause:
    """Give a material of a participant that opens for a visitor, for a sign-in that names none; else a cause."""
    materials = list(LearningMaterial.objects.to_open().with_participants().filter(participant=participant))
    access = access_of(visitor, materials=materials)
    found: Cause = causes.NO_LICENCE
    for material in materials:
        cause = access.why_not(material)
        if cause is None:
            return material
        found = cause
    return found
