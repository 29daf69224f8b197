"""Visitors who solve challenges, for tests: what a page's script does, and what a person without scripts does."""

from __future__ import annotations

import html
import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import altcha
from django.db.models import F

from accounts.challenges.question import WORDS
from accounts.failures import Tried
from accounts.models import FailureCounter, SolvedChallenge
from tests import factories

if TYPE_CHECKING:
    from django.test import Client

ADDRESS = "demo@voorbeeldschool.example"
SIGN_IN = "/inloggen/"
HAND_IN = "/inloggen/controle/"
WRONG = "Fout1fout2"
HERE = "127.0.0.1"


def attempt(client: Client, password: str = factories.PASSWORD, email: str = ADDRESS, **data: str) -> Any:
    return client.post(SIGN_IN, {"email": email, "password": password} | data)


def at(client: Client, network: str, password: str = factories.PASSWORD, email: str = ADDRESS, **data: str) -> Any:
    """Try from another network address."""
    return client.post(SIGN_IN, {"email": email, "password": password} | data, REMOTE_ADDR=network)


def failed(count: int, *, device: str = "", day: int = 0, email: str = ADDRESS) -> None:
    """Let so many tries have failed at an account, without going through them."""
    tried = Tried(email, HERE, device)
    for key, number in ((tried.key, count), (tried.day_key, day)):
        if number:
            FailureCounter.add(key, timedelta(minutes=15))
            FailureCounter.objects.filter(key=key).update(count=number)


def asks(response: Any) -> bool:
    """Tell whether a page shows a challenge."""
    return "data-challenge" in response.content.decode()


def solve(challenge: dict[str, Any]) -> str:
    """Do the work."""
    made = altcha.Challenge.from_dict(challenge)
    solution = altcha.solve_challenge(made)
    assert solution is not None
    return altcha.Payload(made, solution).to_base64()


def work_of(response: Any) -> dict[str, str]:
    """Do the work that a page asks for, as its script would, and give the field to send."""
    found = re.search(r'data-work="([^"]+)"', response.content.decode())
    assert found
    return {"challenge_work": solve(json.loads(html.unescape(found[1])))}


def answer_of(response: Any, *, wrong: bool = False) -> dict[str, str]:
    """Answer the question of a page, as a person would, and give the fields to send."""
    page = response.content.decode()
    paper = re.search(r'name="challenge_paper" value="([^"]+)"', page)
    asked = re.search(r'for="challenge-answer">([^<]+)<', page)
    assert paper
    assert asked
    numbers = {str(word): number for number, word in WORDS.items()}
    said = [numbers[word] for word in re.findall(r"\w+", asked[1]) if word in numbers]
    return {"challenge_paper": paper[1], "challenge_answer": str(sum(said) + int(wrong))}


def let_pass(seconds: float) -> None:
    """Let time go by for every challenge that was solved."""
    past = timedelta(seconds=seconds)
    SolvedChallenge.objects.update(solved_at=F("solved_at") - past, expires_at=F("expires_at") - past)
