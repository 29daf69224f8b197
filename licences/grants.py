"""Sign-ins at participants, under way and done, and their end (SR-A08, SR-A09)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from allauth.idp.oidc.models import Token
from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now
from django.dispatch import receiver

from accounts.signals import access_ended, session_renewed, sessions_ended
from basispoort.lib.tenancy import school_transaction, unscoped
from licences.actions.logouts import ask_logouts, follow_session
from licences.models import AuthorizationCode, Launch
from licences.models.launch import CODE_LIVES, LAUNCH_LIVES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

# A launch may still lead to a code, and that to a token, so long after the click.
UNDER_WAY = LAUNCH_LIVES + CODE_LIVES + timedelta(seconds=settings.IDP_OIDC_ACCESS_TOKEN_EXPIRES_IN)


@receiver(access_ended)
def end_grants(*, user_ids: Iterable[UUID], **_kwargs: Any) -> None:  # noqa: ANN401 - a receiver's form
    """End all that these persons have at participants, at every school, in the transaction of the act.

    Tokens, codes and clicked tiles are dead; where somebody is signed in, the participant is told.
    """
    users = list(user_ids)
    Token.objects.filter(user__in=users).delete()
    _end_under_way(Q(user__in=users))
    ask_logouts(Q(user__in=users))


@receiver(sessions_ended)
def end_with_sessions(*, session_hashes: Iterable[str], user_id: object, **_kwargs: Any) -> None:  # noqa: ANN401 - a receiver's form
    """End what one person has at participants through these sessions, in the transaction in which they end."""
    sessions = Q(user=user_id, session_hash__in=list(session_hashes))
    _end_under_way(sessions)
    ask_logouts(sessions)


@receiver(session_renewed)
def go_on_with_session(*, before: str, after: str, **_kwargs: Any) -> None:  # noqa: ANN401 - a receiver's form
    """Keep the sign-ins of a session that goes on under a new key."""
    follow_session(before=before, after=after)


def _end_under_way(who: Q) -> None:
    """End the tokens, codes and clicked tiles that come of launches which fit."""
    with unscoped("at which schools is this person opening material", only_looks=True):
        launches = Launch.objects.get_queryset().filter(who, at__gt=Now() - UNDER_WAY)
        found = dict(launches.values_list("pk", "school_id"))
    if not found:
        return
    schools = set(found.values())
    with school_transaction(*schools):
        codes = AuthorizationCode.objects.for_schools(schools).filter(launch__in=found)
        hashes = list(codes.filter(token_hash__isnull=False).values_list("token_hash", flat=True))
        Token.objects.filter(hash__in=hashes).delete()
        codes.filter(used_at__isnull=True).delete()
        rows = Launch.objects.for_schools(schools).filter(pk__in=found, expires_at__gt=Now())
        rows.update(expires_at=Now())
