"""Each word is shown as its own catalogue has it."""

from __future__ import annotations

import pytest
from django.utils import translation

from basispoort.lib.catalogues import APPS, LANGUAGE, read_catalogue


@pytest.mark.parametrize("name", ["basispoort", *APPS])
def test_no_other_catalogue_of_ours_or_of_a_library_translates_the_same_words_otherwise(name: str) -> None:
    otherwise = []
    with translation.override(LANGUAGE):
        for message in read_catalogue(name):
            if not message.id or message.context:
                continue
            if isinstance(message.id, tuple):
                one, more = message.id
                shown = [translation.ngettext(one, more, number) for number in (1, 2)]
            else:
                shown = [translation.gettext(str(message.id))]
            ours = [message.string] if isinstance(message.string, str) else list(message.string or ())
            if shown != ours:
                otherwise.append((message.id, ours, shown))

    assert otherwise == []
