"""What is told of a problem: in words, with what to do, and again later in another language."""

from __future__ import annotations

import string

import pytest
from django.utils.translation import override

from schools.edexml.problems import MESSAGES, Problem, RosterRefused

PARAMS: dict[str, str | int] = {
    "limit": 12,
    "found": "99XY00",
    "expected": "99XX00",
    "first": 4,
    "count": 3,
    "kind": "missing",
}
PARAMS |= {"character": "U+202E", "version": "3.0", "name": "hobby", "names": "bsn, land"}


@pytest.mark.parametrize("code", sorted(MESSAGES))
@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_problem_says_what_is_wrong_and_what_to_do(code: str, language: str) -> None:
    problem = Problem(code, 7, "roepnaam", PARAMS)

    with override(language):
        said = (problem.message, problem.advice)

    for text in said:
        assert text
        assert "%(" not in text
        assert text[-1] in ".!?" + string.ascii_letters


@pytest.mark.parametrize(
    "problem",
    [
        Problem("too_deep", 4, None, {"limit": 12}),
        Problem("empty_file"),
        Problem("more", params={"count": 35, "kind": "missing_name"}),
    ],
)
def test_problem_is_kept_and_told_again(problem: Problem) -> None:
    assert Problem.from_json(problem.to_json()) == problem


@pytest.mark.parametrize(
    "data",
    [{"code": 1, "line": None, "field": None, "params": {}}, {"code": "x", "line": "4", "field": None, "params": {}}],
)
def test_what_is_no_problem_is_not_taken_for_one(data: dict[str, object]) -> None:
    with pytest.raises(TypeError):
        Problem.from_json(data)


def test_refusal_names_codes_and_lines_only() -> None:
    assert str(RosterRefused(Problem("too_deep", 4, None, {"limit": 12}), Problem("zip"))) == "too_deep (line 4), zip"
