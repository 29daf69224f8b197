"""The events that can stand in the trail, each with the sentence that a person reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

_sentences: dict[str, str | _StrPromise] = {}


class UnknownEvent(LookupError):
    """An event was recorded that no app has named."""


def event(name: str, sentence: str | _StrPromise) -> str:
    """Name an event such as `schools.roster.applied`, with a sentence that follows the name of who did it."""
    _sentences[name] = sentence
    return name


def sentence_of(name: str) -> str | _StrPromise:
    """Give an event's sentence; raises UnknownEvent for a name that no app has given."""
    try:
        return _sentences[name]
    except KeyError:
        raise UnknownEvent(name) from None


def all_sentences() -> dict[str, str | _StrPromise]:
    """Give every event with its sentence."""
    return dict(_sentences)
