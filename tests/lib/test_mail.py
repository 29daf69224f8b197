"""Mails reach a real mail server once, or wait for it."""

from __future__ import annotations

import asyncio
import socket
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from aiosmtpd.controller import Controller
from django.db import connection, connections, transaction
from django.db.models import F
from django.db.models.functions import Now

from basispoort.lib.mail import deliver, queue_mail, wait_seconds
from basispoort.lib.models import OutgoingMail
from basispoort.lib.tasks import sweep_mails
from tests.at_once import many_at_once

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ADDRESS = "demo@voorbeeldschool.example"


class Sink:
    """Takes mails, or answers as it is told."""

    def __init__(self) -> None:
        self.mails: list[Any] = []
        self.to_recipient = "250 OK"
        self.to_content = "250 OK"
        self.on_recipient: Callable[[], object] | None = None

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802 - aiosmtpd's own name
        if self.on_recipient is not None:
            await asyncio.to_thread(self.on_recipient)
        if self.to_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.to_recipient

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's own name
        if self.to_content.startswith("250"):
            self.mails.append((envelope.rcpt_tos, envelope.content.decode()))
        return self.to_content


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    """A mail server on this machine."""
    handler = Sink()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    yield handler
    controller.stop()


@pytest.fixture
def nobody_listens(settings: Any) -> None:
    """A mail server that is down."""
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()


def write(language: str = "nl") -> OutgoingMail:
    with transaction.atomic():
        return queue_mail(
            purpose="test",
            address=ADDRESS,
            language=language,
            subject="Hallo",
            template="accounts/mail/password_changed",
            facts={"name": "Demo"},
        )


def due_now(mail: OutgoingMail) -> None:
    OutgoingMail.objects.filter(pk=mail.pk).update(next_at=Now(), lease_until=None)


def state_of(mail: OutgoingMail) -> str:
    return OutgoingMail.objects.values_list("state", flat=True).get(pk=mail.pk)


pytestmark = pytest.mark.django_db(transaction=True)


def test_mail_arrives_as_text_and_html_and_its_content_is_thrown_away(sink: Sink) -> None:
    mail = write()

    state = deliver(mail.pk)
    mail.refresh_from_db()

    ((recipients, content),) = sink.mails
    assert (state, recipients) == ("sent", [ADDRESS])
    assert "text/plain" in content
    assert "text/html" in content
    assert mail.message_id in content
    assert (mail.address, mail.subject, mail.text, mail.html) == (None, None, None, None)


@pytest.mark.requirement("SR-L02")
def test_mail_that_was_sent_is_not_sent_again(sink: Sink) -> None:
    mail = write()

    states = [deliver(mail.pk), deliver(mail.pk)]
    sweep_mails()

    assert (states, len(sink.mails)) == (["sent", "sent"], 1)


@pytest.mark.requirement("SR-L02")
def test_many_workers_at_the_same_moment_send_a_mail_once(sink: Sink) -> None:
    mail = write()

    many_at_once(4, lambda _number: deliver(mail.pk))

    assert (len(sink.mails), state_of(mail)) == (1, "sent")


@pytest.mark.usefixtures("nobody_listens")
def test_mail_waits_for_a_server_that_is_down() -> None:
    mail = write()

    state = deliver(mail.pk)
    mail.refresh_from_db()

    assert (state, mail.address, mail.attempts) == ("waiting", ADDRESS, 1)
    assert mail.next_at > mail.created_at


def test_mail_that_waited_goes_out_when_the_server_is_back(sink: Sink, settings: Any) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, free_port()
    mail = write()
    deliver(mail.pk)
    settings.EMAIL_PORT = port
    due_now(mail)

    sent = sweep_mails()

    assert (sent, len(sink.mails), state_of(mail)) == (1, 1, "sent")


def test_mail_is_not_tried_before_its_time(sink: Sink, settings: Any) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, free_port()
    mail = write()
    deliver(mail.pk)
    settings.EMAIL_PORT = port

    assert (sweep_mails(), sink.mails, state_of(mail)) == (0, [], "waiting")


@pytest.mark.parametrize(("attribute", "answer"), [("to_recipient", "450 later"), ("to_content", "451 later")])
def test_server_that_says_later_is_asked_later(sink: Sink, attribute: str, answer: str) -> None:
    setattr(sink, attribute, answer)
    mail = write()
    first = deliver(mail.pk)
    setattr(sink, attribute, "250 OK")
    due_now(mail)

    assert (first, deliver(mail.pk), len(sink.mails)) == ("waiting", "sent", 1)


@pytest.mark.parametrize("attribute", ["to_recipient", "to_content"])
def test_server_that_says_never_is_not_asked_again(sink: Sink, attribute: str) -> None:
    setattr(sink, attribute, "550 never")
    mail = write()

    assert deliver(mail.pk) == "refused"
    mail.refresh_from_db()
    assert mail.address is None


def test_mail_is_given_up_after_a_day(sink: Sink) -> None:
    mail = write()
    OutgoingMail.objects.filter(pk=mail.pk).update(created_at=Now() - OutgoingMail.kept_for)

    sweep_mails()

    assert (sink.mails, state_of(mail)) == ([], "expired")


def test_mail_whose_worker_died_while_handing_over_is_not_sent_again(sink: Sink) -> None:
    mail = write()
    OutgoingMail.objects.filter(pk=mail.pk).update(state="handed", lease_until=Now(), fence=1)

    sweep_mails()

    assert (sink.mails, state_of(mail)) == ([], "unclear")


@pytest.mark.requirement("SR-I01")
@pytest.mark.usefixtures("nobody_listens")
def test_table_of_mails_shows_neither_address_nor_words() -> None:
    write()

    with connection.cursor() as cursor:
        cursor.execute("SELECT lib_outgoingmail::text FROM lib_outgoingmail")
        row = cursor.fetchone()[0]

    assert ADDRESS not in row
    assert ADDRESS.encode().hex() not in row


def test_wait_doubles_up_to_an_hour() -> None:
    assert [wait_seconds(attempts) for attempts in (1, 2, 3, 7, 40)] == [60, 120, 240, 3600, 3600]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("address", ["nova@v\u00f6orbeeld.example", "\u017fam@voorbeeld.example"])
def test_address_that_no_server_can_be_told_is_refused_and_holds_up_no_other_mail(sink: Any, address: str) -> None:
    facts = {"name": "x"}
    for to in (address, ADDRESS):
        queue_mail(
            purpose="x", address=to, language="nl", subject="S", template="accounts/mail/password_changed", facts=facts
        )
    OutgoingMail.objects.update(state="waiting", lease_until=None, next_at=Now())
    sink.mails.clear()

    sweep_mails()

    states = OutgoingMail.objects.order_by("created_at").values_list("state", flat=True)
    assert (list(states), len(sink.mails)) == (["refused", "sent"], 1)


@pytest.mark.requirement("SR-L02")
def test_worker_whose_mail_was_taken_over_meanwhile_hands_nothing_over(sink: Sink) -> None:
    mail = write()

    def take_over() -> None:
        OutgoingMail.objects.filter(pk=mail.pk).update(fence=F("fence") + 1)
        connections.close_all()

    sink.on_recipient = take_over

    deliver(mail.pk)

    assert (sink.mails, state_of(mail)) == ([], "waiting")


@pytest.mark.requirement("SR-L02")
def test_mail_that_another_worker_is_handing_over_now_is_left_to_it(sink: Sink) -> None:
    mail = write()
    OutgoingMail.objects.filter(pk=mail.pk).update(state="handed", lease_until=Now() + timedelta(minutes=1), fence=1)

    sweep_mails()

    assert (sink.mails, state_of(mail)) == ([], "handed")


def test_mail_that_cannot_be_read_holds_up_no_other(sink: Sink) -> None:
    first, second = write(), write()
    OutgoingMail.objects.update(lease_until=None, next_at=Now())
    with connection.cursor() as cursor:
        cursor.execute("UPDATE lib_outgoingmail SET address = 'x' WHERE id = %s", [first.pk])
        cursor.execute("UPDATE lib_outgoingmail SET next_at = next_at - interval '1 hour' WHERE id = %s", [first.pk])

    sent = sweep_mails()

    assert (sent, len(sink.mails), state_of(second)) == (1, 1, "sent")
