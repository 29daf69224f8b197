"""The group overview, 30 pupils by 20 materials, against a bare authenticated view; and what row security costs it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import connections
from django.test import Client, override_settings
from django.urls import reverse

from basispoort.bench import cast
from basispoort.bench.figures import Figure
from basispoort.lib.row_security import tenant_models

if TYPE_CHECKING:
    from collections.abc import Iterator

PUPILS = 30
MATERIALS = 20
TIMES = 150


def measure() -> Iterator[Figure]:
    """Measure page and floor in turns, in one run; then the page with and without the policies of the database."""
    school, coordinator = cast.make_school()
    group, _pupils = cast.make_group(school, PUPILS)
    cast.make_materials(school, group, coordinator, MATERIALS)
    user = cast.make_teacher(school, group)
    with override_settings(ROOT_URLCONF="basispoort.bench.urls", ALLOWED_HOSTS=["testserver"]):
        client = Client(raise_request_exception=True)
        client.force_login(user)
        page = reverse("licences:group", args=[school.code, group.pk])
        shown = client.get(page)
        if shown.status_code != 200 or shown.content.count(b"mark--yes") != PUPILS * MATERIALS:
            message = f"The page does not show what is measured: {shown.status_code}."
            raise RuntimeError(message)
        actions = {"page": lambda: client.get(page), "bare": lambda: client.get("/bench/bare/")}
        taken = cast.median_seconds(actions, times=TIMES)
        yield Figure(
            "overview, 30 pupils by 20 materials", taken["page"] * 1000, taken["bare"] * 1000, "ms", "at most 3"
        )
        under = cast.median_seconds({"page": lambda: client.get(page)}, times=TIMES)["page"]
        with policies_off():
            without = cast.median_seconds({"page": lambda: client.get(page)}, times=TIMES)["page"]
        yield Figure("the same page under row-level security", under * 1000, without * 1000, "ms", "at most 1.10")


@contextmanager
def policies_off() -> Iterator[None]:
    """Switch the policies off for the block, as the owner, in the benchmark's own database."""
    tables = [model._meta.db_table for model in tenant_models()]
    _alter(tables, "DISABLE")
    try:
        yield
    finally:
        _alter(tables, "ENABLE")


def _alter(tables: list[str], word: str) -> None:
    with connections["owner"].cursor() as cursor:
        for table in tables:
            cursor.execute(f'ALTER TABLE "{table}" {word} ROW LEVEL SECURITY')
