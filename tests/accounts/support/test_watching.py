"""Looking along: read-only, with one person of lesser rights, within a leave that runs, and written down as both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.urls import reverse

from accounts import watching
from accounts.actions.enter import WAY, Way
from accounts.models import RoleName, User, UserKind
from accounts.sessions import SessionStore
from basispoort.audit.models import AuditEntry, AuditSeal
from basispoort.lib.proof import PROVED
from basispoort.lib.tenancy import school_transaction, unscoped
from basispoort.web import pictures
from tests import factories
from tests.accounts.pupils.factories import PICTURES, make_badge, make_code, make_network, word_today
from tests.accounts.staff.app import digits
from tests.accounts.support.factories import is_watching, start_watching
from tests.licences.factories import make_ready
from tests.test_doors import ALL, SAMPLES

if TYPE_CHECKING:
    from schools.models import Group, Pupil, School
    from tests.conftest import PortalClient

pytestmark = pytest.mark.requirement("SR-B07")
STOP = watching.STOP_PATH
COOKIE = django_settings.SESSION_COOKIE_NAME


@pytest.mark.usefixtures("grant")
def test_helpdesk_sees_the_start_page_of_a_teacher_under_a_banner(desk: PortalClient, teacher: User) -> None:
    start_watching(desk, teacher)

    page = desk.get("/", follow=True)

    words = page.content.decode()
    assert f"Hallo {teacher.first_name}" in words
    assert f"Je kijkt mee met <strong>{teacher.full_name}</strong>" in words
    assert f'action="{STOP}"' in words


@pytest.mark.usefixtures("grant")
@pytest.mark.parametrize("has_signed_in", [False, True])
def test_helpdesk_sees_the_tiles_of_a_pupil(
    desk: PortalClient, school: School, coordinator: User, group: Group, pupil: Pupil, *, has_signed_in: bool
) -> None:
    if has_signed_in:
        factories.make_pupil_user(pupil)
    material = make_ready(school, group, coordinator)
    before = User.objects.count()
    start_watching(desk, pupil)

    page = desk.get("/", follow=True)

    assert (page.status_code, page.redirect_chain[-1][0]) == (200, "/lesmateriaal/")
    assert material.name in page.content.decode()
    assert f"Je kijkt mee met <strong>{pupil.full_name}</strong>" in page.content.decode()
    assert User.objects.count() == before


@pytest.mark.requirement("SR-A06")
@pytest.mark.usefixtures("grant")
def test_session_key_is_renewed_at_start_and_stop_and_the_old_ones_are_dead(desk: PortalClient, teacher: User) -> None:
    keys = [desk.cookies[COOKIE].value]
    start_watching(desk, teacher)
    keys.append(desk.cookies[COOKIE].value)
    desk.post(STOP)
    keys.append(desk.cookies[COOKIE].value)

    alive = [SessionStore().exists(key) for key in keys]

    assert (len(set(keys)), alive) == (3, [False, False, True])


@pytest.mark.requirement("SR-A13")
@pytest.mark.usefixtures("grant")
def test_way_in_says_view_as_and_is_the_helpdesks_own_again_afterwards(desk: PortalClient, teacher: User) -> None:
    session = desk.session
    session[WAY] = Way.PASSWORD
    session.save()
    start_watching(desk, teacher)
    during = desk.session[WAY]

    desk.post(STOP)

    assert (during, desk.session[WAY]) == (Way.VIEW_AS, Way.PASSWORD)


@pytest.mark.requirement("SR-A12")
@pytest.mark.usefixtures("grant")
def test_looking_along_asks_for_a_fresh_proof(desk: PortalClient, teacher: User) -> None:
    session = desk.session
    session[PROVED] = 0
    session.save()

    page = desk.post(f"/kantoor/school/99XX00/medewerkers/{teacher.pk}/meekijken/")

    assert "proof_password" in page.content.decode()
    assert not is_watching(desk)


@pytest.mark.requirement("SR-A12")
@pytest.mark.usefixtures("grant")
def test_proof_goes_along_with_the_act_and_looking_along_begins(desk: PortalClient, teacher: User) -> None:
    session = desk.session
    session[PROVED] = 0
    session.save()
    proof = {"proof_password": factories.PASSWORD, "proof_code": digits(), "proof_then": "act"}

    desk.post(f"/kantoor/school/99XX00/medewerkers/{teacher.pk}/meekijken/", proof)

    assert is_watching(desk)


@pytest.mark.usefixtures("grant")
def test_looking_along_begins_by_post_only(desk: PortalClient, teacher: User) -> None:
    assert desk.get(f"/kantoor/school/99XX00/medewerkers/{teacher.pk}/meekijken/").status_code == 405
    assert not is_watching(desk)


@pytest.mark.usefixtures("grant")
@pytest.mark.parametrize("role", [RoleName.ICT_COORDINATOR, RoleName.HEAD])
@pytest.mark.parametrize("elsewhere", [False, True])
def test_nobody_looks_along_with_who_may_do_more(
    desk: PortalClient, school: School, other_school: School, role: str, *, elsewhere: bool
) -> None:
    user = factories.make_user()
    factories.make_role(user, RoleName.TEACHER, school)
    factories.make_role(user, role, other_school if elsewhere else school)

    page: Any = desk.post(f"/kantoor/school/99XX00/medewerkers/{user.pk}/meekijken/", follow=True)

    assert not is_watching(desk)
    assert "Deze persoon mag meer dan een leerkracht" in page.content.decode()


@pytest.mark.usefixtures("grant")
def test_nobody_looks_along_with_who_was_invited_and_has_not_come_yet(
    desk: PortalClient, school: School, other_school: School
) -> None:
    user = factories.make_user()
    factories.make_role(user, RoleName.HEAD, other_school)
    factories.make_role(user, RoleName.TEACHER, school, called="Wie Dan")

    page: Any = desk.post(f"/kantoor/school/99XX00/medewerkers/{user.pk}/meekijken/", follow=True)

    assert not is_watching(desk)
    assert "nog niet op de school geweest" in page.content.decode()


@pytest.mark.usefixtures("grant")
def test_nobody_looks_along_with_a_board_member_or_with_the_portals_own(
    desk: PortalClient, school: School, helpdesk: User
) -> None:
    member = factories.make_user()
    factories.make_role(member, RoleName.TEACHER, school)
    factories.make_role(member, RoleName.BOARD_MEMBER, board=school.board)
    own = factories.make_user()
    User.objects.filter(pk=own.pk).update(kind=UserKind.PORTAL)
    factories.make_role(own, RoleName.TEACHER, school)

    found = [start_watching(desk, user) for user in (member, own, helpdesk)]

    assert (found, is_watching(desk)) == ([302, 302, 404], False)


@pytest.mark.usefixtures("grant")
def test_who_gets_more_rights_meanwhile_is_out_of_sight_at_the_next_request(
    desk: PortalClient, school: School, teacher: User
) -> None:
    start_watching(desk, teacher)
    before = desk.get("/school/99XX00/").status_code

    factories.make_role(teacher, RoleName.HEAD, school)

    assert (before, desk.get("/school/99XX00/").status_code, is_watching(desk)) == (200, 404, False)


@pytest.mark.usefixtures("grant")
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_everything_but_looking_is_refused(desk: PortalClient, teacher: User, group: Group, method: str) -> None:
    start_watching(desk, teacher)
    addresses = ["/", "/school/99XX00/", f"/school/99XX00/groepen/{group.pk}/", "/account/", "/uitloggen/"]
    addresses += [
        "/school/99XX00/invallers/",
        "/inloggen/",
        f"/kantoor/school/99XX00/medewerkers/{teacher.pk}/meekijken/",
    ]

    assert {getattr(desk, method)(address).status_code for address in addresses} == {403}
    assert desk.get("/school/99XX00/").status_code == 200


@pytest.mark.usefixtures("grant")
def test_looking_along_is_never_nested(
    desk: PortalClient, school: School, group: Group, teacher: User, pupil: Pupil
) -> None:
    other = factories.make_teacher(school, groups=(group,))
    start_watching(desk, teacher)

    found = [start_watching(desk, other), start_watching(desk, pupil)]

    assert found == [403, 403]
    assert desk.session[watching.STATE]["staff"] == str(teacher.pk)


@pytest.mark.usefixtures("grant")
def test_pages_of_the_helpdesk_are_away_while_it_looks_along(desk: PortalClient, teacher: User) -> None:
    start_watching(desk, teacher)

    assert desk.get("/kantoor/school/99XX00/personen/").status_code == 404


@pytest.mark.usefixtures("grant")
def test_only_pages_that_say_so_are_seen_along(desk: PortalClient, group: Group, teacher: User, pupil: Pupil) -> None:
    start_watching(desk, teacher)
    seen = {}
    for name, path, access in ALL:
        address = path.replace(SAMPLES["uuid"], str(group.pk), 1).replace(SAMPLES["uuid"], str(pupil.public_id))
        status = desk.get(address).status_code
        if status not in {403, 404}:
            seen[name] = bool(access and access.seen_along)

    assert set(seen.values()) == {True}
    assert len(seen) >= 7


@pytest.mark.usefixtures("grant")
def test_what_shows_a_code_an_address_or_lets_data_out_stays_shut(
    desk: PortalClient, group: Group, teacher: User, pupil: Pupil
) -> None:
    start_watching(desk, teacher)
    place = f"/school/99XX00/groepen/{group.pk}"
    addresses = [f"{place}/kaartjes/", f"{place}/kaartjes/{pupil.public_id}/", f"{place}/kaartjes.pdf"]
    addresses += [f"{place}/badges/", f"/school/99XX00/klassenstart/{group.pk}/", "/account/", "/account/sessies/"]
    addresses += [reverse("licences:oidc-authorize"), reverse("licences:oidc-userinfo"), "/account/tweede-stap/"]

    assert {desk.get(address).status_code for address in addresses} <= {403, 404}
    assert desk.get(addresses[0]).status_code == 403


@pytest.mark.usefixtures("grant")
def test_no_page_seen_along_shows_a_code_or_the_word_of_the_day(
    desk: PortalClient, school: School, group: Group, teacher: User, pupil: Pupil
) -> None:
    make_network(school)
    make_code(pupil, PICTURES)
    paths = [picture.path for picture in pictures.PICTURES]
    secrets = [*paths, make_badge(pupil, teacher), word_today(school), str(teacher.email)]
    start_watching(desk, teacher)

    place = f"/school/99XX00/groepen/{group.pk}/"
    pages = [desk.get(address, follow=True) for address in ("/", "/school/99XX00/", place, f"{place}inloggen/")]

    words = " ".join(page.content.decode() for page in pages)
    assert [page.status_code for page in pages] == [200] * 4
    assert [secret for secret in secrets if secret in words] == []


@pytest.mark.usefixtures("grant", "pupil")
def test_looking_changes_nothing_but_the_trail(
    desk: PortalClient, school: School, coordinator: User, group: Group, teacher: User
) -> None:
    make_ready(school, group, coordinator)
    start_watching(desk, teacher)
    own = {AuditEntry, AuditSeal, apps.get_model("accounts", "Session")}

    def rows() -> dict[str, list[Any]]:
        with unscoped("a test compares"):
            return {
                model._meta.label: sorted(model._default_manager.values_list(), key=str)
                for model in apps.get_models()
                if model not in own
            }

    before = rows()
    for name, path, _access in ALL:
        if name.startswith("web:"):
            continue
        desk.get(path.replace(SAMPLES["uuid"], str(group.pk)))

    assert rows() == before


@pytest.mark.usefixtures("grant")
def test_teacher_of_two_schools_is_seen_at_the_one_that_lets_look(
    desk: PortalClient, teacher: User, other_school: School
) -> None:
    factories.make_role(teacher, RoleName.TEACHER, other_school)
    start_watching(desk, teacher)

    page = desk.get("/", follow=True)

    assert page.redirect_chain[-1][0] == "/school/99XX00/"
    assert other_school.name not in page.content.decode()
    assert desk.get(f"/school/{other_school.code}/").status_code == 404


@pytest.mark.requirement("SR-J02")
@pytest.mark.usefixtures("grant")
def test_each_page_stands_in_the_trail_with_who_really_looked_and_as_whom(
    desk: PortalClient, school: School, helpdesk: User, group: Group, teacher: User
) -> None:
    start_watching(desk, teacher)
    desk.get("/school/99XX00/")
    desk.get(f"/school/99XX00/groepen/{group.pk}/")
    desk.post(STOP)

    with school_transaction(school):
        rows = [row for row in AuditEntry.objects.for_school(school).order_by("at") if row.actor_id == helpdesk.pk]
    assert [(row.event.removeprefix("accounts."), row.shown_id, row.details.get("page")) for row in rows] == [
        ("support.watch_begun", None, None),
        ("support.watched", teacher.pk, "school"),
        ("support.watched", teacher.pk, "group"),
        ("group.viewed", teacher.pk, None),
        ("support.watch_ended", None, None),
    ]
    assert {row.actor_role for row in rows} == {"helpdesk"}


@pytest.mark.usefixtures("grant")
def test_nothing_stands_in_the_trail_as_done_by_who_is_looked_along_with(
    desk: PortalClient, group: Group, teacher: User
) -> None:
    start_watching(desk, teacher)
    desk.get(f"/school/99XX00/groepen/{group.pk}/")
    desk.get("/school/99ZZ00/")

    with unscoped("a test looks"):
        assert not AuditEntry.objects.get_queryset().filter(actor_id=teacher.pk).exists()


@pytest.mark.usefixtures("grant")
def test_coordinator_reads_which_pages_were_seen_along(
    desk: PortalClient, client: PortalClient, coordinator: User, group: Group, teacher: User, pupil: Pupil
) -> None:
    start_watching(desk, teacher)
    desk.get(f"/school/99XX00/groepen/{group.pk}/")
    desk.post(STOP)
    start_watching(desk, pupil)
    desk.get("/lesmateriaal/")
    client.force_login(coordinator)

    page: Any = client.get("/school/99XX00/helpdesk/")
    trail: Any = client.get("/school/99XX00/logboek/")

    lines = [(line.who, line.sentence, line.about) for line in page.context["page"].lines]
    assert lines == [
        ("Hanna", "keek mee (het leermateriaal)", pupil.full_name),
        ("Hanna", "begon mee te kijken met iemand", pupil.full_name),
        ("Hanna", "keek mee (het overzicht van een groep)", teacher.full_name),
        ("Hanna", "begon mee te kijken met iemand", teacher.full_name),
    ]
    assert f"bekeek een groep, meekijkend met {teacher.full_name}" in [
        line.sentence for line in trail.context["page"].lines
    ]


def test_account_that_is_shown_is_the_one_of_that_pupil(school: School, group: Group) -> None:
    pupils = [factories.make_pupil(school, group) for _ in range(3)]
    accounts = [factories.make_pupil_user(pupil) for pupil in pupils[:2]]

    with school_transaction(school):
        shown = [watching.pupil_to_show(school, pupil.public_id) for pupil in pupils]

    assert [user for user, _pupil in shown][:2] == accounts
    assert shown[2][0]._state.adding
    assert [pupil for _user, pupil in shown] == pupils
