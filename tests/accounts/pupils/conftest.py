"""Fixtures of the pupils' way in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import User


@pytest.fixture
def at_work(client: Client, teacher: User) -> Client:
    """The teacher's browser."""
    client.force_login(teacher)
    return client
