"""Tenancy: no query on a school's data runs without having said which school."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.shortcuts import get_object_or_404

from basispoort.lib.row_security import tenant_models
from basispoort.lib.tenancy import UnscopedQuery, school_scope, unscoped
from schools.models import Group, Pupil
from tests import factories

if TYPE_CHECKING:
    from collections.abc import Callable

    from schools.models import School

READS: dict[str, Callable[[], object]] = {
    "list": lambda: list(Pupil.objects.all()),
    "exists": lambda: Pupil.objects.all().exists(),
    "count": lambda: Pupil.objects.count(),
    "first": lambda: Pupil.objects.first(),
    "get": lambda: Pupil.objects.get(pk=1),
    "filter": lambda: list(Pupil.objects.filter(first_name="Sam")),
    "values": lambda: list(Pupil.objects.values_list("pk")),
    "aggregate": lambda: Pupil.objects.aggregate(),
    "iterator": lambda: list(Pupil.objects.all().iterator()),
    "in_bulk": lambda: Pupil.objects.in_bulk([1]),
    "update": lambda: Pupil.objects.update(first_name=""),
    "delete": lambda: Pupil.objects.all().delete(),
    "raw": lambda: list(Pupil.objects.raw("SELECT * FROM schools_pupil")),
    "or": lambda: Pupil.objects.all() | Pupil.objects.all(),
    "404": lambda: get_object_or_404(Pupil, pk=1),
    "subquery": lambda: list(Group.objects.for_school(1).filter(home_pupils__in=Pupil.objects.all())),
}


@pytest.mark.requirement("SR-B02")
@pytest.mark.parametrize("name", READS)
@pytest.mark.django_db
def test_query_that_names_no_school_is_refused(name: str) -> None:
    with pytest.raises(UnscopedQuery):
        READS[name]()


def test_scoped_query_gives_the_rows_of_the_school(school: School, other_school: School) -> None:
    ours = factories.make_pupil(school)
    factories.make_pupil(other_school)

    with school_scope(school):
        assert list(Pupil.objects.for_school(school)) == [ours]


def test_rows_reached_through_a_row_already_held_need_no_further_word(school: School) -> None:
    pupil = factories.make_pupil(school)

    with school_scope(school):
        assert list(school.pupils.all()) == [pupil]


@pytest.mark.requirement("SR-B04")
def test_deliberately_unfiltered_query_in_scope_of_one_school_gives_that_school_only(
    school: School, other_school: School
) -> None:
    ours = factories.make_pupil(school)
    factories.make_pupil(other_school)

    with school_scope(school), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM schools_pupil")
        rows = cursor.fetchall()

    assert rows == [(ours.pk,)]


@pytest.mark.requirement("SR-B03")
def test_query_without_a_scope_gives_nothing_even_past_the_queryset(school: School) -> None:
    factories.make_pupil(school)

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM schools_pupil")

        assert cursor.fetchone() == (0,)


@pytest.mark.requirement("SR-B03")
def test_row_of_another_school_cannot_be_written(school: School, other_school: School) -> None:
    with school_scope(school), pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        Group.objects.bulk_create([Group(school=other_school, name="5a", school_year="2026-2027")])


@pytest.mark.requirement("SR-B03")
def test_nested_scope_gives_the_outer_one_back(school: School, other_school: School) -> None:
    ours = factories.make_pupil(school)
    theirs = factories.make_pupil(other_school)

    with school_scope(school):
        with school_scope(other_school):
            inner = list(Pupil.objects.for_schools([school, other_school]))
        outer = list(Pupil.objects.for_schools([school, other_school]))

    assert (inner, outer) == ([theirs], [ours])


@pytest.mark.requirement("SR-B03")
def test_national_block_reads_every_school_and_ends_by_itself(school: School, other_school: School) -> None:
    factories.make_pupil(school)
    factories.make_pupil(other_school)

    with unscoped("a test counts"):
        inside = Pupil.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, (SELECT count(*) FROM schools_pupil)")
        after = cursor.fetchone()

    assert (inside, after) == (2, ("basispoort_app", 0))


@pytest.mark.requirement("SR-B03")
def test_national_block_cannot_write_a_pupil(school: School) -> None:
    pupil = factories.make_pupil(school)

    with pytest.raises(ProgrammingError, match="permission denied"), unscoped("a test writes"):
        Pupil.objects.filter(pk=pupil.pk).update(first_name="Anders")


@pytest.mark.requirement("SR-B03")
@pytest.mark.django_db
def test_every_tenant_table_has_row_level_security_enabled_and_forced() -> None:
    tables = {model._meta.db_table for model in tenant_models()}

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c WHERE c.relrowsecurity AND c.relforcerowsecurity "
            "AND (SELECT count(*) FROM pg_policies p WHERE p.tablename = c.relname) >= 2"
        )
        guarded = {row[0] for row in cursor.fetchall()}

    assert tables == guarded


@pytest.mark.requirement("SR-B04")
@pytest.mark.django_db
def test_portal_cannot_switch_row_level_security_off() -> None:
    with pytest.raises(ProgrammingError, match="must be owner"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE schools_pupil DISABLE ROW LEVEL SECURITY")


@pytest.mark.requirement("SR-B03")
@pytest.mark.django_db(transaction=True)
def test_scope_set_outside_a_transaction_reaches_the_next_one_and_no_further() -> None:
    school = factories.make_school()
    factories.make_pupil(school)

    with school_scope(school):
        with transaction.atomic():
            within = Pupil.objects.for_school(school).count()
        without_transaction = Pupil.objects.for_school(school).count()
    with transaction.atomic():
        after = Pupil.objects.for_school(school).count()

    assert (within, without_transaction, after) == (1, 0, 0)
