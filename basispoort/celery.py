"""The background worker: one Celery app for mail, deliveries and the audit trail."""

import os

from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "basispoort.settings")
app = Celery("basispoort")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# In KiB. A worker that grew beyond 300 MiB makes way for a fresh one after its task (SR-D01, SR-L03).
app.conf.worker_max_memory_per_child = 300 * 1024


@worker_init.connect
def _check_role(**_kwargs: object) -> None:
    from basispoort.lib.checks import refuse_powerful_role  # noqa: PLC0415 - apps are loaded by then

    refuse_powerful_role()
