"""Requests as our views get them, typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from contextlib import ExitStack

    from django_htmx.middleware import HtmxDetails

    from accounts.models import User
    from accounts.watching import Watched
    from schools.models import Board, Pupil, School


class PortalRequest(HttpRequest):
    """Any request: it carries an id that stands in logs, the audit trail and on error pages.

    What is entered in `scope`, such as a school's, is left when the request is over.
    """

    id: str
    htmx: HtmxDetails
    scope: ExitStack
    watched: Watched | None  # whom the helpdesk looks along with


class StaffRequest(PortalRequest):
    """A request of a signed-in user."""

    user: User


class SchoolRequest(StaffRequest):
    """A request within one school, which the user may enter."""

    school: School


class PupilRequest(SchoolRequest):
    """A request of a signed-in pupil, at the pupil's school."""

    pupil: Pupil


class BoardRequest(StaffRequest):
    """A request within one board: about all its schools, or about the one in the URL."""

    board: Board
    schools: list[School]
