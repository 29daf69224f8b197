"""Sign-ins at participants that are under way, and their end (SR-A09)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.idp.oidc.models import Token
from django.db.models.functions import Now
from django.dispatch import receiver

from accounts.signals import access_ended
from basispoort.lib.tenancy import school_transaction, unscoped
from licences.models import AuthorizationCode, Launch

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID


@receiver(access_ended)
def end_grants(*, user_ids: Iterable[UUID], **_kwargs: Any) -> None:  # noqa: ANN401 - a receiver's form
    """End the tokens, codes and clicked tiles of these persons, at every school, in the transaction of the act."""
    users = list(user_ids)
    Token.objects.filter(user__in=users).delete()
    with unscoped("at which schools are these persons opening material"):
        open_launches = Launch.objects.get_queryset().filter(user__in=users, expires_at__gt=Now())
        waiting = AuthorizationCode.objects.get_queryset().filter(launch__user__in=users, expires_at__gt=Now())
        schools = {*open_launches.values_list("school", flat=True), *waiting.values_list("school", flat=True)}
    if not schools:
        return
    with school_transaction(*schools):
        codes = AuthorizationCode.objects.for_schools(schools)
        codes.filter(launch__user__in=users, used_at__isnull=True).delete()
        Launch.objects.for_schools(schools).filter(user__in=users, expires_at__gt=Now()).update(expires_at=Now())
