"""The desk where challenges are handed out and taken in, for every page that needs one."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from csp.decorators import csp_update
from django.conf import settings
from django.db.models.functions import Now
from django.http import HttpRequest

from accounts import failures
from accounts.challenges import question, recaptcha, work
from accounts.models import ChallengeKind, FailureCounter, SolvedChallenge
from accounts.models.challenge import Redeemed
from basispoort.lib.address import client_address

if TYPE_CHECKING:
    from django.http import HttpResponse

    from accounts.failures import Demand

COOKIE = "__Host-browser" if settings.HTTPS else "browser"
LONGEST_COOKIE = 64


class Purpose(StrEnum):
    """What a challenge stands before; also the action that Google is told."""

    SIGN_IN = "sign_in"
    LINK = "link"
    FORGOTTEN = "forgotten"


class Taken(StrEnum):
    """What came of a challenge that was handed in."""

    NOTHING = "nothing"
    SOLVED = "solved"
    REFUSED = "refused"
    OWN_INSTEAD = "own_instead"  # Google could not be asked, or was not sure: our own is next


@dataclass(frozen=True, slots=True)
class Offer:
    """A challenge as a page shows it: the question for everyone, the work for who has JavaScript, perhaps Google."""

    purpose: str
    work: str
    question: question.Question
    site_key: str
    challenges: int
    browser: str

    def show_on(self, response: HttpResponse) -> HttpResponse:
        """Give the browser its cookie; allow Google's hosts on this answer, if it shows reCAPTCHA (SR-G02)."""
        response.set_cookie(COOKIE, self.browser, secure=settings.HTTPS, httponly=True, samesite="Lax")
        if self.site_key:
            allowing = csp_update(recaptcha.HOSTS)(lambda _request: response)
            allowing(HttpRequest())
        return response


def offer(request: HttpRequest, purpose: Purpose, demand: Demand, *, own_only: bool = False) -> Offer:
    """Make a challenge for this browser; `own_only` leaves Google out."""
    browser = _cookie_of(request) or secrets.token_urlsafe(24)
    bound = _hash_of(browser).hex()
    return Offer(
        purpose=purpose,
        work=work.make(purpose=purpose, browser=bound),
        question=question.make(purpose=purpose, browser=bound),
        site_key=settings.RECAPTCHA_PUBLIC_KEY if _may_ask_google(purpose) and not own_only else "",
        challenges=demand.challenges,
        browser=browser,
    )


def take(request: HttpRequest, purpose: Purpose) -> Taken:
    """Take in what a page sent along: the work, a token of Google, or the answer to the question; each counts once."""
    browser = _hash_of(_cookie_of(request))
    if payload := request.POST.get("challenge_work", ""):
        solved = work.check(payload)
        return _record(solved, browser, purpose, ChallengeKind.WORK)
    if token := request.POST.get("g-recaptcha-response", ""):
        return _ask_google(request, token, browser, purpose)
    if answer := request.POST.get("challenge_answer", ""):
        asked, right = question.check(request.POST.get("challenge_paper", ""), answer)
        if right and FailureCounter.number(failures.question_key(client_address(request))) >= failures.QUESTIONS:
            return Taken.REFUSED
        if right:
            FailureCounter.add(failures.question_key(client_address(request)), failures.QUESTION_WINDOW)
        return _record(asked, browser, purpose, ChallengeKind.QUESTION, right=right)
    return Taken.NOTHING


def hand_in(request: HttpRequest, purpose: Purpose, demand: Demand) -> tuple[Taken, Redeemed]:
    """Take in what a page sent along and use up what the try costs; nothing is looked at when it costs nothing."""
    if not demand.challenges:
        return Taken.NOTHING, Redeemed()
    return take(request, purpose), redeem(request, purpose, demand)


def redeem(request: HttpRequest, purpose: Purpose, demand: Demand) -> Redeemed:
    """Use up what a try costs; see SolvedChallenge.redeem."""
    return _redeem(request, purpose, demand, use=True)


def look(request: HttpRequest, purpose: Purpose, demand: Demand) -> Redeemed:
    """Tell what `redeem` would give, without using anything up."""
    return _redeem(request, purpose, demand, use=False)


def _redeem(request: HttpRequest, purpose: Purpose, demand: Demand, *, use: bool) -> Redeemed:
    with_google = _has_google(purpose)
    return SolvedChallenge.redeem(
        browser=_hash_of(_cookie_of(request)),
        purpose=purpose,
        number=demand.challenges,
        wait_of=lambda kind: demand.wait_of(kind, with_google=with_google),
        use=use,
    )


def _record(
    solved: work.Solved | None, browser: bytes, purpose: Purpose, kind: ChallengeKind, *, right: bool = True
) -> Taken:
    if solved is None or (solved.purpose, solved.browser) != (purpose, browser.hex()):
        return Taken.REFUSED
    fresh = SolvedChallenge.record(nonce=solved.nonce, browser=browser, purpose=purpose, kind=kind, right=right)
    return Taken.SOLVED if fresh and right else Taken.REFUSED


def _ask_google(request: HttpRequest, token: str, browser: bytes, purpose: Purpose) -> Taken:
    if not _has_google(purpose) or not _cookie_of(request):
        return Taken.REFUSED
    nonce = hashlib.sha256(f"recaptcha|{token}".encode()).digest()
    # Used up before Google is asked: a token sent twice, or twenty times at once, is asked about once.
    kind = ChallengeKind.RECAPTCHA
    if not SolvedChallenge.record(nonce=nonce, browser=browser, purpose=purpose, kind=kind, right=False):
        return Taken.REFUSED
    verdict = recaptcha.verify(token, action=purpose, address=client_address(request))
    if verdict is recaptcha.Verdict.PASSED:
        SolvedChallenge.objects.filter(nonce=nonce).update(used_at=None, solved_at=Now())
        return Taken.SOLVED
    return Taken.REFUSED if verdict is recaptcha.Verdict.REFUSED else Taken.OWN_INSTEAD


def _has_google(purpose: Purpose) -> bool:
    """Tell whether reCAPTCHA is this door's first choice; beside the password form nothing of others loads (SR-C08)."""
    return purpose is Purpose.SIGN_IN and recaptcha.is_configured()


def _may_ask_google(purpose: Purpose) -> bool:
    return _has_google(purpose) and recaptcha.is_in_service()


def _cookie_of(request: HttpRequest) -> str:
    cookie = request.COOKIES.get(COOKIE, "")
    return cookie if len(cookie) <= LONGEST_COOKIE else ""


def _hash_of(cookie: str) -> bytes:
    return hashlib.sha256(cookie.encode()).digest()
