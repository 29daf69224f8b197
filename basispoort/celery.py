"""The background worker: one Celery app for mail, deliveries and the audit trail."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "basispoort.settings")
app = Celery("basispoort")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
