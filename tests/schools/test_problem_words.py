"""The words for what is wrong with a delivery: complete, in both languages, and with the line."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from django.utils import translation

from schools.roster.problems import MESSAGES, DeliveryProblem, problem_from_json
from tests.schools.factories import apply, deliver, make_roster, rows_of

if TYPE_CHECKING:
    from accounts.models import User
    from schools.models import School


@pytest.mark.parametrize("code", MESSAGES)
def test_every_problem_of_a_delivery_has_words_of_its_own_in_dutch_and_english(code: str) -> None:
    problem = DeliveryProblem(code, 12, {"first": 7})
    said = {}
    for language in ("nl", "en"):
        with translation.override(language):
            said[language] = (problem.message, problem.advice)

    assert all(text.endswith((".", "?")) and "%" not in text for texts in said.values() for text in texts)
    assert said["nl"][0] != said["en"][0]
    assert said["nl"][1] != said["en"][1]


def test_problem_of_a_delivery_keeps_its_words_in_the_database(school: School, coordinator: User) -> None:
    roster = make_roster(school)
    apply(school, coordinator, roster)
    before = rows_of(school)
    first, second, *others = roster.pupils
    # Two in the file who both are the first pupil: one by ECK iD, one by key.
    by_eck_id = replace(first, key="een-andere-sleutel")
    by_key = replace(second, key=first.key, eck_id="")

    refused = deliver(school, coordinator, replace(roster, pupils=(by_eck_id, by_key, *others)))
    problem = problem_from_json(refused.problems[0])

    assert (refused.state, [one["code"] for one in refused.problems]) == ("refused", ["conflict_same"])
    assert problem.line
    with translation.override("en"):
        line = problem.params["first"]
        assert problem.message == f"This person and the one on line {line} are the same person in Basispoort."
    assert (line, problem.line) == tuple(sorted((int(line), problem.line)))
    assert rows_of(school) == before
