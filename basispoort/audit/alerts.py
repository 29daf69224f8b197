"""Alerts to those on watch: what happened too often, too late or not at all (SR-J04).

An app names its kinds of alert and raises them where it sees them, or registers a look for the watch, which is held
every minute. An alert is told by mail once, and once more when it is about somebody else too; it stays open in the
back office until somebody says that it is solved.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from basispoort.audit import trail
from basispoort.audit.events import event
from basispoort.audit.models import Alert
from basispoort.lib.mail import queue_mail

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.contrib.auth.base_user import AbstractBaseUser
    from django.utils.functional import _StrPromise

    from basispoort.audit.trail import Detail

ALERT_SOLVED = event("audit.alert.solved", _("marked an alert as solved"))
MAIL_ONCE_IN = timedelta(hours=1)
RAISE = """
INSERT INTO audit_alert AS known (id, kind, count, facts) VALUES (%s, %s, 1, %s)
ON CONFLICT (kind) WHERE resolved_at IS NULL DO UPDATE SET
    count = known.count + 1, last_seen = statement_timestamp(),
    facts = excluded.facts || jsonb_strip_nulls(jsonb_build_object('accounts', (
        SELECT jsonb_agg(DISTINCT account) FROM jsonb_array_elements(
            coalesce(known.facts->'accounts', '[]') || coalesce(excluded.facts->'accounts', '[]')
        ) AS account))),
    mail_due = known.mail_due
        OR NOT coalesce(known.facts->'accounts', '[]') @> coalesce(excluded.facts->'accounts', '[]')
RETURNING id, mail_due
"""


@dataclass(frozen=True, slots=True)
class AlertKind:
    """A kind of alert: what happened, and what to do about it, in words for who is on watch."""

    name: str
    label: str | _StrPromise
    advice: str | _StrPromise


_kinds: dict[str, AlertKind] = {}


class UnknownAlert(LookupError):
    """An alert was raised of a kind that no app has named."""


class AboutOneself(Exception):
    """Nobody marks an alert about the own account as solved."""


def alert_kind(name: str, label: str | _StrPromise, advice: str | _StrPromise) -> str:
    """Name a kind of alert, such as `accounts.denials`; gives the name back, to raise it with."""
    _kinds[name] = AlertKind(name, label, advice)
    return name


def kind_of(name: str) -> AlertKind:
    """Give a kind by its name; raises UnknownAlert for a name that no app has given."""
    try:
        return _kinds[name]
    except KeyError:
        raise UnknownAlert(name) from None


def all_kinds() -> dict[str, AlertKind]:
    """Give every kind by its name."""
    return dict(_kinds)


def raise_alert(kind: str, *, facts: Mapping[str, Detail] | None = None) -> uuid.UUID:
    """Open an alert and mail it, or count one more on the alert of this kind that is open; gives its id.

    Part of the caller's transaction, in a scope of any kind. `facts` are those of the latest time: ids, counts and
    names of our own, never a person's data. The list `accounts` among them says whom it is about, and grows while the
    alert is open. Raises UnknownAlert.
    """
    kind_of(kind)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(RAISE, [uuid.uuid4(), kind, json.dumps(dict(facts or {}))])
            pk, mail_due = cursor.fetchone()
        if mail_due:
            _mail(pk, kind_of(kind))
    assert isinstance(pk, uuid.UUID)
    return pk


def mail_what_is_due() -> None:
    """Mail the open alerts that were not mailed yet because one of their kind had been, within the hour."""
    for pk, kind in Alert.objects.filter(resolved_at__isnull=True, mail_due=True).values_list("pk", "kind"):
        _mail(pk, kind_of(kind))


def _mail(pk: uuid.UUID, kind: AlertKind) -> None:
    """Mail an alert to those on watch, unless one of its kind was mailed within the hour."""
    lately = Alert.objects.filter(kind=kind.name, mailed_at__gt=Now() - MAIL_ONCE_IN)
    if not settings.ALERT_ADDRESSES or lately.exists():
        return
    Alert.objects.filter(pk=pk).update(mailed_at=Now(), mail_due=False)
    for address in settings.ALERT_ADDRESSES:
        queue_mail(
            purpose="alert",
            address=address,
            language=settings.LANGUAGE_CODE,
            subject=kind.label,
            template="audit/mail/alert",
            facts={"kind": kind, "office": settings.BACK_OFFICE_URL},
        )


def solve_alert(*, alert: Alert, acting_user: AbstractBaseUser) -> bool:
    """Say that an alert was seen and its cause is gone; False when somebody said so already.

    The next time opens a new one. Raises AboutOneself.
    """
    if str(acting_user.pk) in alert.facts.get("accounts", []):
        raise AboutOneself
    with transaction.atomic():
        open_one = Alert.objects.filter(pk=alert.pk, resolved_at__isnull=True)
        if not open_one.update(resolved_at=Now(), resolved_by=acting_user.pk):
            return False
        details: Mapping[str, Detail] = {"kind": alert.kind}
        trail.record(ALERT_SOLVED, school=None, acting_user=acting_user, target=alert, details=details)
    return True
