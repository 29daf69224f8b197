"""The cast of the tests of licences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from tests import factories
from tests.dpa.factories import accept
from tests.licences.factories import make_ready
from tests.licences.receiver import Receiver, listen_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from accounts.models import User
    from licences.models import LearningMaterial
    from schools.models import Group, Pupil, School


@pytest.fixture
def agreed(school: School, coordinator: User) -> School:
    """The school, after its coordinator accepted the agreement."""
    accept(school, coordinator)
    school.refresh_from_db()
    return school


@pytest.fixture
def material(agreed: School, group: Group, coordinator: User) -> LearningMaterial:
    """A material that opens for the group."""
    return make_ready(agreed, group, coordinator)


@pytest.fixture
def pupil_user(pupil: Pupil) -> User:
    """The account of the pupil."""
    return factories.make_pupil_user(pupil)


@pytest.fixture
def browser(pupil_user: User) -> Client:
    """A browser in which the pupil is signed in."""
    browser = Client()
    browser.force_login(pupil_user)
    return browser


@pytest.fixture
def machine() -> Client:
    """The publisher's own server."""
    return Client()


@pytest.fixture
def receiver(settings: Any, material: LearningMaterial) -> Iterator[Receiver]:
    """The publisher's registered address, on this machine."""
    settings.EXTRA_OUTGOING_NETWORKS = ["127.0.0.0/8"]
    one = Receiver()
    listen_at(material, one.url)
    yield one
    one.close()
