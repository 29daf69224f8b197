"""The plain form of documents."""

from __future__ import annotations

import pytest

from dpa.actions.documents import Draft, read_drafts
from dpa.text import Block, blocks_of


def test_heading_list_and_paragraph_are_told_apart() -> None:
    text = "First line\nsecond line.\n\n== 1. Title\n\n- one\n- two\n  goes on\n"

    assert blocks_of(text) == [
        Block("paragraph", ("First line second line.",)),
        Block("heading", ("1. Title",)),
        Block("list", ("one", "two goes on")),
    ]


@pytest.mark.parametrize("draft", list(read_drafts()), ids=lambda draft: f"{draft.kind} {draft.version}")
def test_dutch_and_english_have_the_same_build(draft: Draft) -> None:
    dutch, english = (
        [(block.kind, len(block.lines)) for block in blocks_of(draft.texts[language])] for language in ("nl", "en")
    )

    assert dutch == english
