"""Workers are woken where the queue answers; one that is away or hangs holds nobody up."""

from __future__ import annotations

import contextlib
import socket
import time
from typing import TYPE_CHECKING

import pytest
from celery import Celery
from django.db import transaction

from basispoort.lib.queues import BELIEVED_SECONDS, ask_queue_again, wake, wake_after_commit
from basispoort.settings import CELERY_BROKER_TRANSPORT_OPTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from celery import Task


@pytest.fixture(autouse=True)
def _believed_anew() -> Iterator[None]:
    ask_queue_again()
    yield
    ask_queue_again()


def task_at(broker: str, **options: float) -> Task[..., object]:
    app = Celery("queue of a test", broker=broker, set_as_current=False)
    app.conf.broker_transport_options = CELERY_BROKER_TRANSPORT_OPTIONS | options

    @app.task(name="nothing")
    def nothing(*_arguments: object) -> None:
        """Do nothing."""

    return nothing


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """A server that takes connections and never says a word, as one that is frozen."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0)
        yield listening


def waiting_at(task: Task[..., object]) -> list[object]:
    """Take what waits for a worker, and give the arguments."""
    found: list[object] = []
    with task.app.connection_for_read() as connection:
        queue = connection.SimpleQueue("celery")
        while len(queue):
            message = queue.get(timeout=2)
            message.ack()
            found.append(message.payload[0])
        queue.close()
    return found


def connections_of(listening: socket.socket) -> int:
    number = 0
    while True:
        try:
            listening.accept()[0].close()
        except BlockingIOError:
            return number
        number += 1


@pytest.mark.requirement("SR-L01")
@pytest.mark.django_db(transaction=True)
def test_worker_is_woken_once_the_transaction_stands_and_never_where_it_does_not() -> None:
    task = task_at("memory://")

    with transaction.atomic():
        wake_after_commit(task, 1)
        before = waiting_at(task)
    after = waiting_at(task)
    with contextlib.suppress(ValueError), transaction.atomic():
        wake_after_commit(task, 2)
        raise ValueError

    assert (before, after, waiting_at(task)) == ([], [[1]], [])


@pytest.mark.requirement("SR-L01")
def test_task_is_sent_to_a_queue_that_answers() -> None:
    task = task_at("memory://")

    assert wake(task, 1, "a row") is True

    assert waiting_at(task) == [[1, "a row"]]


def test_queue_that_is_away_is_no_error_and_costs_no_more_than_a_moment() -> None:
    task = task_at("redis://127.0.0.1:1/0")
    began = time.monotonic()

    assert wake(task, 1) is False
    assert time.monotonic() - began < 2


def test_queue_that_hangs_is_left_alone_for_a_while_after_the_first_try(silent: socket.socket) -> None:
    task = task_at(f"redis://127.0.0.1:{silent.getsockname()[1]}/0", socket_timeout=0.1)

    first = wake(task, 1)
    tried = connections_of(silent)
    began = time.monotonic()
    others = [wake(task, 1) for _ in range(20)]
    took = time.monotonic() - began

    assert (first, set(others), took < 0.5) == (False, {False}, True)
    assert (tried > 0, connections_of(silent)) == (True, 0)


def test_queue_is_tried_again_when_the_while_is_over(silent: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    task = task_at(f"redis://127.0.0.1:{silent.getsockname()[1]}/0", socket_timeout=0.1)
    wake(task, 1)
    connections_of(silent)

    later = time.monotonic() + BELIEVED_SECONDS + 1
    monkeypatch.setattr("basispoort.lib.queues.time.monotonic", lambda: later)
    wake(task, 1)

    assert connections_of(silent) > 0
