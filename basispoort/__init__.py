"""The portal: composition root, tools and audit trail."""

from basispoort.celery import app as celery_app

__all__ = ["celery_app"]
