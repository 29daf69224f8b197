"""Changing the own address: confirmed at the new one, told to the old one (product A9; SR-A09, SR-C05)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import events
from accounts.actions.passwords import end_everything
from accounts.actions.tokens import LIVE_AT_MOST, MAILS_AN_HOUR, LinkUnusable
from accounts.back_office import base_url_for
from accounts.models import MailToken, TokenPurpose, User
from basispoort.audit import trail
from basispoort.lib.crypto import normalise
from basispoort.lib.mail import queue_mail

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


def ask_address_change(*, user: User, new: str) -> bool:
    """Mail a link to the new address, and a word to the old one; False, and no mail, beyond three an hour.

    Who has that address already is told instead; the one who asks sees no difference (SR-A05).
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        links = MailToken.objects.filter(user=user, purpose=TokenPurpose.ADDRESS_CHANGE)
        if links.live().count() >= LIVE_AT_MOST or links.sent_lately().count() >= MAILS_AN_HOUR:
            return False
        token = MailToken.issue(user, TokenPurpose.ADDRESS_CHANGE, new_email=new.strip())
        owner = User.objects.with_email(new)
        if owner is None:
            link = base_url_for(user) + reverse("accounts:link", args=[TokenPurpose.ADDRESS_CHANGE, token])
            _mail(user, new, "address_confirm", _("Confirm your new address for Basispoort"), link=link)
        else:
            _mail(owner, str(owner.email), "address_taken", _("Your address was given for another account"))
        _mail(user, str(user.email), "address_asked", _("Another address was asked for your Basispoort account"))
        trail.record(events.ADDRESS_CHANGE_ASKED, school=None, acting_user=user)
        return True


def address_of(token_hash: bytes) -> str:
    """Give the address that a link would confirm, without using it; raises LinkUnusable."""
    rows = MailToken.objects.live().select_related("user").filter(purpose=TokenPurpose.ADDRESS_CHANGE)
    token = rows.filter(token_hash=token_hash).first()
    if token is None or not token.user.is_active or bytes(token.email_index) != token.user.email_index:
        raise LinkUnusable
    return str(token.new_email)


def confirm_address(*, token_hash: bytes) -> User:
    """Use the link up and give its owner the new address; raises LinkUnusable, also when it was taken meanwhile.

    All sessions, known devices and other links end (SR-A09); both addresses are told.
    """
    with transaction.atomic():
        user_pk = MailToken.redeem(token_hash, TokenPurpose.ADDRESS_CHANGE)
        if user_pk is None:
            raise LinkUnusable
        user = User.objects.select_for_update().get(pk=user_pk)
        new = str(MailToken.objects.get(token_hash=token_hash).new_email)
        old = str(user.email)
        if normalise(new) != normalise(old) and User.objects.with_email(new) is not None:
            raise LinkUnusable
        user.set_email(new)
        try:
            with transaction.atomic():
                user.save(update_fields=["email", "email_index"])
        except IntegrityError:  # another confirmed the same address at this very moment
            raise LinkUnusable from None
        end_everything(user)
        for address in (old, new):
            _mail(user, address, "address_changed", _("The address of your Basispoort account is changed"))
        trail.record(events.ADDRESS_CHANGED, school=None, acting_user=user)
        return user


def _mail(user: User, address: str, purpose: str, subject: _StrPromise, **facts: str) -> None:
    queue_mail(
        purpose=purpose,
        recipient_id=user.pk,
        address=address,
        language=user.language,
        subject=subject,
        template=f"accounts/mail/{purpose}",
        facts={"name": user.first_name, **facts},
    )
