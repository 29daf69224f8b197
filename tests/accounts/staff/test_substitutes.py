"""Substitutes get in under their own name, for the groups and hours on the pass, and no longer."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from accounts.actions.substitutes import GroupNotYours, give_pass
from accounts.models import Role, RoleGroup, User
from basispoort.lib.models import OutgoingMail
from basispoort.lib.tenancy import school_transaction, unscoped
from tests import factories

if TYPE_CHECKING:
    from django.test import Client

    from schools.models import Group, School

PAGE = "/school/99XX00/invallers/"
ADDRESS = "inval@voorbeeldschool.example"


def form(*groups: Group, **values: Any) -> dict[str, Any]:
    tomorrow = timezone.localdate() + timedelta(days=1)
    facts = {"first_name": "Inge", "infix": "", "last_name": "Inval", "email": ADDRESS}
    facts |= {"day": timezone.localdate().isoformat(), "since": "00:00", "until": "23:59"}
    return facts | {"last_day": tomorrow.isoformat(), "groups": [str(group.pk) for group in groups]} | values


def substitute() -> User:
    user = User.objects.with_email(ADDRESS)
    assert user is not None
    user.set_password(factories.PASSWORD)
    user.save(update_fields=["password"])
    return user


def end_by_time() -> None:
    """Let the pass end a second ago, as it does by itself."""
    with unscoped("a test lets time pass"):
        Role.objects.get_queryset().filter(role="substitute").update(until=Now() - timedelta(seconds=1))


@pytest.mark.requirement("SR-A17")
def test_teacher_gives_a_pass_and_the_substitute_sees_that_group_only(
    client: Client, school: School, teacher: User, group: Group
) -> None:
    other = factories.make_group(school, name="7z")
    client.force_login(teacher)
    client.post(PAGE, form(group))
    client.force_login(substitute())

    statuses = [client.get(f"/school/99XX00/groepen/{one.pk}/").status_code for one in (group, other)]

    assert statuses == [200, 404]


@pytest.mark.requirement("SR-A17")
def test_pass_ends_by_itself_sessions_included(client: Client, teacher: User, group: Group) -> None:
    client.force_login(teacher)
    client.post(PAGE, form(group))
    client.force_login(substitute())
    before = client.get("/school/99XX00/").status_code

    end_by_time()

    assert (before, client.get("/school/99XX00/").status_code) == (200, 404)


def test_teacher_cannot_give_a_pass_for_another_group(
    client: Client, school: School, teacher: User, group: Group
) -> None:
    other = factories.make_group(school, name="7z")
    client.force_login(teacher)

    client.post(PAGE, form(group, other))

    assert User.objects.with_email(ADDRESS) is None


@pytest.mark.requirement("SR-A17")
def test_pass_gives_a_teacher_no_more_at_its_group_than_a_substitute_has(
    client: Client, school: School, teacher: User, group: Group
) -> None:
    own = factories.make_group(school)
    colleague = factories.make_teacher(school, groups=(own,), email=ADDRESS)
    client.force_login(teacher)
    client.post(PAGE, form(group))
    client.force_login(colleague)

    shown = {
        (page, one.pk): client.get(f"/school/99XX00/{page}").status_code
        for one in (own, group)
        for page in (f"groepen/{one.pk}/", f"klassenstart/{one.pk}/", f"groepen/{one.pk}/kaartjes/")
    }
    client.post(PAGE, form(group, email="volgende@voorbeeldschool.example"))

    assert list(shown.values()) == [200, 200, 200, 200, 200, 404]
    links = [client.get(f"/school/99XX00/groepen/{one.pk}/").content.decode() for one in (own, group)]
    assert ["kaartjes/" in page for page in links] == [True, False]
    assert User.objects.with_email("volgende@voorbeeldschool.example") is None


@pytest.mark.requirement("SR-A17")
def test_pass_of_a_trainee_opens_no_class_start_of_the_group_that_is_only_seen(
    client: Client, school: School, teacher: User, group: Group
) -> None:
    own = factories.make_group(school)
    trainee = factories.make_teacher(school, groups=(own,), email=ADDRESS)
    with unscoped("a test makes a trainee of a teacher"):
        Role.objects.get_queryset().filter(user=trainee).update(role="trainee")
    client.force_login(teacher)
    client.post(PAGE, form(group))
    client.force_login(trainee)

    statuses = [client.get(f"/school/99XX00/klassenstart/{one.pk}/").status_code for one in (own, group)]

    assert (statuses, client.get(f"/school/99XX00/groepen/{own.pk}/").status_code) == ([404, 200], 200)


def test_group_that_is_no_longer_the_givers_is_not_on_a_pass(school: School, teacher: User, group: Group) -> None:
    other = factories.make_group(school)
    now = timezone.now()

    for groups in ([group.pk, other.pk], [other.pk], []):
        with school_transaction(school), pytest.raises(GroupNotYours):
            give_pass(
                school=school,
                email=ADDRESS,
                first_name="Inge",
                infix="",
                last_name="Inval",
                groups=groups,
                since=now,
                until=now + timedelta(hours=1),
                acting_user=teacher,
            )

    assert User.objects.with_email(ADDRESS) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"until": "00:00", "last_day": ""},
        {"day": "2020-01-01", "last_day": ""},
        {"last_day": "2099-01-01"},
        {"groups": []},
    ],
)
def test_pass_that_makes_no_sense_is_not_given(
    client: Client, teacher: User, group: Group, wrong: dict[str, Any]
) -> None:
    client.force_login(teacher)

    client.post(PAGE, form(group) | wrong)

    assert User.objects.with_email(ADDRESS) is None


def test_pass_for_later_opens_nothing_yet(client: Client, teacher: User, group: Group) -> None:
    client.force_login(teacher)
    day = timezone.localdate() + timedelta(days=2)
    client.post(PAGE, form(group, day=day.isoformat(), last_day="", since="08:00", until="16:00"))
    client.force_login(substitute())

    assert client.get("/school/99XX00/").status_code == 404
    with unscoped("a test looks"):
        role = Role.objects.get_queryset().get(role="substitute")
    zone = timezone.get_current_timezone()
    assert (role.since, role.until) == (datetime.combine(day, time(8), zone), datetime.combine(day, time(16), zone))


def test_pass_is_ended_at_once_by_the_teacher(client: Client, teacher: User, group: Group) -> None:
    client.force_login(teacher)
    client.post(PAGE, form(group))
    with unscoped("a test looks"):
        role = Role.objects.get_queryset().get(role="substitute")

    client.post(f"{PAGE}{role.pk}/beeindigen/")
    client.force_login(substitute())

    assert client.get("/school/99XX00/").status_code == 404


@pytest.mark.requirement("SR-B02")
def test_pass_of_another_school_cannot_be_ended(client: Client, stranger: User, teacher: User, group: Group) -> None:
    client.force_login(teacher)
    client.post(PAGE, form(group))
    with unscoped("a test looks"):
        role = Role.objects.get_queryset().get(role="substitute")
    client.force_login(stranger)

    statuses = [
        client.post(f"/school/{code}/invallers/{role.pk}/beeindigen/").status_code for code in ("99XX00", "99ZZ00")
    ]

    assert statuses == [404, 404]


def test_substitute_who_has_an_account_is_told_and_others_get_a_link(
    client: Client, teacher: User, group: Group
) -> None:
    factories.make_user(email="bekend@voorbeeldschool.example")
    client.force_login(teacher)

    client.post(PAGE, form(group))
    client.post(PAGE, form(group, email="bekend@voorbeeldschool.example"))

    assert list(OutgoingMail.objects.order_by("created_at").values_list("purpose", flat=True)) == [
        "activation",
        "pass_given",
    ]


@pytest.mark.requirement("SR-B09")
def test_nobody_gives_a_pass_to_the_own_account(client: Client, teacher: User, group: Group) -> None:
    client.force_login(teacher)

    page: Any = client.post(PAGE, form(group, email=str(teacher.email)))

    assert page.status_code == 200
    assert [role.role for role in User.objects.get(pk=teacher.pk).running_roles()] == ["teacher"]


@pytest.mark.requirement("SR-B09")
def test_who_is_no_staff_gets_no_pass(client: Client, teacher: User, group: Group) -> None:
    portal = factories.make_user(email=ADDRESS)
    User.objects.filter(pk=portal.pk).update(kind="portal")
    client.force_login(teacher)

    client.post(PAGE, form(group))

    assert User.objects.get(pk=portal.pk).running_roles() == []


def test_word_of_thanks_says_no_more_than_was_typed(client: Client, teacher: User, group: Group) -> None:
    factories.make_user(email=ADDRESS, first_name="Geheim")
    client.force_login(teacher)

    client.post(PAGE, form(group))

    with_words: Any = client.get("/account/")
    assert "Inge" in with_words.content.decode()
    assert "Geheim" not in with_words.content.decode()


def test_teacher_sees_and_ends_the_passes_given_by_the_own_hand_or_for_the_own_groups(
    client: Client, school: School, coordinator: User, teacher: User, group: Group
) -> None:
    elsewhere = factories.make_group(school, name="7z")
    given, others = {}, {"own": teacher, "theirs": coordinator, "not mine": coordinator}
    for name, giver in others.items():
        given[name] = factories.make_role(
            factories.make_user(first_name="Demo", last_name=name.replace(" ", "")),
            "substitute",
            school,
            until=timezone.now() + timedelta(hours=3),
            given_by=giver,
        )
    with school_transaction(school):
        for name, place in (("own", elsewhere), ("theirs", group), ("not mine", elsewhere)):
            RoleGroup.objects.create(school=school, role=given[name], group=place)
        RoleGroup.objects.create(school=school, role=given["own"], group=factories.make_group(school))
    client.force_login(teacher)

    page = client.get(PAGE).content.decode()
    ended = [client.post(f"{PAGE}{role.pk}/beeindigen/").status_code for role in given.values()]

    assert [page.count(f"<strong>Demo {name}</strong>") for name in ("own", "theirs", "notmine")] == [1, 1, 0]
    assert ended == [302, 302, 404]


def test_coordinator_sees_and_ends_every_pass_of_the_school_even_of_a_group_that_ended(
    client: Client, school: School, coordinator: User, teacher: User
) -> None:
    lent = factories.make_role(
        factories.make_user(first_name="Demo", last_name="Inval"),
        "substitute",
        school,
        until=timezone.now() + timedelta(hours=3),
        given_by=teacher,
    )
    ended = factories.make_group(school, ended_at=timezone.now())
    with school_transaction(school):
        RoleGroup.objects.create(school=school, role=lent, group=ended)
    client.force_login(coordinator)

    page = client.get(PAGE).content.decode()

    assert page.count("<strong>Demo Inval</strong>") == 1
    assert client.post(f"{PAGE}{lent.pk}/beeindigen/").status_code == 302
