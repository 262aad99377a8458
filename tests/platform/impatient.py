"""Included by a worker: it is found quiet after three seconds."""

from config import celery

celery.QUIET_SECONDS = 3
