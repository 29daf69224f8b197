"""Queries written out once that give objects: what they bring along, what they may see, what they refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import DataError, connection, transaction
from django.db.models import F

from basispoort.lib.compiled import Objects, ask
from basispoort.lib.tenancy import UnscopedQuery, school_transaction, unscoped
from schools.models import Group, Pupil
from tests import factories

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet
    from django.test.utils import CaptureQueriesContext

    from schools.models import School


def _by_name(*, school: int, name: str) -> QuerySet[Pupil]:
    found = Pupil.objects.for_school(school).filter(first_name=name).select_related("home_group")
    return found.annotate(calls=F("last_name")).order_by("pk")


def _in_no_school(*, group: UUID) -> QuerySet[Group]:
    return Group.objects.get_queryset().filter(pk=group)


@pytest.fixture
def by_name() -> Objects[Pupil]:
    """A query that nobody asked yet."""
    return Objects[Pupil](_by_name)


@pytest.fixture
def in_no_school() -> Objects[Group]:
    """A query that names no school, and that nobody asked yet."""
    return Objects[Group](_in_no_school)


def test_objects_come_with_what_is_selected_along_and_annotated(
    school: School, group: Group, by_name: Objects[Pupil], queries: CaptureQueriesContext
) -> None:
    factories.make_pupil(school, group, first_name="Sam", last_name="Bergeend")

    with school_transaction(school), queries:
        [found] = by_name.all(school=school.pk, name="Sam")
        shown = (found.full_name, found.home_group, found.calls)  # type: ignore[attr-defined]  # annotated

    assert shown == ("Sam Bergeend", group, "Bergeend")
    assert len(queries) == 1


def test_second_question_asks_for_its_own_values(school: School, other_school: School, by_name: Objects[Pupil]) -> None:
    pupils = {
        (place.pk, name): factories.make_pupil(place, first_name=name)
        for place in (school, other_school)
        for name in ("Sam", "Noor", "O'Brien", "Søren")
    }

    answers = {}
    for place, name in pupils:
        with school_transaction(place):
            answers[place, name] = by_name.all(school=place, name=name)

    assert answers == {asked: [pupil] for asked, pupil in pupils.items()}


def test_object_without_the_other_end_has_none(school: School, by_name: Objects[Pupil]) -> None:
    factories.make_pupil(school, None, first_name="Sam")

    with school_transaction(school):
        found = by_name.first(school=school.pk, name="Sam")

    assert found is not None
    assert found.home_group is None


def test_encrypted_column_opens_as_in_any_object(school: School, by_name: Objects[Pupil]) -> None:
    factories.make_pupil(school, first_name="Sam", birth_date="2016-04-01")

    with school_transaction(school):
        found = by_name.first(school=school.pk, name="Sam")

    assert found is not None
    assert found.birth_date == "2016-04-01"


def test_nothing_found_is_none(school: School, by_name: Objects[Pupil]) -> None:
    with school_transaction(school):
        assert by_name.first(school=school.pk, name="Niemand") is None


@pytest.mark.requirement("SR-B02")
def test_query_that_names_no_school_is_refused(school: School, group: Group, in_no_school: Objects[Group]) -> None:
    with school_transaction(school), pytest.raises(UnscopedQuery):
        in_no_school.first(group=group.pk)


@pytest.mark.requirement("SR-B03")
def test_national_look_sees_every_school_and_ends_with_the_message(
    school: School, other_school: School, in_no_school: Objects[Group], by_name: Objects[Pupil]
) -> None:
    theirs = factories.make_group(other_school)
    factories.make_pupil(other_school, first_name="Sam")

    with school_transaction(school):
        found = in_no_school.first(unscoped="a test looks at another school", group=theirs.pk)
        after = by_name.first(school=other_school.pk, name="Sam")
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            role = cursor.fetchone()

    assert found == theirs
    assert after is None
    assert role == ("basispoort_app",)


@pytest.mark.requirement("SR-B03")
def test_national_look_leaves_an_open_national_block_open(other_school: School, in_no_school: Objects[Group]) -> None:
    theirs = factories.make_group(other_school)

    with transaction.atomic(), unscoped("a test opens a national block"):
        in_no_school.first(unscoped="a look within it", group=theirs.pk)
        again = list(Group.objects.get_queryset().filter(pk=theirs.pk))

    assert again == [theirs]


def test_questions_sent_together_are_one_statement_and_keep_their_order(
    school: School, group: Group, by_name: Objects[Pupil], in_no_school: Objects[Group], queries: CaptureQueriesContext
) -> None:
    pupil = factories.make_pupil(school, group, first_name="Sam")

    with school_transaction(school), queries:
        groups, pupils = ask(
            [in_no_school, by_name], unscoped="a test asks twice", school=school.pk, name="Sam", group=group.pk
        )

    assert (groups, pupils) == ([group], [pupil])
    assert len(queries) == 1


def plans_kept() -> list[str]:
    """The statements whose plans the server keeps for this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        return [statement for (statement,) in cursor.fetchall()]


def test_server_plans_a_question_once_for_a_connection(
    school: School, by_name: Objects[Pupil], monkeypatch: pytest.MonkeyPatch
) -> None:
    with school_transaction(school):
        monkeypatch.setattr(connection.connection, "prepare_threshold", 5)
        for name in ("Sam", "Noor", "Sam"):
            by_name.all(school=school.pk, name=name)

        assert len([statement for statement in plans_kept() if "last_name" in statement]) == 1


def test_plan_kept_for_one_school_shows_nothing_of_another(
    school: School, other_school: School, by_name: Objects[Pupil]
) -> None:
    theirs = factories.make_pupil(other_school, first_name="Sam")
    with school_transaction(other_school):
        seen = [by_name.all(school=other_school.pk, name="Sam") for _ in range(8)]
    with school_transaction(school):
        elsewhere = [by_name.all(school=other_school.pk, name="Sam") for _ in range(8)]

    assert (seen, elsewhere) == ([[theirs]] * 8, [[]] * 8)


def test_question_is_answered_where_the_server_may_keep_no_plan(
    school: School, by_name: Objects[Pupil], monkeypatch: pytest.MonkeyPatch
) -> None:
    pupil = factories.make_pupil(school, first_name="Sam")
    with school_transaction(school):
        before = plans_kept()
        monkeypatch.setattr(connection.connection, "prepare_threshold", None)

        found = by_name.all(school=school.pk, name="Sam")

        assert (found, plans_kept()) == ([pupil], before)


def test_question_that_fails_leaves_the_next_ones_as_they_were(school: School, by_name: Objects[Pupil]) -> None:
    pupil = factories.make_pupil(school, first_name="Sam")
    with school_transaction(school):
        by_name.all(school=school.pk, name="Sam")
        with pytest.raises(DataError):
            by_name.first(school=school.pk, name="\0", may_fail=True)

        assert by_name.all(school=school.pk, name="Sam") == [pupil]
