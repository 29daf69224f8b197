"""The second place of the trail's signed heads: another one for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import Settings


@pytest.fixture(autouse=True)
def heads(settings: Settings, tmp_path: Path) -> Path:
    """The second place, where copies of signed heads go."""
    settings.AUDIT_HEADS_DIRECTORY = tmp_path
    return tmp_path
