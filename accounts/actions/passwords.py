"""Setting a password, and all that ends with the old one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth import update_session_auth_hash
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts import events
from accounts.failures import count_try, forget_tries, take_try_back
from accounts.models import KnownDevice, MailToken, Session
from accounts.sessions import stored_key
from accounts.signals import access_ended
from basispoort.audit import trail
from basispoort.lib.mail import queue_mail

if TYPE_CHECKING:
    from accounts.models import User
    from basispoort.lib.http import StaffRequest


def change_password(*, request: StaffRequest, user: User, new: str) -> None:
    """Give a user a new password; all other sessions, known devices and links end in the same transaction (SR-A09)."""
    user.set_password(new)
    user.save(update_fields=["password"])
    update_session_auth_hash(request, user)
    request.session.save()
    end_everything(user, but_session=stored_key(str(request.session.session_key)))
    trail.record(events.PASSWORD_CHANGED, school=None, acting_user=user)
    tell_password_changed(user)


def end_everything(user: User, *, but_session: str = "") -> None:
    """End the sessions of a user but one, the known devices, every link that still works, and all else (SR-A09)."""
    Session.objects.filter(user=user).exclude(session_key=but_session).delete()
    KnownDevice.objects.filter(user=user).delete()
    MailToken.objects.filter(user=user, used_at__isnull=True).update(ended_at=Now())
    access_ended.send(sender=None, user_ids=[user.pk])


def tell_password_changed(user: User) -> None:
    """Mail the owner that the password changed."""
    queue_mail(
        purpose="password_changed",
        recipient_id=user.pk,
        address=str(user.email),
        language=user.language,
        subject=_("Your password for Basispoort was changed"),
        template="accounts/mail/password_changed",
        facts={"name": user.first_name},
    )


def count_password_try(request: StaffRequest) -> None:
    """Count a try of the own password in a running session, before it is looked at; raises TooManyTries.

    By session: who sits at somebody else's open session guesses few passwords there, and its owner still signs in.
    """
    count_try("own password", stored_key(str(request.session.session_key)))


def take_back_password_try(request: StaffRequest) -> None:
    """Count a try no longer: nothing could be looked at."""
    take_try_back("own password", stored_key(str(request.session.session_key)))


def password_was_right(request: StaffRequest) -> None:
    """Forget the tries in this session that were wrong."""
    forget_tries("own password", stored_key(str(request.session.session_key)))
