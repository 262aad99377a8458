"""A worker of the bench: waits for a line, then fires what is due."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import connection  # noqa: E402

from bench.setting import SCHEMA, register  # noqa: E402
from engine.worker import run_due_jobs  # noqa: E402

register()
connection.set_schema(SCHEMA)
connection.ensure_connection()
sys.stdout.write("ready\n")
sys.stdout.flush()
sys.stdin.readline()
run_due_jobs()
