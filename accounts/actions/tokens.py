"""Activation and forgotten passwords by mailed links (product A2; SR-C01 to C08)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import events
from accounts.actions.passwords import end_everything, tell_password_changed
from accounts.back_office import base_url_for
from accounts.models import LinkRequest, MailReason, MailToken, Role, RoleName, TokenPurpose, User, UserKind
from accounts.models.user import whole_name
from basispoort.audit import trail
from basispoort.lib.mail import queue_mail
from basispoort.lib.queues import wake_after_commit
from basispoort.lib.tenancy import unscoped

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from schools.models import School

REMEMBERED = timedelta(days=30)
LIVE_AT_MOST = 3
MAILS_AN_HOUR = 3
SUBJECTS = {
    TokenPurpose.ACTIVATION: _("Choose your password for Basispoort"),
    TokenPurpose.PASSWORD_RESET: _("A new password for Basispoort"),
}


class RoleRunsAlready(Exception):
    """The person has this role in that time already."""


class LinkUnusable(Exception):
    """The link is unknown, used, ended, too old, or meant for something or somebody else."""


def mail_link(*, user: User, purpose: TokenPurpose) -> bool:
    """Mail a link to the stored address; False, and no mail, beyond 3 live links or 3 mails an hour (SR-C05, C07)."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        links = MailToken.objects.filter(user=user, purpose=purpose)
        if links.live().count() >= LIVE_AT_MOST or links.sent_lately().count() >= MAILS_AN_HOUR:
            return False
        token = MailToken.issue(user, purpose)
        queue_mail(
            purpose=purpose,
            recipient_id=user.pk,
            address=str(user.email),
            language=user.language,
            subject=SUBJECTS[purpose],
            template=f"accounts/mail/{purpose}",
            facts={
                "name": user.first_name,
                "link": base_url_for(user) + reverse("accounts:link", args=[purpose, token]),
            },
        )
        trail.record(events.LINK_SENT, school=None, acting_user=None, target=user, details={"purpose": purpose})
        return True


def ask_for_link(*, address: str) -> None:
    """Note that somebody asks for a link at an address; the same work whether it is known or not (SR-A05)."""
    _leave_to_worker(address, MailReason.LINK)


def ask_again(*, token_hash: bytes) -> None:
    """Note that somebody asks for another link in the place of a dead one; without effect for one never mailed."""
    token = MailToken.objects.select_related("user").filter(token_hash=token_hash).first()
    if token is not None:
        ask_for_link(address=str(token.user.email))


def warn_owner(*, address: str) -> None:
    """Note that many tries with this address failed today; its owner, if there is one, is mailed (SR-K03)."""
    _leave_to_worker(address, MailReason.FAILURES)


def _leave_to_worker(address: str, reason: MailReason) -> None:
    from accounts.tasks import answer_link_request  # noqa: PLC0415 - the task imports this module

    request = LinkRequest.objects.create(address=address, reason=reason)
    wake_after_commit(answer_link_request, request.pk)


def answer(pk: UUID | str) -> None:
    """Mail what is due if the address is that of an account that may sign in, and forget the request either way."""
    with transaction.atomic():
        request = LinkRequest.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
        if request is None:
            return
        user = User.objects.with_email(request.address)
        if user is not None and user.is_active and user.kind in {UserKind.STAFF, UserKind.PORTAL}:
            if request.reason == MailReason.FAILURES:
                _mail_warning(user)
            else:
                known = user.has_usable_password()
                mail_link(user=user, purpose=TokenPurpose.PASSWORD_RESET if known else TokenPurpose.ACTIVATION)
        request.delete()


def _mail_warning(user: User) -> None:
    queue_mail(
        purpose="sign_in_failures",
        recipient_id=user.pk,
        address=str(user.email),
        language=user.language,
        subject=_("Somebody tries to sign in with your address"),
        template="accounts/mail/sign_in_failures",
        facts={"name": user.first_name},
    )
    trail.record(events.OWNER_WARNED, school=None, acting_user=None, target=user)


def owner_of(token_hash: bytes, purpose: TokenPurpose) -> User:
    """Give whose link this is without using it; raises LinkUnusable."""
    token = MailToken.objects.live().select_related("user").filter(token_hash=token_hash, purpose=purpose).first()
    if token is None or not token.user.is_active or bytes(token.email_index) != token.user.email_index:
        raise LinkUnusable
    return token.user


def redeem_link(*, token_hash: bytes, purpose: TokenPurpose, password: str) -> User:
    """Use a link up and set the password it was for; raises LinkUnusable.

    All sessions, known devices and other links of the account end with it (SR-A09). If anything fails, the link is
    unused again.
    """
    with transaction.atomic():
        user_pk = MailToken.redeem(token_hash, purpose)
        if user_pk is None:
            raise LinkUnusable
        user = User.objects.get(pk=user_pk)
        user.set_password(password)
        user.save(update_fields=["password"])
        end_everything(user)
        event = events.ACTIVATED if purpose == TokenPurpose.ACTIVATION else events.PASSWORD_CHANGED
        trail.record(event, school=None, acting_user=user)
        if purpose == TokenPurpose.PASSWORD_RESET:
            tell_password_changed(user)
        return user


def called_at(school: School, user: User, typed: str) -> str:
    """Give what the school calls somebody who has an account already: as typed, unless the owner has been here."""
    role = Role.objects.for_school(school).filter(user=user).first()  # all of them say the same
    return role.called if role else typed


def invite_user(  # noqa: PLR0913 - a person is all of these
    *,
    acting_user: User | None,
    school: School,
    role: str,
    email: str,
    first_name: str,
    last_name: str,
    infix: str = "",
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> User:
    """Give somebody a role at a school from today, and mail a link to choose a password where there is none yet.

    Somebody who has an account already keeps it, name and password included, and is mailed of the new role; until its
    owner comes to this school, the school sees no more of it than it typed itself. The caller has checked that the one
    who acts may give this role. Raises RoleRunsAlready for days on which the person had it in a role that is over.
    """
    with transaction.atomic():
        first_day = starts_on or timezone.localdate()
        user, is_new = User.objects.staff_with(email=email, first_name=first_name, infix=infix, last_name=last_name)
        User.objects.select_for_update().get(pk=user.pk)  # two who invite at once give one role
        with unscoped("a role at a school the inviter may not be at"):
            here = Role.objects.get_queryset().filter(user=user, role=role, school=school)
            given = None
            if not here.not_over().exists():
                if here.in_days(first_day, ends_on).exists():
                    raise RoleRunsAlready
                given = Role.objects.create(
                    user=user,
                    role=role,
                    school=school,
                    starts_on=first_day,
                    ends_on=ends_on,
                    given_by=acting_user,
                    called="" if is_new else called_at(school, user, whole_name(first_name, infix, last_name)),
                )
                details = {"role": str(role)}
                trail.record(events.ROLE_GIVEN, school=school, acting_user=acting_user, target=given, details=details)
        user.forget_roles()
        if not user.has_usable_password():
            mail_link(user=user, purpose=TokenPurpose.ACTIVATION)
        elif given is not None:
            mail_role(given)
        return user


def mail_role(given: Role) -> None:
    """Tell somebody who has an account already that it opens a school more."""
    user = given.user
    assert given.school is not None
    queue_mail(
        purpose="role_given",
        recipient_id=user.pk,
        address=str(user.email),
        language=user.language,
        subject=_("Your account at Basispoort opens another school"),
        template="accounts/mail/role_given",
        facts={
            "name": user.first_name,
            "school": given.school.name,
            "role": RoleName(given.role).label,
            "since": given.starts_on if given.starts_on > timezone.localdate() else None,
        },
    )


def forget_old_links() -> int:
    """Remove links that ended a month ago: until then a click on one can bring a new one; gives their number."""
    return MailToken.objects.filter(expires_at__lt=Now() - REMEMBERED).delete()[0]
