"""Mail: written in the outbox with the act, handed over by a worker, tried again for a day, never sent twice."""

from __future__ import annotations

import contextlib
import logging
import smtplib
from email.utils import parseaddr
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend
from django.template.loader import render_to_string
from django.utils import translation

from basispoort.lib.models import OutgoingMail
from basispoort.lib.queues import wake_after_commit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from django.db.models import QuerySet
    from django.utils.functional import _StrPromise

LOGGER = logging.getLogger(__name__)
FIRST_WAIT_SECONDS = 60
LONGEST_WAIT_SECONDS = 3600


class RefusedForGood(Exception):
    """The mail server said that it will never take this mail."""


def queue_mail(  # noqa: PLR0913 - a mail is all of these
    *,
    purpose: str,
    address: str,
    language: str,
    subject: str | _StrPromise,
    template: str,
    facts: Mapping[str, object],
    recipient_id: UUID | None = None,
) -> OutgoingMail:
    """Put a mail in the outbox, within the caller's transaction; a worker is woken when that stands.

    `template` names two files, `<template>.txt` and `.html`, rendered in the reader's language.
    """
    from basispoort.lib.tasks import send_mail  # noqa: PLC0415 - the task imports this module

    with translation.override(language):
        facts = {**facts, "LANGUAGE_CODE": language, "base_url": settings.BASE_URL}
        mail = OutgoingMail.objects.create(
            purpose=purpose,
            recipient_id=recipient_id,
            address=address,
            subject=str(subject),
            text=render_to_string(f"{template}.txt", facts),
            html=render_to_string(f"{template}.html", facts),
        )
    wake_after_commit(send_mail, mail.pk)
    return mail


def wait_seconds(attempts: int) -> int:
    """Give how long to wait after that many tries: a minute, two, four, up to an hour."""
    return min(FIRST_WAIT_SECONDS << min(max(attempts - 1, 0), 10), LONGEST_WAIT_SECONDS)


def deliver(pk: UUID | str) -> str:
    """Try to hand one mail over, and give its state afterwards.

    Claims it first, so that of several workers one tries. Must run outside a transaction: each step has to stand
    before the next one reaches the mail server.
    """
    fence = OutgoingMail.claim(OutgoingMail.objects.all(), pk)
    if fence is None:
        return state_of(pk)
    rows = OutgoingMail.objects.filter(pk=pk, fence=fence)
    mail = rows.get()
    try:
        _hand_over(mail, rows)
    except (
        RefusedForGood,
        UnicodeEncodeError,
    ):  # an address that no mail server of ours can be told is refused as well
        OutgoingMail.finish(rows, OutgoingMail.State.REFUSED)
    except (OSError, smtplib.SMTPException) as failure:
        LOGGER.warning("mail waits", extra={"mail": str(pk), "failure": type(failure).__name__})
        # What was handed over without an answer is perhaps there: such a mail is not sent again.
        OutgoingMail.finish(rows.filter(state=OutgoingMail.State.HANDED), OutgoingMail.State.UNCLEAR)
        OutgoingMail.put_off(rows.filter(state=OutgoingMail.State.WAITING), wait_seconds(mail.attempts))
    else:
        OutgoingMail.finish(rows, OutgoingMail.State.SENT)
    return state_of(pk)


def state_of(pk: UUID | str) -> str:
    """Give the state of a mail; empty for one that is gone."""
    return OutgoingMail.objects.filter(pk=pk).values_list("state", flat=True).first() or ""


def _hand_over(mail: OutgoingMail, rows: QuerySet[OutgoingMail]) -> None:
    message = EmailMultiAlternatives(
        mail.subject, mail.text, settings.DEFAULT_FROM_EMAIL, [mail.address], headers={"Message-ID": mail.message_id}
    )
    message.attach_alternative(mail.html, "text/html")
    content = message.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]  # Django's own message, not Python's
    backend = EmailBackend()
    try:
        backend.open()
        server = backend.connection
        assert server is not None
        server.ehlo_or_helo_if_needed()
        _answer(server.mail(parseaddr(settings.DEFAULT_FROM_EMAIL)[1])[0])
        _answer(server.rcpt(mail.address)[0])
        if not rows.filter(state=OutgoingMail.State.WAITING).update(state=OutgoingMail.State.HANDED):
            raise smtplib.SMTPServerDisconnected  # another worker took over: this one lets go
        try:
            code = server.data(content)[0]
        except smtplib.SMTPDataError as refusal:
            code = refusal.smtp_code  # refused before the content went out
        _answer(code, handed=rows)
    finally:
        with contextlib.suppress(smtplib.SMTPException, OSError):
            backend.close()


def _answer(code: int, handed: QuerySet[OutgoingMail] | None = None) -> None:
    """Take the mail server's answer; raises RefusedForGood (5xx) or SMTPResponseException (4xx: try later)."""
    if code < 400:
        return
    if code >= 500:
        raise RefusedForGood
    if handed is not None:
        handed.update(state=OutgoingMail.State.WAITING)
    raise smtplib.SMTPResponseException(code, "")
