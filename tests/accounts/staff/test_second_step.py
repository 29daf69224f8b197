"""Who may do weighty things takes a second step; a password alone opens nothing for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test import Client

from accounts.actions.second_step import codes_left, make_recovery_codes
from accounts.models import RecoveryCode, Session, TotpDevice
from basispoort.audit.models import AuditEntry
from basispoort.lib.models import OutgoingMail
from basispoort.lib.tenancy import unscoped
from tests import factories
from tests.accounts.staff.app import digits, wrong_digits
from tests.at_once import many_at_once

if TYPE_CHECKING:
    from accounts.models import User
    from schools.models import School

SIGN_IN, STEP, MEANS = "/inloggen/", "/inloggen/tweede-stap/", "/account/tweede-stap/"


def start(user: User) -> Client:
    """Sign in as far as the password goes."""
    client = Client()
    client.post(SIGN_IN, {"email": user.email, "password": factories.PASSWORD})
    return client


def take(client: Client, code: str) -> Any:
    return client.post(STEP, {"code": code})


@pytest.mark.requirement("SR-A11")
@pytest.mark.parametrize("path", ["/account/", "/school/99XX00/"])
def test_password_alone_opens_no_page_of_a_coordinator(coordinator: User, path: str) -> None:
    response: Any = start(coordinator).get(path)

    assert (response.status_code, response["Location"].split("?")[0]) == (302, STEP)


@pytest.mark.requirement("SR-A11")
def test_right_digits_open_the_school(coordinator: User) -> None:
    client = start(coordinator)

    take(client, digits())

    assert client.get("/school/99XX00/").status_code == 200


@pytest.mark.requirement("SR-A11")
@pytest.mark.parametrize("code", ["", "12345", "abcdef", "١٢٣٤٥٦", "1" * 40, "wrong"])
def test_wrong_digits_open_nothing(coordinator: User, code: str) -> None:
    client = start(coordinator)

    take(client, wrong_digits() if code == "wrong" else code)

    assert client.get("/school/99XX00/").status_code == 302


@pytest.mark.requirement("SR-A11")
def test_digits_work_once(coordinator: User) -> None:
    code = digits()
    first, second = start(coordinator), start(coordinator)

    statuses = [take(client, code).status_code for client in (first, second)]

    assert statuses == [302, 200]


@pytest.mark.requirement("SR-A11")
def test_coordinator_without_means_is_led_to_setting_one_up_and_no_further(school: School) -> None:
    user = factories.make_user()
    factories.make_role(user, "ict_coordinator", school)
    client = start(user)

    places = [client.get(path, follow=True).redirect_chain[-1][0] for path in ("/school/99XX00/", STEP)]

    assert places == [MEANS, MEANS]


@pytest.mark.requirement("SR-A11")
def test_who_sets_up_an_app_goes_on_at_once_to_recovery_codes(school: School) -> None:
    user = factories.make_user()
    factories.make_role(user, "head", school)
    client = start(user)
    client.get(f"{MEANS}app/")
    seed = TotpDevice.objects.get(user=user).seed

    response: Any = client.post(f"{MEANS}app/", {"code": digits(seed=seed)})

    assert response["Location"] == f"{MEANS}herstelcodes/"
    assert client.get("/school/99XX00/").status_code == 200


@pytest.mark.requirement("SR-A11")
def test_who_has_a_second_step_cannot_replace_it_by_the_password_alone(coordinator: User) -> None:
    client = start(coordinator)

    pages = [client.get(f"{MEANS}{page}") for page in ("", "app/", "app/qr.svg", "passkey/")]

    assert [page["Location"].split("?")[0] for page in pages] == [STEP] * 4


@pytest.mark.requirement("SR-A11")
def test_teacher_is_asked_for_nothing_more(teacher: User) -> None:
    assert start(teacher).get("/school/99XX00/").status_code == 200


@pytest.mark.requirement("SR-A11")
def test_teacher_who_chose_a_second_step_takes_it_every_time(teacher: User) -> None:
    factories.make_app(teacher)

    assert start(teacher).get("/school/99XX00/").status_code == 302


@pytest.mark.requirement("SR-A10")
def test_teacher_who_becomes_coordinator_needs_the_step_at_the_next_request(teacher: User, school: School) -> None:
    client = start(teacher)
    before = client.get("/school/99XX00/").status_code
    factories.make_role(teacher, "ict_coordinator", school)

    assert (before, client.get("/school/99XX00/").status_code) == (200, 302)


@pytest.mark.requirement("SR-A06")
def test_second_step_gives_a_new_session_and_the_old_one_is_dead(coordinator: User) -> None:
    client = start(coordinator)
    old = client.cookies["session"].value
    take(client, digits())
    thief = Client()
    thief.cookies["session"] = old

    assert client.cookies["session"].value != old
    assert thief.get("/school/99XX00/")["Location"].startswith(SIGN_IN)


@pytest.mark.requirement("SR-A07")
def test_half_begun_session_lives_ten_minutes(coordinator: User) -> None:
    client = start(coordinator)
    data = Session.objects.get(user=coordinator).get_decoded()

    assert data["_limits"][:2] == [600, 600]
    take(client, digits())
    assert Session.objects.get(user=coordinator).get_decoded()["_limits"][:2] == [900, 28800]


@pytest.mark.requirement("SR-K06")
def test_sixth_wrong_code_in_a_minute_is_not_looked_at(coordinator: User) -> None:
    client = start(coordinator)
    wrong = [take(client, wrong_digits()).status_code for _ in range(5)]

    right = take(client, digits())

    assert (wrong, right.status_code, right["Retry-After"]) == ([200] * 5, 429, "60")


@pytest.mark.requirement("SR-A04")
def test_recovery_code_still_works_when_a_stranger_used_up_the_tries(coordinator: User) -> None:
    codes = make_recovery_codes(user=coordinator)
    client = start(coordinator)
    for _ in range(8):
        take(client, wrong_digits())

    assert take(client, codes[3].lower().replace("-", " ")).status_code == 302


@pytest.mark.requirement("SR-A11")
def test_recovery_code_works_once_and_its_owner_is_mailed(coordinator: User) -> None:
    code = make_recovery_codes(user=coordinator)[0]

    statuses = [take(start(coordinator), code).status_code for _ in range(2)]

    assert statuses == [302, 200]
    assert OutgoingMail.objects.filter(purpose="recovery_code_used", recipient_id=coordinator.pk).count() == 1


@pytest.mark.requirement("SR-A11")
def test_new_recovery_codes_kill_the_old_ones(coordinator: User) -> None:
    old = make_recovery_codes(user=coordinator)
    new = make_recovery_codes(user=coordinator)

    assert (take(start(coordinator), old[0]).status_code, take(start(coordinator), new[0]).status_code) == (200, 302)


@pytest.mark.requirement("SR-I02")
def test_neither_seed_nor_recovery_code_stands_in_the_database_as_it_is(coordinator: User) -> None:
    code = make_recovery_codes(user=coordinator)[0].replace("-", "")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seed, (SELECT string_agg(code_hash, '') FROM accounts_recoverycode) FROM accounts_totpdevice"
        )
        seed, hashes = (bytes(value) for value in cursor.fetchone())

    assert factories.SEED not in seed
    assert code.encode() not in hashes


@pytest.mark.requirement("SR-A09")
def test_removing_the_app_ends_the_other_sessions_and_mails_the_owner(client: Client, coordinator: User) -> None:
    other = start(coordinator)
    take(other, digits())
    client.force_login(coordinator)

    client.post(f"{MEANS}app/verwijderen/")

    assert other.get("/school/99XX00/")["Location"].startswith(SIGN_IN)
    assert OutgoingMail.objects.filter(purpose="factor_removed", recipient_id=coordinator.pk).count() == 1
    assert client.get("/school/99XX00/", follow=True).redirect_chain[-1][0] == MEANS


@pytest.mark.requirement("SR-A09")
def test_setting_an_app_up_ends_the_sessions_that_ran_without_it(client: Client, teacher: User) -> None:
    elsewhere = start(teacher)
    before = elsewhere.get("/account/").status_code
    client.force_login(teacher)
    client.get(f"{MEANS}app/")

    client.post(f"{MEANS}app/", {"code": digits(seed=bytes(TotpDevice.objects.get(user=teacher).seed))})

    assert (before, elsewhere.get("/account/").status_code) == (200, 302)
    assert client.get("/account/").status_code == 200


@pytest.mark.requirement("SR-A11")
def test_new_recovery_codes_leave_those_of_others_alone(coordinator: User) -> None:
    other = factories.make_user()
    make_recovery_codes(user=other)

    make_recovery_codes(user=coordinator)

    assert (codes_left(other), codes_left(coordinator)) == (10, 10)


@pytest.mark.requirement("SR-A11")
def test_new_password_leaves_the_second_step_standing(coordinator: User) -> None:
    coordinator.set_password("Nieuw4boot7tak")
    coordinator.save(update_fields=["password"])
    client = Client()
    client.post(SIGN_IN, {"email": coordinator.email, "password": "Nieuw4boot7tak"})

    assert client.get("/school/99XX00/")["Location"].split("?")[0] == STEP


@pytest.mark.requirement("SR-J02")
def test_each_step_stands_in_the_trail(coordinator: User) -> None:
    client = start(coordinator)
    take(client, wrong_digits())
    take(client, digits())

    with unscoped("the trail of a person"):
        names = set(AuditEntry.objects.get_queryset().filter(actor_id=coordinator.pk).values_list("event", flat=True))
    assert {"accounts.second_step.failed", "accounts.second_step.taken"} <= names


@pytest.mark.requirement("SR-A11")
@pytest.mark.django_db(transaction=True)
def test_digits_sent_twenty_times_at_once_let_one_in(school: School) -> None:
    user = factories.make_coordinator(school)
    clients = [start(user) for _ in range(5)]
    code = digits()

    answers = many_at_once(5, lambda number: take(clients[number], code).status_code)

    assert sorted(answers) == [200, 200, 200, 200, 302]


def test_recovery_codes_are_ten_and_shown_once(client: Client, coordinator: User) -> None:
    client.force_login(coordinator)

    made: Any = client.post(f"{MEANS}herstelcodes/")
    later: Any = client.get(f"{MEANS}herstelcodes/")

    assert (len(made.context["codes"]), RecoveryCode.objects.filter(kit__user=coordinator).count()) == (10, 10)
    assert made.context["codes"][0] not in later.content.decode()


@pytest.mark.requirement("SR-G01")
def test_browser_may_ask_for_a_passkey_on_the_page_of_the_step_and_nowhere_else(coordinator: User) -> None:
    client = start(coordinator)

    policies = [client.get(path)["Permissions-Policy"] for path in (STEP, SIGN_IN)]

    assert ["publickey-credentials-get=(self)" in policy for policy in policies] == [True, False]
    assert all("camera=()" in policy for policy in policies)


@pytest.mark.requirement("SR-A11")
def test_seed_that_another_session_saw_is_never_put_in_use(school: School) -> None:
    user = factories.make_user()
    factories.make_role(user, "ict_coordinator", school)
    thief, owner = start(user), start(user)
    page = f"{MEANS}app/"
    thief.get(page)
    seen = TotpDevice.objects.get(user=user).seed

    owner.get(page)
    owner.get(page)  # a second tab of the same session keeps the seed
    offered = TotpDevice.objects.get(user=user).seed
    owner.post(page, {"code": digits(seed=offered)})

    assert offered != seen
    assert TotpDevice.objects.get(user=user, confirmed=True).seed == offered


@pytest.mark.requirement("SR-A11")
@pytest.mark.django_db(transaction=True)
def test_new_recovery_codes_made_in_two_tabs_at_once_are_one_set() -> None:
    user = factories.make_user()

    made = many_at_once(4, lambda _number: len(make_recovery_codes(user=user)))

    assert (made, RecoveryCode.objects.filter(kit__user=user).count()) == ([10] * 4, 10)
