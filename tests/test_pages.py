"""Every page of a school as its coordinator sees it: as many statements for three rows as for one, and light enough."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories
from tests.accounts.pupils.factories import make_code
from tests.conftest import PortalClient
from tests.dpa.factories import accept
from tests.licences.factories import make_material, make_ready
from tests.test_doors import OF_SCHOOLS, SAMPLES

if TYPE_CHECKING:
    from accounts.models import User
    from schools.models import Group, School

PAGES = {name: path for name, path, _ in OF_SCHOOLS if not any(sample in path for sample in {SAMPLES["uuid"], "/x/"})}
OF_GROUPS = ("licences:group", "accounts:cards", "accounts:sign-in-help")
LIMIT_BYTES = 60_000


@pytest.fixture
def agreed(school: School, coordinator: User) -> School:
    """The school, after its coordinator accepted the agreement."""
    accept(school, coordinator)
    school.refresh_from_db()
    return school


@pytest.fixture
def browser(agreed: School, coordinator: User) -> PortalClient:  # noqa: ARG001 - the school agreed
    """The coordinator's browser."""
    browser = PortalClient()
    browser.force_login(coordinator)
    return browser


def fill(school: School, group: Group, coordinator: User) -> None:
    """Add one of everything that the pages list."""
    make_code(factories.make_pupil(school, group))
    factories.make_teacher(school, groups=(group, factories.make_group(school)))
    make_ready(school, group, coordinator)
    make_material()


def address_of(name: str, group: Group) -> str:
    """Give the address of a page of the school, or of the group."""
    if name in PAGES:
        return PAGES[name]
    path = next(path for known, path, _ in OF_SCHOOLS if known == name)
    return path.replace(SAMPLES["uuid"], str(group.pk))


def test_the_walk_knows_the_lists_of_every_app() -> None:
    assert {name.split(":")[0] for name in PAGES} >= {"schools", "accounts", "dpa", "licences"}
    assert len(PAGES) > 10


def shown(browser: PortalClient, group: Group) -> dict[str, str]:
    """Give the addresses of all pages that show something; the others take forms only."""
    addresses = {name: address_of(name, group) for name in [*PAGES, *OF_GROUPS]}
    return {name: address for name, address in addresses.items() if browser.get(address).status_code == 200}


def test_every_address_shows_a_page_takes_forms_only_or_leads_on(
    browser: PortalClient, agreed: School, group: Group, coordinator: User
) -> None:
    fill(agreed, group, coordinator)
    fill(agreed, group, coordinator)

    statuses = {name: browser.get(address_of(name, group)).status_code for name in [*PAGES, *OF_GROUPS]}

    assert {name: status for name, status in statuses.items() if status not in {200, 405}} == {}
    forms = {name for name, status in statuses.items() if status == 405}
    assert {name for name in forms if browser.post(address_of(name, group)).status_code not in {200, 302}} == set()


def statements(browser: PortalClient, group: Group) -> dict[str, int]:
    """Count the statements of each page that shows something, once everything about it is warm."""
    counts = {}
    for name, address in shown(browser, group).items():
        with CaptureQueriesContext(connection) as queries:
            browser.get(address)
        counts[name] = len(queries)
    return counts


def test_pages_take_as_many_statements_for_three_rows_as_for_one(
    browser: PortalClient, agreed: School, group: Group, coordinator: User
) -> None:
    fill(agreed, group, coordinator)
    one = statements(browser, group)
    for _ in range(2):
        fill(agreed, group, coordinator)

    assert statements(browser, group) == one


def test_pages_of_a_full_group_stay_under_sixty_kilobytes(
    browser: PortalClient, agreed: School, group: Group, coordinator: User
) -> None:
    for _ in range(30):
        make_code(factories.make_pupil(agreed, group, first_name="Maximiliaan-Alexander", last_name="Voorbeeldenaar"))
    for _ in range(20):
        make_ready(agreed, group, coordinator)

    sizes = {name: len(browser.get(address).content) for name, address in shown(browser, group).items()}

    assert len(sizes) > 15
    assert {name: size for name, size in sizes.items() if size >= LIMIT_BYTES} == {}
