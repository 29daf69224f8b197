"""What the watch looks at for the portal as a whole: the trail, jobs, mail, clocks and workers (SR-J04)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import redis
from celery import current_app
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from basispoort.audit import chain
from basispoort.audit.alerts import alert_kind, raise_alert
from basispoort.audit.watch import Sighting, register_look
from basispoort.lib.jobs import LeasedJob
from basispoort.lib.models import OutgoingMail
from basispoort.lib.tenancy import unscoped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from basispoort.audit.chain import Break
    from basispoort.audit.trail import Detail

NEWEST_SEALS = 500
CLOCK_SECONDS = 5
ANSWER_SECONDS = 1.0

CHAIN_BROKEN = alert_kind(
    "audit.chain_broken",
    _("The audit trail was changed"),
    _("A row of the trail no longer fits its chain. Keep the database as it is and run verify_audit, before all else."),
)
JOBS_STUCK = alert_kind(
    "lib.jobs_stuck",
    _("Jobs wait too long"),
    _("Work waits that should be done by now. Look whether workers run and what the technical log says of these jobs."),
)
JOBS_FAILED = alert_kind(
    "lib.jobs_failed",
    _("Jobs failed"),
    _("Work was given up after its last attempt. Look in the technical log for the reason, and tell the school."),
)
MAIL_WAITS = alert_kind(
    "lib.mail_waits",
    _("Mail does not get away"),
    _("Mail waits for more than an hour. Look whether the mail server answers; what waits is tried for a day."),
)
CLOCK_OFF = alert_kind(
    "lib.clock_off",
    _("A clock is off"),
    _("A server's clock differs by more than five seconds: codes and links then end at the wrong time. Set the clock."),
)
WORKER_AWAY = alert_kind(
    "lib.worker_away",
    _("A queue has no worker"),
    _("Nobody takes work from a queue. Start its worker; what waits in it is done then."),
)


def look_at_the_trail() -> Iterator[Sighting]:
    """See a break in the newest part of the trail; the whole of it is checked by `verify_audit`."""
    breaks = chain.verify_newest(NEWEST_SEALS)
    if breaks:
        yield Sighting(CHAIN_BROKEN, _facts_of(breaks))


def _facts_of(breaks: Sequence[Break]) -> Mapping[str, Detail]:
    first = breaks[0]
    return {
        "chains": len(breaks),
        "chain": first.chain,
        "number": first.number,
        "entry": first.entry,
        "reason": first.reason,
    }


def alert_of_whole_trail() -> int:
    """Check the trail from its first row, which takes as long as it takes; an alert where it does not hold.

    Gives the number of breaks.
    """
    breaks = list(chain.verify())
    if breaks:
        raise_alert(CHAIN_BROKEN, facts=_facts_of(breaks))
    return len(breaks)


def look_at_jobs() -> Iterator[Sighting]:
    """See work that waits longer than its kind should, or was given up within the hour; mail has a look of its own."""
    kinds = [model for model in apps.get_models() if issubclass(model, LeasedJob) and model is not OutgoingMail]
    with unscoped("which jobs are stuck or failed"):
        stuck = {model._meta.label_lower: model._default_manager.filter(model.stuck()).count() for model in kinds}
        failed = {
            model._meta.label_lower: model._default_manager.filter(model.failed_lately()).count()
            for model in kinds
            if model.failed_states
        }
    for kind, numbers in ((JOBS_STUCK, stuck), (JOBS_FAILED, failed)):
        facts = {label: number for label, number in numbers.items() if number}
        if facts:
            yield Sighting(kind, facts)


def look_at_mail() -> Iterator[Sighting]:
    """See mail that waits for more than an hour."""
    waiting = OutgoingMail.objects.filter(OutgoingMail.stuck()).count()
    if waiting:
        yield Sighting(MAIL_WAITS, {"mails": waiting})


def look_at_clocks() -> Iterator[Sighting]:
    """See that the clock of the database or of Redis differs from this machine's; how far, in whole seconds."""
    off = {name: _seconds_off(ask) for name, ask in (("database", _database_time), ("redis", _redis_time))}
    if any(abs(seconds) > CLOCK_SECONDS for seconds in off.values()):
        yield Sighting(CLOCK_OFF, {name: round(seconds) for name, seconds in off.items()})


def _seconds_off(ask: Callable[[], float]) -> float:
    """Give how far a clock is before ours; half the time that asking took counts as the way there."""
    before = timezone.now().timestamp()
    theirs = ask()
    after = timezone.now().timestamp()
    return theirs - (before + after) / 2


def _database_time() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment.timestamp()


def _redis_time() -> float:
    with redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=ANSWER_SECONDS, socket_timeout=ANSWER_SECONDS
    ) as server:
        seconds, microseconds = server.time()
    return float(seconds + microseconds / 1_000_000)


def look_at_workers() -> Iterator[Sighting]:
    """See a queue from which no worker takes work."""
    answers = current_app.control.inspect(timeout=ANSWER_SECONDS).active_queues() or {}
    served = {queue["name"] for queues in answers.values() for queue in queues}
    ours = {settings.CELERY_TASK_DEFAULT_QUEUE, *(route["queue"] for route in settings.CELERY_TASK_ROUTES.values())}
    if ours - served:
        yield Sighting(WORKER_AWAY, {"queues": sorted(ours - served)})


for _look in (look_at_the_trail, look_at_jobs, look_at_mail, look_at_clocks, look_at_workers):
    register_look(_look)
