"""From an authorisation request to the launch that it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models.functions import Now

from accounts.actions.staff import come_to
from basispoort.audit import trail
from basispoort.lib.tenancy import school_scope, unscoped
from licences import causes, events
from licences.actions.launch import Refused, check, first_that_opens, make_launch, refuse
from licences.models import Launch, LearningMaterial
from licences.models.launch import token_hash
from licences.oidc.exchange import open_school
from licences.people import schools_of, visitor_of

if TYPE_CHECKING:
    from accounts.models import User
    from basispoort.lib.http import PortalRequest
    from licences.models import Participant
    from schools.models import School


def launch_for(request: PortalRequest, user: User, participant: Participant) -> Launch | Refused | None:
    """Give the launch of this request, used up and checked again, or the refusal as written down.

    A request that names a launch must name one of this very session, not older than two minutes and not used. One
    that names none (a bookmark at the participant) gets a launch of the first material that opens. None for a user
    who may open material at no school at all.
    """
    hint = request.GET.get("login_hint", "")
    launch = _named(hint, user) if hint else None
    if launch is not None and _belongs_here(request, launch, participant):
        open_school(request, launch.school)
        if _use_up(launch):
            launch.material.participant = participant
            return _checked_again(user, launch)
    schools = schools_of(user)
    if not schools:
        return None
    if not hint:
        return _without_tile(request, user, participant, schools)
    with school_scope(schools[0]):
        return refuse(visitor_of(user, schools[0]), causes.NOT_STARTED_HERE, material=None, step="authorise")


def _checked_again(user: User, launch: Launch) -> Launch | Refused:
    outcome = check(visitor_of(user, launch.school), launch.material, step="authorise")
    if isinstance(outcome, Refused):
        return outcome
    trail.record(events.LAUNCHED, school=launch.school, acting_user=user, target=launch.material)
    return launch


def _named(hint: str, user: User) -> Launch | None:
    try:
        number = UUID(hint)
    except ValueError:
        return None
    with unscoped("which school does this launch belong to"):
        rows = Launch.objects.get_queryset().select_related("school", "material").filter(pk=number, user=user)
        return rows.first()


def _belongs_here(request: PortalRequest, launch: Launch, participant: Participant) -> bool:
    """Tell whether a launch is of this participant's material and of this very session."""
    own = launch.session_hash == token_hash(request.session.session_key or "")
    return own and launch.material.participant_id == participant.pk


def _use_up(launch: Launch) -> bool:
    """Use a launch up, once, by the database's clock; False when it is too old or used."""
    rows = Launch.objects.for_school(launch.school).filter(pk=launch.pk, used_at__isnull=True, expires_at__gt=Now())
    return rows.update(used_at=Now()) == 1


def _without_tile(
    request: PortalRequest, user: User, participant: Participant, schools: list[School]
) -> Launch | Refused:
    refused: Refused | None = None
    for school in schools:
        with school_scope(school):
            visitor = visitor_of(user, school)
            found = first_that_opens(visitor, participant)
            if isinstance(found, LearningMaterial):
                come_to(school, user)
                launch = make_launch(visitor, found, session_key=request.session.session_key or "")
                Launch.objects.for_school(school).filter(pk=launch.pk).update(used_at=Now())
                trail.record(events.LAUNCHED, school=school, acting_user=user, target=found)
                return launch
            refused = refused or refuse(visitor, found, material=None, step="authorise")
    assert refused is not None
    return refused
