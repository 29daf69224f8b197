"""Accepting the agreement: the click that lets a school in (OV 2, 3; product D2)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.permissions import RIGHTS
from basispoort.audit import trail
from dpa import events
from dpa.models import Acceptance, DocumentKind, DocumentVersion
from dpa.permissions import AGREEMENT_ACCEPT
from schools.models import School, SchoolState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from accounts.models import User

# A school that was suspended or has ended does not come back by a click.
CLOSED = (SchoolState.SUSPENDED, SchoolState.ENDED)


class DocumentsMissing(Exception):
    """The installation lacks documents: `manage.py load_documents` was never run."""


class OfferChanged(Exception):
    """What is in force is no longer what the reader had before them."""


class SchoolClosed(Exception):
    """The school is suspended or has ended; only the helpdesk can open it again."""


@dataclass(frozen=True, slots=True)
class Offer:
    """All that a school agrees to at once, on one day, with the SHA-256 of the whole."""

    versions: Sequence[DocumentVersion]
    sha256: str

    def of(self, kind: DocumentKind) -> DocumentVersion:
        """Give the version of one document."""
        return next(version for version in self.versions if version.document.kind == kind)


def offer_on(day: date) -> Offer:
    """Give what is in force on a day; raises DocumentsMissing when one of the documents is not there."""
    versions = list(DocumentVersion.objects.in_force_on(day))
    if len(versions) < len(DocumentKind):
        message = "Run manage.py load_documents: the agreement is not there yet."
        raise DocumentsMissing(message)
    parts = "\n".join(f"{version.document.kind} {version.version} {version.sha256}" for version in versions)
    return Offer(versions, hashlib.sha256(parts.encode()).hexdigest())


def accept_agreement(*, school: School, acting_user: User, sha256: str) -> Acceptance:
    """Accept for a school what its delegate has read, and put the school in service from today.

    `sha256` is the digest of the offer that was on screen. A second click gives the first acceptance back. Raises
    OfferChanged when another version took effect meanwhile, SchoolClosed, DocumentsMissing.
    """
    today = timezone.localdate()
    with transaction.atomic():
        # The row of the school is the lock: the second of two clicks waits here and then finds the first.
        locked = School.objects.select_for_update().get(pk=school.pk)
        if locked.state in CLOSED:
            raise SchoolClosed
        offer = offer_on(today)
        if offer.sha256 != sha256:
            raise OfferChanged
        standing = Acceptance.objects.for_school(school).filter(sha256=sha256).first()
        if standing is not None:
            return standing
        acceptance = Acceptance.objects.create(
            school=school,
            accepted_by=acting_user.pk,
            role=delegate_role(acting_user, school),
            version=offer.of(DocumentKind.SERVICE_AGREEMENT),
            leaflet=offer.of(DocumentKind.PRIVACY_LEAFLET),
            documents=[
                {"kind": version.document.kind, "version": version.version, "sha256": version.sha256}
                for version in offer.versions
            ],
            sha256=sha256,
        )
        put_in_service(school=school, day=today)
        trail.record(
            events.AGREEMENT_ACCEPTED,
            school=school,
            acting_user=acting_user,
            target=acceptance,
            details={"versions": [f"{one.document.kind} {one.version}" for one in offer.versions]},
        )
        return acceptance


def delegate_role(user: User, school: School) -> str:
    """Give the role in which a user speaks for a school."""
    names = [role.role for role in user.running_roles() if role.school_id == school.pk]
    return next(name for name in names if AGREEMENT_ACCEPT in RIGHTS[name])


def put_in_service(*, school: School, day: date) -> None:
    """Let the portal work for a school from a day on: the one place that writes it; an earlier first day stays."""
    School.objects.filter(pk=school.pk).exclude(state__in=CLOSED).update(
        state=SchoolState.ACTIVE, in_service_from=Coalesce("in_service_from", day)
    )
