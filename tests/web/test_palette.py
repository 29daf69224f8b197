"""The colours: each pair that the style uses can be read."""

from __future__ import annotations

import pytest

from basispoort.web.palette import Pair, colours, contrast, pairs


@pytest.mark.parametrize("pair", pairs(), ids=lambda pair: f"{pair.front} on {pair.ground}")
def test_pair_of_colours_contrasts_enough(pair: Pair) -> None:
    assert pair.is_enough, pair


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_tokens_hold_the_colours() -> None:
    assert colours()["surface"] == "#ffffff"
