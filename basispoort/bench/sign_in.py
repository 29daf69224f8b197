"""Complete sign-ins of pupils and staff a second, and whether a refusal's time tells who exists (SR-A05).

One stream of requests through the whole middleware by Django's test client, with the check of CSRF switched on. The
process and PostgreSQL take turns, so that together they use one core: what is measured is per second per core. Front
server, network and browser are not in it.

A pupil's sign-in begins in a new browser: the school's link, the group, the own name, the code, the tiles. Where the
code goes in one form, typed or gathered by the page's script as it is tapped, these are five requests and a redirect
is followed as a browser does; in a browser without scripts each tap is a request and a page, eleven in all. The floor
is as many requests for a bare page of somebody who is signed in. Group of 28, eight materials.

A staff member's sign-in is the POST of address and password, right, by a teacher, in a browser that is known for the
account and in a new one; the form was fetched before. The floor is bare `argon2` verifying the same hash, in turns.

For SR-A05 the same POST is done with a wrong password for an address that exists, one that nobody has and one whose
account is inactive, each 200 times, in rounds of random order, every one as the first failure of its account; the
difference of the medians is judged by the rank test of Mann and Whitney, two-sided, by the normal approximation.
"""

from __future__ import annotations

import math
import secrets
import statistics
import time
from functools import cache
from itertools import cycle
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from argon2 import PasswordHasher
from django.conf import settings
from django.test import Client, override_settings
from django.test.client import ClientHandler
from django.urls import reverse

from accounts.actions.codes import ensure_codes
from accounts.actions.door import door_of
from accounts.models import FailureCounter, PupilCode, User
from accounts.views.challenge import DEVICE_COOKIE
from basispoort.bench import cast
from basispoort.bench.figures import Figure
from basispoort.lib.tenancy import school_transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from schools.models import Group, Pupil, School

PUPILS, MATERIALS = 28, 8
PUPIL_TIMES, STAFF_TIMES, REFUSED_TIMES = 60, 100, 200
WARM = 8
SIGNIFICANT = 0.01
TYPED_REQUESTS, TAPPED_REQUESTS = 5, 11
WRONG = "Fout4paard2raam"
PASSWORD = "Kip7boot9tak"  # noqa: S105 - of somebody who does not exist, in a database of its own


@cache
def handler() -> ClientHandler:
    """Give the whole middleware, built once, as in a web process."""
    return ClientHandler(enforce_csrf_checks=True)


def new_browser(**cookies: str) -> Client:
    """Give a browser that nobody used before; forms need their token, as in a real one."""
    browser = Client()
    browser.handler = handler()
    for name, value in cookies.items():
        browser.cookies[name] = value
    return browser


def send(browser: Client, path: str, **words: str) -> Any:  # noqa: ANN401 - a test client's answer
    """Send a form as browsers do, with the token of the page that was fetched before."""
    form = {**words, "csrfmiddlewaretoken": browser.cookies[settings.CSRF_COOKIE_NAME].value}
    return browser.post(path, urlencode(form), content_type="application/x-www-form-urlencoded")


def expect(status: int, answer: Any) -> Any:  # noqa: ANN401 - a test client's answer
    """Give the answer; raises RuntimeError when it is not of this status."""
    if answer.status_code != status:
        message = f"Not {status} but {answer.status_code}: something else would be measured."
        raise RuntimeError(message)
    return answer


def pupil_signs_in(token: str, group: Group, pupil: Pupil, parts: Sequence[str], *, tapped: bool) -> None:
    """Walk from the school's link to the tiles, and see that the tiles are there."""
    browser = new_browser()
    expect(200, browser.get(reverse("accounts:pupil-groups", args=[token])))
    expect(200, browser.get(reverse("accounts:pupil-names", args=[token, group.pk])))
    page = reverse("accounts:pupil-code", args=[token, group.pk, pupil.public_id])
    expect(200, browser.get(page))
    if tapped:
        for part in parts[:-1]:
            expect(302, send(browser, page, digit=part))
            expect(200, browser.get(page))
        last = expect(302, send(browser, page, digit=parts[-1]))
    else:
        last = expect(302, send(browser, page, pincode="".join(parts)))
    tiles = expect(200, browser.get(last["Location"]))
    if tiles.content.count(b"Meting ") < MATERIALS:
        message = "The tiles are not those that were assigned."
        raise RuntimeError(message)


def pupil_figures(school: School, group: Group, pupils: Sequence[Pupil], teacher: User) -> Iterator[Figure]:
    """Measure both ways to give a code, and the bare pages, in turns."""
    with school_transaction(school):
        ensure_codes(school=school, pupils=pupils)
        token = door_of(school=school).token
        codes = [(code.pupil, code.parts) for code in PupilCode.objects.for_school(school).select_related("pupil")]
    turns = cycle(codes)
    bare = Client()
    bare.force_login(teacher)

    def floor(requests: int) -> None:
        for _ in range(requests):
            bare.get("/bench/bare/")

    taken = cast.median_seconds(
        {
            "typed": lambda: pupil_signs_in(token, group, *next(turns), tapped=False),
            "tapped": lambda: pupil_signs_in(token, group, *next(turns), tapped=True),
            "five": lambda: floor(TYPED_REQUESTS),
            "eleven": lambda: floor(TAPPED_REQUESTS),
        },
        times=PUPIL_TIMES,
        warm=WARM,
    )
    for name, ours, bottom in (("in one form", "typed", "five"), ("tap by tap, no scripts", "tapped", "eleven")):
        yield Figure(
            f"pupils' sign-ins a second per core, code {name}",
            1 / taken[ours],
            1 / taken[bottom],
            "/s",
            "at least 25",
            higher_is_better=True,
        )


def staff_figures(teacher: User) -> Iterator[Figure]:
    """Measure the POST in a known and in a new browser beside the hash alone, in turns."""
    address, page = str(teacher.email), reverse("accounts:sign-in")
    hasher = PasswordHasher(time_cost=settings.ARGON2_ROUNDS, memory_cost=settings.ARGON2_MEMORY_KIB, parallelism=1)
    encoded = teacher.password.removeprefix("argon2")
    device = ""

    def posts(browser: Client) -> Callable[[], Any]:
        browser.get(page)
        return lambda: expect(302, send(browser, page, email=address, password=PASSWORD))

    first = new_browser()
    posts(first)()
    device = first.cookies[DEVICE_COOKIE].value
    taken: dict[str, list[float]] = {"known": [], "new": [], "hash": []}
    for turn in range(WARM + STAFF_TIMES):
        actions: dict[str, Callable[[], Any]] = {
            "known": posts(new_browser(**{DEVICE_COOKIE: device})),
            "hash": lambda: hasher.verify(encoded, PASSWORD),
            "new": posts(new_browser()),
        }
        for name, action in actions.items():
            begun = time.perf_counter()
            action()
            if turn >= WARM:
                taken[name].append(time.perf_counter() - begun)
    medians = {name: statistics.median(values) for name, values in taken.items()}
    for words, name in (("a known browser", "known"), ("a new browser", "new")):
        yield Figure(
            f"staff's sign-ins a second per core, {words}",
            1 / medians[name],
            1 / medians["hash"],
            "/s",
            "at least 0.80",
            higher_is_better=True,
        )


def refusal_seconds(addresses: dict[str, str]) -> dict[str, list[float]]:
    """Give the times of refused sign-ins of each kind of address, in rounds of random order."""
    page = reverse("accounts:sign-in")
    browser = new_browser()
    browser.get(page)
    taken: dict[str, list[float]] = {kind: [] for kind in addresses}
    for turn in range(WARM + REFUSED_TIMES):
        for kind in secrets.SystemRandom().sample(list(addresses), len(addresses)):
            FailureCounter.objects.all().delete()
            begun = time.perf_counter()
            answer = send(browser, page, email=addresses[kind], password=WRONG)
            seconds = time.perf_counter() - begun
            expect(200, answer)
            if turn >= WARM:
                taken[kind].append(seconds)
    return taken


def rank_test(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Give the two-sided p of Mann and Whitney's rank test, by the normal approximation with a half's correction.

    Good from about twenty values a side; times with nanoseconds have no ties worth correcting for.
    """
    wins = sum((mine > other) + (mine == other) / 2 for mine in ours for other in theirs)
    pairs = len(ours) * len(theirs)
    spread = math.sqrt(pairs * (len(ours) + len(theirs) + 1) / 12)
    distance = max(abs(wins - pairs / 2) - 0.5, 0) / spread
    return math.erfc(distance / math.sqrt(2))


def refusal_figures() -> Iterator[Figure]:
    """Compare an unknown and an inactive address with one that exists."""
    name = secrets.token_hex(6)
    addresses = {kind: f"{kind}-{name}@voorbeeldschool.example" for kind in ("unknown", "inactive", "existing")}
    for kind in ("inactive", "existing"):
        user = User.objects.create_staff(
            email=addresses[kind], first_name="Meting", last_name="Voorbeeld", password=PASSWORD
        )
        User.objects.filter(pk=user.pk).update(is_active=kind == "existing")
    taken = refusal_seconds(addresses)
    medians = {kind: statistics.median(values) * 1000 for kind, values in taken.items()}
    for kind in ("unknown", "inactive"):
        chance = rank_test(taken[kind], taken["existing"])
        verdict = "SIGNIFICANT" if chance < SIGNIFICANT else "not significant"
        yield Figure(
            f"refusal of an {kind} address beside an existing one",
            medians[kind],
            medians["existing"],
            "ms",
            f"no difference at p={SIGNIFICANT}",
            note=f"difference {medians[kind] - medians['existing']:+.3f} ms, p={chance:.3f}: {verdict}",
        )


def measure() -> Iterator[Figure]:
    """Measure all of it in one run."""
    school, coordinator = cast.make_school()
    group, pupils = cast.make_group(school, PUPILS)
    cast.make_materials(school, group, coordinator, MATERIALS)
    teacher = cast.make_teacher(school, group)
    teacher.set_password(PASSWORD)
    teacher.save(update_fields=["password"])
    with override_settings(ROOT_URLCONF="basispoort.bench.urls", ALLOWED_HOSTS=["testserver"]):
        yield from pupil_figures(school, group, pupils, teacher)
        yield from staff_figures(teacher)
        yield from refusal_figures()
