from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import psycopg
import pytest
from django.db import OperationalError, ProgrammingError, connection, connections, transaction

from basispoort.audit.models import AuditEntry
from basispoort.lib.tenancy import school_transaction, unscoped
from schools.actions.register import LargeDifference, RegisterDifference, import_register, lock_register
from schools.duo.difference import ChangeKind
from schools.duo.reader import read_duo
from schools.duo.rows import DuoRefused
from schools.duo.shipped import shipped_location_file
from schools.models import Board, Pupil, RegisterChange, School, SchoolState
from tests import factories
from tests.schools.duo.files import board, boards_file, codes, csv_file, location, register

if TYPE_CHECKING:
    from django.test.utils import CaptureQueriesContext

    from schools.duo.rows import DuoFile

TODAY = date(2026, 9, 1)
LATER = date(2026, 10, 1)

pytestmark = pytest.mark.django_db


def load(*files: DuoFile, today: date = TODAY, dry_run: bool = False, allow_large: bool = False) -> RegisterDifference:
    return import_register(files, acting_user=None, today=today, dry_run=dry_run, allow_large=allow_large)


def written(queries: CaptureQueriesContext) -> list[str]:
    return [query["sql"] for query in queries if query["sql"].split()[0] in {"INSERT", "UPDATE", "DELETE", "COPY"}]


def entries() -> list[AuditEntry]:
    with unscoped("a test reads the trail"):
        return list(AuditEntry.objects.get_queryset().filter(event="schools.register.imported"))


def test_shipped_register_is_loaded_whole_and_a_second_run_writes_nothing(queries: CaptureQueriesContext) -> None:
    file = read_duo(shipped_location_file().read_bytes())

    first = load(file)
    with queries:
        second = load(file)

    assert (first.locations.counts()["added"], first.boards.counts()["added"]) == (6122, 749)
    assert School.objects.filter(in_register=True, state=SchoolState.REGISTERED).count() == 6122
    assert School.objects.values("brin").order_by().distinct().count() == 6011
    assert (bool(second), second.locations.unchanged, second.boards.unchanged) == (False, 6122, 749)
    assert written(queries) == []
    assert len(entries()) == 1


def test_location_gets_a_basispoort_id_its_facts_and_its_board() -> None:
    load(read_duo(csv_file([location("99XX01", name="De Proëf", website="www.deproef.example")])))

    school = School.objects.select_related("board").get()
    assert (school.code, school.brin, school.location) == ("99XX01", "99XX", "01")
    assert (school.register_name, school.street, school.house_number) == ("De Proëf", "Proefweg", "1")
    assert (school.postcode, school.city, school.website) == ("9999 XX", "VOORBEELDSTAD", "www.deproef.example")
    assert (school.denomination, school.holiday_region, school.in_register) == ("Openbaar", "Noord", True)
    assert school.pk >= 1
    assert school.board is not None
    assert str(school.board) in {"Bestuur 98001", "Board 98001"}


def test_later_file_adds_renames_moves_and_closes() -> None:
    load(register())
    ids = dict(School.objects.values_list("code", "pk"))

    difference = load(
        register(
            200,
            location("99AA00", name="De Nieuwe Naam"),
            location("99AB00", name="De Proef 99AB00", street="Nieuweweg"),
            location("98ZZ00", name="De Nieuwe", board="98002"),
            without=("99AD00",),
        ),
        today=LATER,
    )

    counts = difference.locations.counts()
    assert {kind: count for kind, count in counts.items() if count} == {
        "added": 1,
        "renamed": 1,
        "moved": 1,
        "closed": 1,
    }
    assert School.objects.get(code="99AA00").register_name == "De Nieuwe Naam"
    assert School.objects.get(code="99AB00").street == "Nieuweweg"
    closed = School.objects.get(code="99AD00")
    assert (closed.closed_on, closed.in_register) == (LATER, False)
    assert ids.items() <= dict(School.objects.values_list("code", "pk")).items()


def test_change_of_board_is_kept_in_the_history_with_its_date() -> None:
    load(register())

    load(register(200, location("99AA00", name="De Proef 99AA00", board="98002")), today=LATER)

    change = RegisterChange.objects.get()
    assert (change.school.code, change.kind, change.noticed_on) == ("99AA00", ChangeKind.BOARD_CHANGED, LATER)
    assert (change.old, change.new) == ({"board": "98001"}, {"board": "98002"})
    assert School.objects.values_list("board__number", flat=True).get(code="99AA00") == "98002"


def test_history_of_the_register_cannot_be_rewritten() -> None:
    load(register())
    load(register(200, without=("99AD00",)))

    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        RegisterChange.objects.update(old={"board": "00000"})

    assert RegisterChange.objects.get().kind == ChangeKind.CLOSED


def test_closed_location_opens_again_by_a_later_file() -> None:
    load(register())
    load(register(200, without=("99AD00",)))

    difference = load(register(200, location("99AD00", name="De Herboren Proef")), today=LATER)

    assert [change.kind for change in difference.locations.changes] == [ChangeKind.REOPENED, ChangeKind.RENAMED]
    school = School.objects.get(code="99AD00")
    assert (school.closed_on, school.in_register, school.name) == (None, True, "De Herboren Proef")


def test_closed_location_stays_closed_on_the_day_it_was_first_missed(queries: CaptureQueriesContext) -> None:
    load(register())
    load(register(200, without=("99AD00",)))

    with queries:
        load(register(200, without=("99AD00",)), today=LATER)

    assert School.objects.get(code="99AD00").closed_on == TODAY
    assert written(queries) == []


def test_what_portal_and_school_added_is_kept() -> None:
    load(register())
    school = School.objects.get(code="99AA00")
    School.objects.filter(pk=school.pk).update(
        own_name="Ons Schooltje", state=SchoolState.ACTIVE, in_service_from=TODAY, assu_number="A1"
    )
    pupil = factories.make_pupil(school)

    load(register(200, location("99AA00", name="De Nieuwe Naam")))
    closing = load(register(200, without=("99AA00",)))

    school.refresh_from_db()
    assert (school.name, school.register_name, school.assu_number) == ("Ons Schooltje", "De Nieuwe Naam", "A1")
    assert (school.state, school.in_service_from) == (SchoolState.ACTIVE, TODAY)
    assert closing.closed_customers == ("99AA00",)
    with school_transaction(school):
        assert Pupil.objects.for_school(school).get().pk == pupil.pk


def test_schools_that_never_stood_in_the_register_are_left_alone() -> None:
    load(register())
    abroad = factories.make_school(code="PARIJS", brin="", location="", abroad=True)
    demo = factories.make_school(code="98XX00", brin="98XX", location="00")

    difference = load(register())

    assert not difference
    assert not School.objects.filter(pk__in=[abroad.pk, demo.pk], closed_on__isnull=False).exists()


def test_school_that_the_portal_knew_first_is_found_in_the_register() -> None:
    load(register())
    school = factories.make_school(code="98XX00", brin="98XX", location="00", own_name="Ons Schooltje")

    difference = load(register(200, location("98XX00", name="De Proef")))

    school.refresh_from_db()
    assert difference.locations.counts()["added"] == 1
    assert (school.in_register, school.register_name, school.name) == (True, "De Proef", "Ons Schooltje")


def test_column_that_the_file_lacks_leaves_what_is_known() -> None:
    load(read_duo(csv_file([location("99XX00")])))

    titles = [title for title in location("99XX00") if title not in {"VAKANTIEREGIO", "DENOMINATIE"}]
    difference = load(read_duo(csv_file([location("99XX00")], titles)))

    assert not difference
    assert School.objects.get().holiday_region == "Noord"


def test_file_that_closes_two_percent_goes_on() -> None:
    load(register())

    load(register(200, without=tuple(codes(4))))

    assert School.objects.filter(closed_on=TODAY).count() == 4


def test_file_that_closes_more_than_two_percent_stops_and_changes_nothing() -> None:
    load(register())

    with pytest.raises(LargeDifference) as caught:
        load(register(200, without=tuple(codes(5))))

    assert caught.value.difference.locations.counts()["closed"] == 5
    assert not School.objects.filter(in_register=False).exists()


def test_closing_and_changing_count_together_and_each_location_once() -> None:
    load(register())
    changed = [location(f"99A{letter}00", name="Anders", street="Anders") for letter in "ABC"]

    load(register(200, *changed, without=("99AD00",)), dry_run=True)

    with pytest.raises(LargeDifference):
        load(register(200, *changed, without=("99AD00", "99AE00")), dry_run=True)


def test_large_difference_goes_on_when_somebody_says_that_it_is_right() -> None:
    load(register())

    load(register(100), allow_large=True)

    assert School.objects.filter(in_register=True).count() == 100
    assert sorted(entry.details["confirmed"] for entry in entries()) == [False, True]


def test_dry_run_gives_the_difference_and_writes_nothing(queries: CaptureQueriesContext) -> None:
    with queries:
        difference = load(register(), dry_run=True)

    assert difference.locations.counts()["added"] == 200
    assert written(queries) == []


def test_import_is_in_the_audit_trail_with_counts_and_files() -> None:
    file = register(3)

    load(file)

    (entry,) = entries()
    assert entry.school_id is None
    assert entry.details["locations"]["added"] == 3
    assert entry.details["files"] == [file.sha256]


def test_two_files_of_locations_are_one_register() -> None:
    whole, other = register(), read_duo(csv_file([location("98XX00")]))

    load(whole, other)

    assert School.objects.filter(in_register=True).count() == 201
    with pytest.raises(DuoRefused):
        load(whole, whole)


def test_boards_file_gives_boards_their_names_and_closes_no_school() -> None:
    load(register())

    difference = load(boards_file(board("98001", "Stichting Voorbeeldscholen")))

    row = Board.objects.get()
    assert (row.name, row.kvk_number, row.street) == ("Stichting Voorbeeldscholen", "01234567", "Proefplein 2")
    assert difference.boards.counts()["details_changed"] == 1
    assert School.objects.filter(in_register=True).count() == 200


def test_boards_and_locations_settle_in_any_order(queries: CaptureQueriesContext) -> None:
    boards = boards_file(board("98001", "Stichting Voorbeeldscholen"), board("98003", "Stichting Zonder School"))
    load(register())
    load(boards)

    with queries:
        load(register())
        load(boards)
        load(register(), boards)

    assert written(queries) == []
    assert Board.objects.filter(in_register=True).count() == 2


def test_board_that_lost_its_last_location_stays_without_standing_in_the_register() -> None:
    load(register(200, location("99AA00", board="98002")))

    load(register(200, location("99AA00", board="98001")))

    assert dict(Board.objects.values_list("number", "in_register")) == {"98001": True, "98002": False}


def test_boards_file_that_renames_most_boards_stops() -> None:
    load(register(), boards_file(board("98001", "Stichting Voorbeeldscholen")))

    with pytest.raises(LargeDifference):
        load(boards_file(board("98001", "Iets Heel Anders")))

    assert Board.objects.get().name == "Stichting Voorbeeldscholen"


def load_without_patience() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '100ms'")
    load(register(3))


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_wait_for_each_other() -> None:
    other = psycopg.connect(**connections["default"].get_connection_params())
    try:
        other.execute("SELECT pg_advisory_xact_lock(hashtextextended('schools.register', 0))")

        with pytest.raises(OperationalError, match="lock timeout"), transaction.atomic():
            load_without_patience()
    finally:
        other.close()

    with transaction.atomic():
        lock_register()
    assert not School.objects.exists()
