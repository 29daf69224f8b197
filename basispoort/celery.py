"""The background worker: one Celery app for mail, deliveries and the audit trail."""

import os

from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "basispoort.settings")
app = Celery("basispoort")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def _check_role(**_kwargs: object) -> None:
    from basispoort.lib.checks import refuse_powerful_role  # noqa: PLC0415 - apps are loaded by then

    refuse_powerful_role()
