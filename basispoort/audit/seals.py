"""A stored value that does not open where it stands was moved or changed, or lost its key: those on watch hear it."""

from __future__ import annotations

import logging
from typing import Any

from celery.signals import task_failure
from django.db import DatabaseError
from django.utils.translation import gettext_lazy as _

from basispoort.audit.alerts import alert_kind, raise_alert
from basispoort.lib.crypto import SealBroken

LOGGER = logging.getLogger(__name__)
SEAL_BROKEN = alert_kind(
    "lib.seal_broken",
    _("A stored value does not open"),
    _("It was moved or changed, or its key is gone. Keep the database as it is; the technical log says where it was."),
)


def report(failure: BaseException | None) -> None:
    """Raise the alert where a page or a job failed on such a value; outside the transaction that failed (SR-I01)."""
    if not isinstance(failure, SealBroken):
        return
    try:
        raise_alert(SEAL_BROKEN)
    except DatabaseError:
        LOGGER.exception("alert not raised")


@task_failure.connect
def _job_failed(*, exception: BaseException | None = None, **_rest: Any) -> None:  # noqa: ANN401 - Celery's own form
    report(exception)
