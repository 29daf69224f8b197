"""The twelve pictures of a picture code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture by its name, with the word for it."""

    name: str
    label: str | _StrPromise

    @property
    def path(self) -> str:
        """The place of the drawing among the static files."""
        return f"img/pictures/{self.name}.svg"


PICTURES: tuple[Picture, ...] = (
    Picture("cat", _("cat")),
    Picture("fish", _("fish")),
    Picture("sun", _("sun")),
    Picture("tree", _("tree")),
    Picture("ball", _("ball")),
    Picture("boat", _("boat")),
    Picture("house", _("house")),
    Picture("apple", _("apple")),
    Picture("star", _("star")),
    Picture("bike", _("bike")),
    Picture("flower", _("flower")),
    Picture("key", _("key")),
)
