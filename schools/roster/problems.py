"""What can go wrong with a delivery apart from its file: words beside those of the reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from schools.edexml.problems import CORRECT_THERE, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

UPLOAD_AGAIN = _("Upload the file again. Does it happen again? Then call the helpdesk.")
MESSAGES: Mapping[str, tuple[_StrPromise, _StrPromise]] = {
    "conflict_two": (
        _("The ECK iD of this person belongs to one person in Basispoort, and the key to another."),
        CORRECT_THERE,
    ),
    "conflict_same": (
        _("This person and the one on line %(first)s are the same person in Basispoort."),
        CORRECT_THERE,
    ),
    "failed": (_("We tried three times to read the file, and each time it was broken off."), UPLOAD_AGAIN),
    "expired": (_("Nobody applied this delivery within seven days."), _("Upload a new file.")),
}


class DeliveryProblem(Problem):
    """A problem with the words of this module."""

    __slots__ = ()

    def __init__(self, code: str, line: int | None = None, params: Mapping[str, str | int] | None = None) -> None:
        super().__init__(code, line, None, params or {})

    @property
    def message(self) -> str:
        """Say what is wrong, in the active language."""
        return str(MESSAGES[self.code][0]) % dict(self.params)

    @property
    def advice(self) -> str:
        """Say what to do, in the active language."""
        return str(MESSAGES[self.code][1])


def problem_from_json(data: Mapping[str, object]) -> Problem:
    """Take back a problem that was kept with a delivery, with the words that belong to it."""
    problem = Problem.from_json(data)
    if problem.code in MESSAGES:
        return DeliveryProblem(problem.code, problem.line, problem.params)
    return problem
