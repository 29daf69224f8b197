"""Opening and closing a class start, and letting one waiting screen in (product A6, SR-A17)."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.core import signing
from django.db.models import Value
from django.db.models.functions import Greatest, Least, Now

from accounts import events
from accounts.actions.enter import Way, enter
from accounts.actions.groups import lent_until
from accounts.actions.pupil_sign_in import user_of
from accounts.models import ClassStart, LetIn, PupilCode
from accounts.models.class_start import ASK_LASTS, LASTS
from accounts.permissions import CLASS_START
from accounts.sessions import stored_key
from basispoort.audit import trail
from basispoort.lib.compiled import Objects
from basispoort.web.pictures import PICTURES
from schools.models import Group, Pupil

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase
    from django.http import HttpRequest

    from accounts.models import User
    from accounts.models.class_start import ClassStartQuerySet
    from schools.models import School

SALT = "accounts.class_start"
BUTTON_SECONDS = 12 * 3600
BROWSER = "asks_as"
MOST_ASKING = 4


class StartRefused(Exception):
    """The button is used up, too old, of another group, or of another session."""


class TooManyAsk(Exception):
    """Several screens wait at this name already."""


def new_button(session: SessionBase, group: Group) -> str:
    """Give the value of a button that opens one class start, for this group, from this session, once."""
    return signing.dumps([str(uuid4()), str(group.pk), stored_key(session.session_key or "")], salt=SALT)


def _number_of(button: str, session: SessionBase, group: Group) -> UUID:
    try:
        number, group_id, key = signing.loads(button, salt=SALT, max_age=BUTTON_SECONDS)
    except signing.BadSignature:
        raise StartRefused from None
    if (group_id, key) != (str(group.pk), stored_key(session.session_key or "")):
        raise StartRefused
    return UUID(number)


def open_start(*, school: School, group: Group, button: str, session: SessionBase, acting_user: User) -> ClassStart:
    """Open a class start for ten minutes by the database's clock; where one runs, give that one as it is.

    Who has the group by a pass alone opens it until the pass ends at most.
    Raises StartRefused for a button of another session or group, or one that was pressed before. Waits of pupils after
    wrong codes end at once.
    """
    number = _number_of(button, session, group)
    starts = ClassStart.objects.for_school(school)
    # Two tabs at once wait for each other here: at the constraint alone they would end in a deadlock now and then.
    Group.objects.for_school(school).select_for_update(no_key=True).get(pk=group.pk)
    running = starts.open().filter(group=group).first()
    if running is not None:
        return running
    if starts.filter(request_key=number).exists():
        raise StartRefused
    fresh = ClassStart(school=school, group=group, started_by=acting_user, request_key=number)
    # What a pass opened ends with the pass, which ends by itself.
    lent = lent_until(acting_user, school, group, CLASS_START)
    fresh.started_at, fresh.ends_at = (
        Now(),
        Least(Now() + LASTS, Greatest(Now(), Value(lent))) if lent else Now() + LASTS,
    )
    fresh.save(force_insert=True)
    pupils = Pupil.objects.for_school(school).present().filter(home_group=group)
    PupilCode.objects.for_school(school).filter(pupil__in=pupils, last_wrong_at__isnull=False).forget_tries()
    trail.record(events.CLASS_STARTED, school=school, acting_user=acting_user, target=group)
    return starts.get(pk=fresh.pk)


def close_start(*, school: School, start: ClassStart, acting_user: User) -> None:
    """Close a class start now; who waits at the door is no longer let in."""
    if ClassStart.objects.for_school(school).open().filter(pk=start.pk).update(ends_at=Now()):
        LetIn.objects.for_school(school).filter(class_start=start, expires_at__gt=Now()).update(expires_at=Now())
        trail.record(events.CLASS_CLOSED, school=school, acting_user=acting_user, target=start.group)


def close_starts_of(*, school: School, user: User, acting_user: User) -> None:
    """Close what somebody opened: with the role or pass ends what it let in."""
    for start in ClassStart.objects.for_school(school).open().filter(started_by=user).select_related("group"):
        close_start(school=school, start=start, acting_user=acting_user)


def running_start(school: School, group: Group | UUID) -> ClassStart | None:
    """Give the class start that runs for a group now."""
    return RUNNING.first(school=school.pk, group=group if isinstance(group, UUID) else group.pk)


def _running(*, school: int, group: UUID) -> ClassStartQuerySet:
    return ClassStart.objects.for_school(school).open().filter(group=group)


# Asked for each child who is about to give a code.
RUNNING = Objects[ClassStart](_running)


def last_start(school: School, group: Group) -> ClassStart | None:
    """Give the latest class start of a group, running or over."""
    return ClassStart.objects.for_school(school).filter(group=group).order_by("-started_at").first()


def browser_of(session: SessionBase) -> bytes | None:
    """Give the hash of the number that this browser asks under; None for one that never asked."""
    number = session.get(BROWSER)
    return hashlib.sha256(str(number).encode()).digest() if number else None


def ask(*, school: School, start: ClassStart, pupil: Pupil, session: SessionBase) -> LetIn:
    """Let this browser wait at a pupil's name for the teacher's tap, for two minutes; raises TooManyAsk.

    Who asks again while waiting keeps its place and its picture.
    """
    session.setdefault(BROWSER, secrets.token_urlsafe(16))
    browser = browser_of(session)
    assert browser is not None
    Pupil.objects.for_school(school).select_for_update(no_key=True).get(pk=pupil.pk)
    waiting = list(LetIn.objects.for_school(school).filter(class_start=start, pupil=pupil).asking())
    for each in waiting:
        if bytes(each.browser_hash) == browser:
            return each
    if len(waiting) >= MOST_ASKING:
        raise TooManyAsk
    taken = {each.sign for each in LetIn.objects.for_school(school).filter(class_start=start).asking()}
    names = [picture.name for picture in PICTURES]
    free = [name for name in names if name not in taken] or names
    asked = LetIn(school=school, class_start=start, pupil=pupil, browser_hash=browser, sign=secrets.choice(free))
    asked.asked_at, asked.expires_at = Now(), Least(Now() + ASK_LASTS, start.ends_at)
    asked.save(force_insert=True)
    return LetIn.objects.for_school(school).get(pk=asked.pk)


def asked_by(*, school: School, pupil: Pupil, session: SessionBase) -> LetIn | None:
    """Give what this browser last asked at a pupil's name, used or not."""
    browser = browser_of(session)
    if browser is None:
        return None
    rows = LetIn.objects.for_school(school).filter(pupil=pupil, browser_hash=browser)
    return rows.order_by("-asked_at").first()


def allow(*, school: School, start: ClassStart, let_in: UUID, acting_user: User) -> Pupil | None:
    """Let exactly the screen that waits under this id in, once, within two minutes; None when it waits no longer.

    Other screens at the same name are turned away: a child has one of them in the hands.
    """
    rows = LetIn.objects.for_school(school).filter(class_start=start)
    found = rows.select_related("pupil").asking().filter(pk=let_in).first()
    if found is None:
        return None
    Pupil.objects.for_school(school).select_for_update(no_key=True).get(pk=found.pupil_id)
    allowed = rows.asking().filter(pk=found.pk)
    until = Least(Now() + ASK_LASTS, start.ends_at)
    if not allowed.update(allowed_at=Now(), allowed_by=acting_user, expires_at=until):
        return None  # another tap was first and turned this screen away; what that one allowed stays
    others = LetIn.objects.for_school(school).filter(pupil=found.pupil_id, used_at__isnull=True).exclude(pk=found.pk)
    others.delete()
    PupilCode.objects.for_school(school).filter(pupil=found.pupil_id).forget_tries()
    trail.record(events.PUPIL_ADMITTED, school=school, acting_user=acting_user, target=found.pupil)
    return found.pupil


def turn_away(*, school: School, start: ClassStart, let_in: UUID, acting_user: User) -> bool:
    """Tell a waiting screen no; it can ask again."""
    rows = LetIn.objects.for_school(school).filter(class_start=start, pk=let_in)
    found = rows.asking().select_related("pupil").first()
    if found is None or not rows.asking().delete()[0]:
        return False
    trail.record(events.PUPIL_TURNED_AWAY, school=school, acting_user=acting_user, target=found.pupil)
    return True


def come_in(request: HttpRequest, *, school: School, pupil: Pupil) -> bool:
    """Begin the pupil's session in a browser that the teacher let in; True for exactly one of all that try."""
    browser = browser_of(request.session)
    if browser is None or not LetIn.objects.for_school(school).filter(pupil=pupil).claim(browser):
        return False
    user = user_of(school, pupil)
    if not user.is_active:
        return False
    enter(request, user=user, way=Way.PUPIL_LET_IN)
    trail.record(
        events.SIGNED_IN, school=school, acting_user=user, target=pupil, role="pupil", details={"way": "let_in"}
    )
    return True
