"""The lists that accounts lets be exported: staff with their roles, and the trail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actions.exports import ExportKind, Rows, register_export
from accounts.events import STAFF_EXPORTED, TRAIL_EXPORTED
from accounts.permissions import BOARD_STAFF, STAFF_MANAGE, TRAIL_VIEW
from accounts.staff_list import staff_of, table_of
from accounts.trail_page import entries_of, in_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schools.models import School

STAFF, TRAIL, STAFF_FOR_BOARD = "accounts.staff", "accounts.trail", "accounts.staff.board"
MOST_LINES = 5_000


def staff_rows(school: School, _chosen: Mapping[str, Any]) -> Rows:
    """Give everyone with a role here."""
    return table_of(staff_of(school))


def trail_rows(school: School, chosen: Mapping[str, Any]) -> Rows:
    """Give the trail as it was shown, newest first, 5,000 lines at most."""
    since, until = (parse_datetime(chosen[name]) if chosen.get(name) else None for name in ("since", "until"))
    event, refused = str(chosen.get("event", "")), bool(chosen.get("refused"))
    entries = entries_of(school, since=since, until=until, event=event, refused=refused)
    head = [_("Moment"), _("Who"), _("Role"), _("What"), _("About"), _("Outcome")]
    return [head] + [
        [timezone.localtime(one.at).isoformat(" ", "seconds"), one.who, one.role, one.sentence, one.about, one.outcome]
        for one in in_words(entries[:MOST_LINES])
    ]


register_export(
    ExportKind(STAFF, gettext_lazy("Staff and their roles"), "medewerkers", STAFF_MANAGE, STAFF_EXPORTED, staff_rows)
)
register_export(
    ExportKind(
        STAFF_FOR_BOARD,
        gettext_lazy("Staff and their roles"),
        "medewerkers",
        BOARD_STAFF,
        STAFF_EXPORTED,
        staff_rows,
        of_board=True,
    )
)
register_export(ExportKind(TRAIL, gettext_lazy("The trail"), "logboek", TRAIL_VIEW, TRAIL_EXPORTED, trail_rows))
