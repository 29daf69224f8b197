"""The places of a user: schools and boards with a running role, among which people choose and switch (product A4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from django.urls import reverse

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True, slots=True)
class Place:
    """A school or a board that a user may enter; `code` is what stands in its address."""

    kind: Literal["school", "board"]
    code: str
    name: str

    @property
    def url(self) -> str:
        """The address of its first page."""
        return reverse(f"accounts:{self.kind}", args=[self.code])


def places_of(user: User) -> list[Place]:
    """Give the places of a user, schools first; as the roles run now, without asking the database again."""
    roles = user.running_roles()
    schools = {role.school.code: Place("school", role.school.code, role.school.name) for role in roles if role.school}
    boards = {role.board.number: Place("board", role.board.number, str(role.board)) for role in roles if role.board}
    return [*schools.values(), *boards.values()]
