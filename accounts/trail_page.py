"""The audit trail as a school reads it: one sentence an entry, names looked up when it is shown (product A12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.core import signing
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Role, RoleName, User, UserKind
from basispoort.audit.events import sentence_of
from basispoort.audit.models import AuditEntry
from basispoort.lib.access import page_seen_along
from schools.models import Pupil

if TYPE_CHECKING:
    from collections.abc import Iterable

    from basispoort.lib.tenancy import TenantQuerySet
    from schools.models import School

ROWS_A_PAGE = 50
ROLE_LABELS = {str(value): label for value, label in RoleName.choices}
MARK = "accounts.trail_page"
PERSON = "accounts.user"
PUPIL = "schools.pupil"
ROLE = "accounts.role"


@dataclass(frozen=True, slots=True)
class TrailLine:
    """One entry in words."""

    at: datetime
    who: str
    role: str
    sentence: str
    about: str
    outcome: str


@dataclass(frozen=True, slots=True)
class TrailPage:
    """A page of the trail, newest first, and where the next one begins."""

    lines: list[TrailLine]
    older: str


def entries_of(
    school: School, *, since: datetime | None, until: datetime | None, event: str, refused: bool
) -> TenantQuerySet[AuditEntry]:
    """Give the entries of a school that a reader asks for, newest first."""
    rows = AuditEntry.objects.for_school(school).order_by("-at", "-id")
    if since:
        rows = rows.filter(at__gte=since)
    if until:
        rows = rows.filter(at__lt=until)
    if event:
        rows = rows.filter(event=event)
    return rows.exclude(outcome="done") if refused else rows


def page_of(rows: TenantQuerySet[AuditEntry], before: str) -> TrailPage:
    """Give the page that begins below a mark; a mark that nobody gave out is the first page."""
    if mark := _mark(before):
        rows = rows.filter(Q(at__lt=mark[0]) | Q(at=mark[0], id__lt=mark[1]))
    found = list(rows[: ROWS_A_PAGE + 1])
    last = found[ROWS_A_PAGE - 1] if len(found) > ROWS_A_PAGE else None
    older = signing.dumps([last.at.isoformat(), str(last.id)], salt=MARK) if last else ""
    return TrailPage(in_words(found[:ROWS_A_PAGE]), older)


def is_first_page(before: str) -> bool:
    """Tell whether a page begins at the newest entry: without a mark, or with one that nobody gave out."""
    return _mark(before) is None


def _mark(text: str) -> tuple[datetime, UUID] | None:
    try:
        moment, number = signing.loads(text, salt=MARK)
    except signing.BadSignature:
        return None
    return datetime.fromisoformat(moment), UUID(number)


def in_words(entries: Iterable[AuditEntry]) -> list[TrailLine]:
    """Give entries as lines; all names in one query of accounts, one of roles and one of pupils."""
    entries = list(entries)
    holders, called = _roles_of(entries)
    ids = {one.actor_id for one in entries if one.actor_id} | set(holders.values())
    ids |= {UUID(one.target_id) for one in entries if one.target_type == PERSON}
    ids |= {one.shown_id for one in entries if one.shown_id}
    names = {user.pk: _name(user) for user in User.objects.filter(pk__in=ids)} | called
    pupils = _pupil_names(entries)
    gone = _("somebody who is no longer here")
    lines = []
    for one in entries:
        who = names.get(one.actor_id, gone) if one.actor_id else _("the portal")
        about = names.get(UUID(one.target_id), gone) if one.target_type == PERSON else ""
        if one.target_type == PUPIL:
            about = pupils.get(int(one.target_id), gone)
        if one.target_type == ROLE:
            holder = holders.get(UUID(one.target_id))
            about = names.get(holder, gone) if holder else gone
        shown = names.get(one.shown_id, gone) if one.shown_id else ""
        role = str(ROLE_LABELS.get(one.actor_role, ""))
        lines.append(
            TrailLine(one.at, who, role, _sentence(one, shown, about), about if about != who else "", one.outcome)
        )
    return lines


def _sentence(entry: AuditEntry, shown: str, about: str) -> str:
    """Give what was done, on which page where the helpdesk looked along, and as whom where nothing else says so."""
    what = str(sentence_of(entry.event))
    if page := page_seen_along(str(entry.details.get("page", ""))):
        what = f"{what} ({page})"
    if entry.target_type == ROLE and (role := ROLE_LABELS.get(str(entry.details.get("role", "")))):
        what = f"{what} ({role})"
    if shown and shown != about:
        what = _("%(what)s, looking along with %(who)s") % {"what": what, "who": shown}
    return what


def _roles_of(entries: Iterable[AuditEntry]) -> tuple[dict[UUID, UUID], dict[UUID, str]]:
    """Give whose the roles are that entries tell of, and what the school calls those who have not been there yet."""
    schools = {one.school_id for one in entries if one.school_id}
    about = {UUID(one.target_id) for one in entries if one.target_type == ROLE}
    rows = list(Role.objects.for_schools(schools).filter(Q(pk__in=about) | ~Q(called="")))
    return {row.pk: row.user_id for row in rows}, {row.user_id: row.called for row in rows if row.called}


def _pupil_names(entries: Iterable[AuditEntry]) -> dict[int, str]:
    about = [one for one in entries if one.target_type == PUPIL and one.school_id]
    rows = Pupil.objects.for_schools({one.school_id for one in about if one.school_id})
    return {row.pk: row.full_name for row in rows.filter(pk__in={int(one.target_id) for one in about})}


def _name(user: User) -> str:
    if user.kind == UserKind.PUPIL:
        return user.first_name or _("a pupil")
    return user.first_name if user.kind == UserKind.PORTAL else user.full_name
