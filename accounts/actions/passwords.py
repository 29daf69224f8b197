"""Changing a password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth import update_session_auth_hash

from accounts import events
from accounts.models import KnownDevice, Session
from accounts.sessions import stored_key
from basispoort.audit import trail

if TYPE_CHECKING:
    from accounts.models import User
    from basispoort.lib.http import StaffRequest


def change_password(*, request: StaffRequest, user: User, new: str) -> None:
    """Give a user a new password; all other sessions and known devices end in the same transaction (SR-A09)."""
    user.set_password(new)
    user.save(update_fields=["password"])
    update_session_auth_hash(request, user)
    request.session.save()
    Session.objects.filter(user=user).exclude(session_key=stored_key(str(request.session.session_key))).delete()
    KnownDevice.objects.filter(user=user).delete()
    trail.record(events.PASSWORD_CHANGED, school=None, acting_user=user)
