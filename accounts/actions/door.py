"""The school's own sign-in link: make it, renew it, open it."""

from __future__ import annotations

import base64
import secrets
from datetime import timedelta
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

from django.contrib.postgres.expressions import ArraySubquery
from django.db import DatabaseError
from django.db.models import Case, F, OuterRef, Q, Value, When
from django.db.models.functions import Now
from django.utils import timezone

from accounts import events
from accounts.models import DoorMiss, NetworkRange, SchoolDoor
from accounts.models.door import token_hash
from basispoort.audit import trail
from basispoort.lib.compiled import Objects
from basispoort.lib.crypto import blind_index

if TYPE_CHECKING:
    from accounts.models import User
    from accounts.networks import Network
    from basispoort.lib.tenancy import TenantQuerySet
    from schools.models import School

TOKEN_BYTES = 16
LONGEST_TYPED = 64
MISS_WINDOW = timedelta(minutes=10)
FREE_MISSES = 30
MISSES_KEPT = timedelta(days=1)


def new_token() -> str:
    """Give 128 random bits as 26 lower-case letters and digits, without a 0 or a 1 to mistake for another letter."""
    return base64.b32encode(secrets.token_bytes(TOKEN_BYTES)).decode().rstrip("=").lower()


def door_of(*, school: School) -> SchoolDoor:
    """Give the link of a school, made at the first question; to be asked within the scope of the school."""
    door = SchoolDoor.objects.for_school(school).first()
    if door is not None:
        return door
    token = new_token()
    fresh = SchoolDoor(school=school, token=token, token_hash=token_hash(token), renewed_at=timezone.now())
    SchoolDoor.objects.bulk_create([fresh], ignore_conflicts=True)
    return SchoolDoor.objects.for_school(school).get()


def renew_door(*, school: School, acting_user: User) -> SchoolDoor:
    """Give the school a new link; the old one is dead from this moment on (SR-A14)."""
    door_of(school=school)
    door = SchoolDoor.objects.for_school(school).select_for_update().get()
    door.token = new_token()
    door.token_hash = token_hash(door.token)
    door.renewed_at = timezone.now()
    door.save(update_fields=["token", "token_hash", "renewed_at"])
    trail.record(events.DOOR_RENEWED, school=school, acting_user=acting_user, target=door)
    return door


def open_door(token: str) -> School | None:
    """Give the school that a link opens; None for an unknown or renewed link, or a school out of service (SR-A10).

    Upper case, blanks and hyphens are forgiven: the link is also typed from paper.
    """
    door = _find(token, DOOR)
    return door.school if door else None


def open_door_with_networks(token: str) -> tuple[School | None, list[Network] | None]:
    """Give the school that a link opens and its networks in one question; None where those could not be read."""
    try:
        door = _find(token, DOOR_WITH_NETWORKS, may_fail=True)
    except (DatabaseError, ValueError):
        return open_door(token), None
    return (door.school, getattr(door, "networks", None)) if door else (None, None)


def _door(*, token_hash: bytes) -> TenantQuerySet[SchoolDoor]:
    return SchoolDoor.objects.get_queryset().select_related("school").filter(token_hash=token_hash)


def _door_with_networks(*, token_hash: bytes) -> TenantQuerySet[SchoolDoor]:
    networks = NetworkRange.objects.get_queryset().filter(school=OuterRef("school")).values("network")
    return _door(token_hash=token_hash).annotate(networks=ArraySubquery(networks))


# Asked at every request of every pupil on the way in.
DOOR, DOOR_WITH_NETWORKS = Objects[SchoolDoor](_door), Objects[SchoolDoor](_door_with_networks)


def _find(token: str, doors: Objects[SchoolDoor], *, may_fail: bool = False) -> SchoolDoor | None:
    typed = token.replace("-", "").replace(" ", "").lower()
    if len(typed) > LONGEST_TYPED:
        return None
    reason = "which school does this link open"
    door = doors.first(unscoped=reason, may_fail=may_fail, token_hash=token_hash(typed))
    return door if door is not None and door.school.is_in_service_on(timezone.localdate()) else None


def count_miss(address: str) -> bool:
    """Count one wrong link of a network address; tell whether there were too many in ten minutes (SR-A14).

    Only misses are counted and only misses are slowed: behind one address sits a whole school, whose right link must
    go on working while a tablet keeps trying an old one.
    """
    index = blind_index("accounts.door_miss.address", _network(address))
    lately = Q(since__gt=Now() - MISS_WINDOW)
    changed = DoorMiss.objects.filter(pk=index).update(
        count=Case(When(lately, then=F("count") + 1), default=Value(1)),
        since=Case(When(lately, then=F("since")), default=Now()),
    )
    if not changed:
        DoorMiss.objects.filter(since__lt=timezone.now() - MISSES_KEPT).delete()
        DoorMiss.objects.bulk_create([DoorMiss(address_index=index, since=timezone.now())], ignore_conflicts=True)
        return False
    return DoorMiss.objects.filter(pk=index, count__gt=FREE_MISSES).exists()


def _network(address: str) -> str:
    """Give the address as it is counted: IPv6 by its first 64 bits, because one household holds all of those."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "unknown"
    return str(parsed) if not isinstance(parsed, IPv6Address) else str(IPv6Address(int(parsed) >> 64 << 64))
