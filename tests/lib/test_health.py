"""Readiness is told, whatever is away."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from basispoort.demo.servers import ROOT

# Twice: the second time the queue's library has given up its connection, and fails in words of its own.
ASK = """
import tests.settings, django
django.setup()
from django.test import Client
for _ in range(2):
    answer = Client().get("/health/ready", headers={"host": "localhost:8000"})
    print(answer.status_code, answer.content.decode())
"""


def test_portal_without_redis_says_that_it_is_down() -> None:
    environment = os.environ | {"REDIS_URL": "redis://127.0.0.1:9/0", "DJANGO_SETTINGS_MODULE": "basispoort.settings"}

    said = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", ASK], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    ).stdout.splitlines()

    assert [line.split()[0] for line in said] == ["503", "503"]
    assert {json.loads(line.partition(" ")[2])["redis"] for line in said} == {"down"}
