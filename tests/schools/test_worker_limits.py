"""Limits of the worker that reads rosters (SR-D01, SR-L03)."""

from __future__ import annotations

import pytest

from basispoort.celery import app
from schools.edexml.limits import Limits
from schools.models import RosterDelivery
from schools.tasks import read_delivery


@pytest.mark.requirement("SR-L03")
def test_reading_ends_before_another_worker_may_begin() -> None:
    soft, hard = read_delivery.soft_time_limit, read_delivery.time_limit

    assert isinstance(soft, int)
    assert isinstance(hard, int)
    assert Limits().seconds < soft < hard < RosterDelivery.lease_seconds


@pytest.mark.requirement("SR-L03")
def test_every_task_has_a_time_limit_and_a_worker_a_limit_of_memory() -> None:
    assert 0 < app.conf.task_soft_time_limit < app.conf.task_time_limit
    assert app.conf.worker_max_memory_per_child == 300 * 1024


@pytest.mark.requirement("SR-L03")
def test_rosters_and_mail_wait_in_queues_of_their_own() -> None:
    queues = {
        name: app.amqp.router.route({}, name)["queue"].name for name in ("schools.read_delivery", "lib.mail.send")
    }

    assert queues == {"schools.read_delivery": "imports", "lib.mail.send": "mail"}
