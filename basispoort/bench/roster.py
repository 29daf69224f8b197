"""A hundred rosters, read, compared and applied, beside a bare lxml parse and COPY of the same files.

Ours is the whole road of each file: kept encrypted, claimed by a worker, read and checked, compared, kept encrypted
again, applied; with row-level security, foreign keys and trail. Left out are the queue between the steps, the page on
which a person looks at the difference, and what other apps do when they are told. The portal is one that runs: some
rosters are there, and the database has its statistics, as autovacuum makes them within a minute.
"""

from __future__ import annotations

import resource
import time
from datetime import date, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

from django.apps import apps
from django.db import connection, connections, transaction
from django.utils import timezone
from lxml import etree

from accounts.models import User
from basispoort.bench.figures import Figure
from basispoort.lib.tenancy import school_transaction, unscoped
from schools.actions.apply import apply_delivery
from schools.actions.delivery import read_delivery, receive_delivery
from schools.edexml.generate import generate_roster
from schools.models import RosterDelivery, School, SchoolState

if TYPE_CHECKING:
    from collections.abc import Sequence

DAY = date(2026, 9, 1)
WARM = 10
TURN = 5
TAGS = ("groep", "samengestelde_groep", "leerling", "leerkracht")
FLOOR_TABLE = """
CREATE TABLE bench_floor (tag text, key text, first_name text, infix text, last_name text, eck_id bytea,
  birth_date text, year_group text, group_key text)
"""
COLUMNS = ("roepnaam", "voorvoegsel", "achternaam", "eckid", "geboortedatum", "jaargroep")


def measure(schools: int = 100, pupils: int = 220) -> list[Figure]:
    """Give seconds for the first and for an unchanged second delivery of every school, and the growth of memory."""
    _remove()
    user = User.objects.create(first_name="Bench")
    try:
        made = [_make_school(number) for number in range(WARM + schools)]
        files = [_file(one, pupils, DAY) for one in made]
        _deliver(made[:WARM], files[:WARM], user)
        _gather_statistics()
        made, files = made[WARM:], files[WARM:]
        early = _memory()
        first = _beside_the_floor(made, files, user)
        late = _memory()
        same = _beside_the_floor(made, files, user)
        anew = _beside_the_floor(made, [_file(one, pupils, DAY + timedelta(days=1)) for one in made], user)
    finally:
        _remove()
        user.delete()
    return [
        Figure(f"{schools} rosters, first time, seconds", first.ours, first.floor, "s", "<= 2.00"),
        Figure(f"{schools} files again, beside the parse alone", same.ours, same.parse, "s", "<= 1.50"),
        Figure(f"{schools} exported anew, unchanged, beside the parse", anew.ours, anew.parse, "s", "<= 1.50"),
        Figure(f"memory after {schools} schools beside {WARM}", late, early, "MiB", "1.00"),
    ]


class _Seconds(NamedTuple):
    """What the same files took: our whole road, the floor, and the parse that is part of the floor."""

    ours: float
    floor: float
    parse: float


def _beside_the_floor(made: Sequence[School], files: Sequence[bytes], user: User) -> _Seconds:
    """Take the floor and our road in turns, a few schools each, so that both meet the same moods of the machine."""
    turns = []
    for start in range(0, len(made), TURN):
        turn = files[start : start + TURN]
        floor, parse = _floor(turn)
        turns.append(_Seconds(_deliver(made[start : start + TURN], turn, user), floor, parse))
    return _Seconds(*map(sum, zip(*turns, strict=True)))


def _file(school: School, pupils: int, day: date) -> bytes:
    return generate_roster(
        brin=school.brin, location="00", school_year="2026-2027", pupils=pupils, seed=1, reference_date=day
    )


def _gather_statistics() -> None:
    """Do what autovacuum does; without, plans would be those for empty tables with the dead rows of the last run."""
    with connections["owner"].cursor() as cursor:
        for model in apps.get_app_config("schools").get_models():
            cursor.execute(f"VACUUM (ANALYZE) {model._meta.db_table}")


def _make_school(number: int) -> School:
    brin = f"98{chr(65 + number // 26 % 26)}{chr(65 + number % 26)}"
    return School.objects.create(
        code=f"{brin}00",
        brin=brin,
        location="00",
        register_name=f"Meetschool {number}",
        state=SchoolState.ACTIVE,
        in_service_from=timezone.localdate(),
    )


def _parsed(file: bytes) -> list[tuple[str | None, ...]]:
    """Parse as barely as can be: rows of text, nothing checked."""
    rows = []
    for _event, element in etree.iterparse(BytesIO(file), tag=TAGS):
        parent = element.getparent()
        if parent is not None and parent.tag in {"groepen", "leerlingen", "leerkrachten"}:
            group = element.find("groep")
            texts = [element.findtext(name) for name in COLUMNS]
            rows.append((element.tag, element.get("key"), *texts, None if group is None else group.get("key")))
            if parent.getparent() is not None and parent.getparent().tag == "EDEX":
                element.clear()
    return rows


def _floor(files: Sequence[bytes]) -> tuple[float, float]:
    """Give the seconds of parse and COPY together, and of the parse alone, each file a transaction."""
    parse = 0.0
    owner = connections["owner"]
    with owner.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_floor")
        cursor.execute(FLOOR_TABLE)
    started = time.perf_counter()
    for file in files:
        began = time.perf_counter()
        rows = _parsed(file)
        parse += time.perf_counter() - began
        with (
            transaction.atomic(using="owner"),
            owner.cursor() as cursor,
            cursor.copy(
                "COPY bench_floor (tag, key, first_name, infix, last_name, eck_id, birth_date, year_group, group_key)"
                " FROM STDIN"
            ) as copy,
        ):
            for row in rows:
                copy.write_row(row)
    taken = time.perf_counter() - started
    with owner.cursor() as cursor:
        cursor.execute("DROP TABLE bench_floor")
    return taken, parse


def _deliver(schools: Sequence[School], files: Sequence[bytes], user: User) -> float:
    """Bring every file in through the real actions; give seconds."""
    started = time.perf_counter()
    for school, file in zip(schools, files, strict=True):
        with school_transaction(school):
            delivery = receive_delivery(school=school, content=file, acting_user=user)
            connection.run_on_commit.clear()  # the queue is not what is measured
        if read_delivery(school_id=school.pk, delivery_id=delivery.pk) == RosterDelivery.State.READ:
            with school_transaction(school):
                found = RosterDelivery.objects.for_school(school).get(pk=delivery.pk)
                digest = found.difference_digest
                apply_delivery(school=school, delivery=found, acting_user=user, digest=digest, confirmed=True)
    return time.perf_counter() - started


def _memory() -> float:
    """Give the most memory this process ever had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _remove() -> None:
    with unscoped("remove the schools of a benchmark"):
        found = list(School.objects.filter(code__startswith="98", register_name__startswith="Meetschool"))
    for school in found:
        with school_transaction(school):
            school.delete()
