"""Bringing documents in from the files that travel with the portal."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from dpa.models import Document, DocumentKind, DocumentVersion, digest_of
from dpa.release import field_of

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).resolve().parent.parent / "documents"
# A change is published this long before it takes effect (OV 10).
NOTICE_DAYS = 45


class DocumentRefused(Exception):
    """A document's files cannot be taken in; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A version as its files hold it."""

    kind: DocumentKind
    version: str
    published_on: date
    effective_on: date
    texts: dict[str, str]
    fields: list[str]


def read_drafts(folder: Path = FOLDER) -> Iterator[Draft]:
    """Give the versions in `<kind>/<version>/{about.json,nl.txt,en.txt}`, the oldest of each document first.

    Raises DocumentRefused for a version that lacks a language or names a field that does not exist.
    """
    for kind in DocumentKind:
        found = [_draft(kind, path) for path in (folder / kind.value).glob("*/about.json")]
        yield from sorted(found, key=lambda draft: (draft.effective_on, draft.version))


def _draft(kind: DocumentKind, about: Path) -> Draft:
    facts = json.loads(about.read_text(encoding="utf-8"))
    texts = {code: (about.parent / f"{code}.txt").read_text(encoding="utf-8") for code, _ in settings.LANGUAGES}
    fields = [field_of(key).key for key in facts.get("fields", [])]
    published_on = date.fromisoformat(facts["published_on"])
    effective_on = date.fromisoformat(facts["effective_on"])
    return Draft(kind, about.parent.name, published_on, effective_on, texts, fields)


def load_documents(folder: Path = FOLDER) -> int:
    """Add the versions that are not there yet and give their number; a second time adds nothing.

    Raises DocumentRefused when a version that stands already has other words now, or when a change would take effect
    within 45 days of its publication (OV 10). Nothing is added then.
    """
    with transaction.atomic():
        return sum(_load(draft) for draft in read_drafts(folder))


def _load(draft: Draft) -> bool:
    document, _ = Document.objects.get_or_create(kind=draft.kind)
    digest = digest_of(draft.texts, draft.fields)
    name = f"{draft.kind} {draft.version}"
    standing = document.versions.filter(version=draft.version).first()
    if standing is not None:
        if standing.sha256 != digest:
            message = f"{name} was published with other words: give the new text a version of its own."
            raise DocumentRefused(message)
        return False
    if document.versions.exists() and draft.effective_on - draft.published_on < timedelta(days=NOTICE_DAYS):
        message = f"{name} would take effect within {NOTICE_DAYS} days of its publication."
        raise DocumentRefused(message)
    DocumentVersion.objects.create(
        document=document,
        version=draft.version,
        published_on=draft.published_on,
        effective_on=draft.effective_on,
        texts=draft.texts,
        fields=draft.fields,
        sha256=digest,
    )
    return True
