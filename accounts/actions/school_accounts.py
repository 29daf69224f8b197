"""Linking a school account, signing in by it, and which organisations a school allows (product A3; SR-F09)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from accounts import events
from accounts.models import AllowedTenant, SchoolAccount
from accounts.models.school_account import SUBJECT_PURPOSE
from basispoort.audit import trail
from basispoort.lib.crypto import blind_index, blind_indexes, normalise
from basispoort.lib.tenancy import unscoped

if TYPE_CHECKING:
    from accounts.models import User
    from accounts.school_accounts import Identity
    from schools.models import School


class NotAllowed(Exception):
    """No school of this user lets staff in from this organisation, or the account is not known here."""


class OtherAddress(Exception):
    """The school account has another address than the one known here."""


class LinkedElsewhere(Exception):
    """The school account is linked to another user, or the user has another account of this provider."""


def _subject(identity: Identity) -> str:
    return f"{identity.issuer}|{identity.subject}"


def is_allowed(user: User, identity: Identity) -> bool:
    """Tell whether a school at which the user works now lets staff in from this organisation."""
    with unscoped("may this organisation's accounts sign in"):
        rows = AllowedTenant.objects.get_queryset().filter(
            school__in=user.school_ids(), provider=identity.provider, tenant=identity.tenant
        )
        return rows.exists()


def link_account(*, user: User, identity: Identity) -> None:
    """Link a school account to a user who is signed in.

    Raises NotAllowed, OtherAddress, or LinkedElsewhere.
    """
    if not is_allowed(user, identity):
        raise NotAllowed
    if normalise(identity.email) != normalise(str(user.email)):
        raise OtherAddress
    with transaction.atomic():
        try:
            with transaction.atomic():
                SchoolAccount.objects.create(
                    user=user,
                    provider=identity.provider,
                    tenant=identity.tenant,
                    subject_index=blind_index(SUBJECT_PURPOSE, _subject(identity)),
                )
        except IntegrityError:
            raise LinkedElsewhere from None
        trail.record(
            events.SCHOOL_ACCOUNT_LINKED, school=None, acting_user=user, details={"provider": identity.provider}
        )


def user_of(identity: Identity) -> User:
    """Give the user whose school account this is; raises NotAllowed for everybody else."""
    hashes = blind_indexes(SUBJECT_PURPOSE, _subject(identity))
    account = SchoolAccount.objects.select_related("user").filter(subject_index__in=hashes).first()
    if account is None or not account.user.is_active or not is_allowed(account.user, identity):
        trail.record(events.SIGN_IN_FAILED, school=None, acting_user=None, outcome="refused")
        raise NotAllowed
    SchoolAccount.objects.filter(pk=account.pk).update(last_used_at=Now())
    return account.user


def unlink_account(*, user: User, provider: str) -> None:
    """Take a link away."""
    if SchoolAccount.objects.filter(user=user, provider=provider).delete()[0]:
        trail.record(events.SCHOOL_ACCOUNT_UNLINKED, school=None, acting_user=user, details={"provider": provider})


def allow_tenant(*, school: School, provider: str, tenant: str, label: str, acting_user: User) -> None:
    """Let staff of a school sign in from an organisation; a second time changes nothing."""
    allowed, made = AllowedTenant.objects.for_school(school).get_or_create(
        provider=provider, tenant=tenant, school=school, defaults={"label": label}
    )
    if made:
        trail.record(
            events.TENANT_ALLOWED,
            school=school,
            acting_user=acting_user,
            target=allowed,
            details={"provider": provider},
        )


def forbid_tenant(*, school: School, allowed: AllowedTenant, acting_user: User) -> None:
    """Let nobody in from an organisation any more; it counts at the next sign-in."""
    trail.record(events.TENANT_FORBIDDEN, school=school, acting_user=acting_user, target=allowed)
    AllowedTenant.objects.for_school(school).filter(pk=allowed.pk).delete()
