"""Sealing and checking the trail: one chain of hashes a school, and one for acts that belong to none (SR-J03)."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Subquery

from basispoort.audit.models import AuditEntry, AuditHead, AuditSeal
from basispoort.lib.tenancy import unscoped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

NO_SCHOOL = 0
START = bytes(32)
BATCH = 5000
LOCK = 70_411_200


@dataclass(frozen=True, slots=True)
class Break:
    """The first row of a chain at which it no longer holds."""

    chain: int
    number: int
    entry: str
    reason: str


def entry_hash(previous: bytes, number: int, entry: AuditEntry) -> bytes:
    """Give the hash of an entry in its chain: SHA-256 over the previous hash, the number and all that it says.

    The account looked along with stands at the end, and only where there is one: the others keep the hash they had
    before that was noted.
    """
    content = json.dumps(
        [
            number,
            str(entry.id),
            entry.at.isoformat(),
            entry.event,
            entry.school_id,
            str(entry.actor_id),
            entry.actor_role,
            entry.target_type,
            entry.target_id,
            entry.outcome,
            entry.request_id,
            entry.details,
            *([str(entry.shown_id)] if entry.shown_id else []),
        ],
        sort_keys=True,
        ensure_ascii=True,
        separators=(",", ":"),
    )
    return hashlib.sha256(previous + content.encode()).digest()


def seal() -> int:
    """Number and chain the entries that have no seal yet; give how many. Safe to run twice or at once."""
    with unscoped("seal the audit trail"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
            if not cursor.fetchone()[0]:
                return 0
        sealed = Exists(AuditSeal.objects.get_queryset().filter(entry_id=OuterRef("pk")))
        entries = list(AuditEntry.objects.get_queryset().filter(~sealed).order_by("at", "id")[:BATCH])
        tips = _tips({entry.school_id or NO_SCHOOL for entry in entries})
        seals = []
        for entry in entries:
            chain = entry.school_id or NO_SCHOOL
            number, previous = tips.get(chain, (0, START))
            digest = entry_hash(previous, number + 1, entry)
            tips[chain] = (number + 1, digest)
            seals.append(
                AuditSeal(
                    entry_id=entry.id,
                    school_id=entry.school_id,
                    chain=chain,
                    number=number + 1,
                    previous=previous,
                    hash=digest,
                )
            )
        AuditSeal.objects.bulk_create(seals)
        return len(seals)


def _tips(chains: set[int] | None) -> dict[int, tuple[int, bytes]]:
    seals = AuditSeal.objects.get_queryset()
    if chains is not None:
        seals = seals.filter(chain__in=chains)
    last = seals.order_by("chain", "-number").distinct("chain")
    return {seal.chain: (seal.number, bytes(seal.hash)) for seal in last}


def _message(day: str, chains: object) -> bytes:
    return json.dumps([day, chains], sort_keys=True, separators=(",", ":")).encode()


def sign_head(day: date) -> AuditHead | None:
    """Sign the last hash of every chain for this day, once; put a copy outside the database. None when done before."""
    if AuditHead.objects.filter(day=day).exists():
        return None
    with unscoped("sign the head of the audit trail"):
        chains = {str(chain): [number, tip.hex()] for chain, (number, tip) in _tips(None).items()}
    key_id, seed = next(iter(settings.AUDIT_SIGNING_KEYS.items()))
    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(_message(day.isoformat(), chains))
    with transaction.atomic():
        head, created = AuditHead.objects.get_or_create(
            day=day, defaults={"chains": chains, "key_id": key_id, "signature": signature}
        )
        if not created:
            return None
        settings.AUDIT_HEADS_DIRECTORY.mkdir(parents=True, exist_ok=True)
        copy = {"day": day.isoformat(), "chains": chains, "key": key_id}
        text = json.dumps(copy | {"signature": base64.b64encode(signature).decode()}, indent=1)
        (settings.AUDIT_HEADS_DIRECTORY / f"{day.isoformat()}.json").write_text(text, encoding="utf-8")
    return head


def verify(school_id: int | None = None) -> Iterator[Break]:
    """Give the first broken row of each chain, of one school or of all; nothing when the trail holds.

    Finds a row that was changed, removed, inserted or moved after it was sealed, and a tail that was cut off after a
    head was signed, by the heads in the database and by their copies in the second place.
    """
    # The heads first: what they speak of was sealed before.
    heads = [*_heads(), *_copies()]
    signed = {(int(c), n): tip for head in heads for c, (n, tip) in head.chains.items()}
    with unscoped("verify the audit trail"):
        seals = AuditSeal.objects.get_queryset().order_by("chain", "number")
        if school_id is not None:
            seals = seals.filter(chain=school_id)
        tips: dict[int, tuple[int, bytes]] = {}
        hashes: dict[tuple[int, int], str] = {}
        broken: set[int] = set()
        for item, entry in _with_entries(seals.iterator(BATCH)):
            if item.chain in broken:
                continue
            number, previous = tips.get(item.chain, (0, START))
            reason = _reason(item, number, previous, entry)
            if reason:
                broken.add(item.chain)
                yield Break(item.chain, item.number, str(item.entry_id), reason)
                continue
            tips[item.chain] = (item.number, bytes(item.hash))
            if (item.chain, item.number) in signed:
                hashes[item.chain, item.number] = bytes(item.hash).hex()
    for (chain, number), tip in sorted(signed.items()):
        if chain in broken or (school_id is not None and chain != school_id):
            continue
        if hashes.get((chain, number)) != tip:
            broken.add(chain)
            yield Break(chain, number, "", "differs from the signed head")
    yield from _bad_heads(heads)


def _with_entries(seals: Iterator[AuditSeal]) -> Iterator[tuple[AuditSeal, AuditEntry | None]]:
    """Give each seal with its entry, a batch at a time; entries are read after their seals, so that none is missed."""
    while batch := list(islice(seals, BATCH)):
        entries = AuditEntry.objects.get_queryset().in_bulk([item.entry_id for item in batch])
        yield from ((item, entries.get(item.entry_id)) for item in batch)


def verify_newest(number: int) -> list[Break]:
    """Give the first broken row of each chain among this many of the newest seals: cheap enough for every minute.

    Finds a row that was changed or removed after it was sealed, as long as it is among these; `verify` finds all.
    """
    with unscoped("verify the newest part of the audit trail"):
        seals = AuditSeal.objects.get_queryset()
        before = seals.filter(chain=OuterRef("chain"), number=OuterRef("number") - 1)
        rows = seals.annotate(hash_before=Subquery(before.values("hash"))).order_by(F("sealed_at").desc())
        newest = sorted(rows[:number], key=lambda item: (item.chain, item.number))
        entries = AuditEntry.objects.get_queryset().in_bulk([item.entry_id for item in newest])
    broken: dict[int, Break] = {}
    for item in newest:
        first = item.number == 1
        known = first or item.hash_before is not None
        previous = START if first else bytes(item.hash_before or b"")
        # Where the row before it is gone no number fits.
        reason = _reason(item, item.number - 1 if known else item.number, previous, entries.get(item.entry_id))
        if reason:
            broken.setdefault(item.chain, Break(item.chain, item.number, str(item.entry_id), reason))
    return list(broken.values())


def _reason(item: AuditSeal, number: int, previous: bytes, entry: AuditEntry | None) -> str:
    if item.number != number + 1:
        return "a row is missing before it"
    if bytes(item.previous) != previous:
        return "does not follow the row before it"
    if entry is None or (entry.school_id or NO_SCHOOL) != item.chain:
        return "the entry is gone"
    if entry_hash(previous, item.number, entry) != bytes(item.hash):
        return "the entry was changed"
    return ""


@dataclass(frozen=True, slots=True)
class _Head:
    """A signed head, as it stands in the database or in the second place."""

    day: str
    chains: dict[str, list[Any]]
    key_id: str
    signature: bytes
    is_copy: bool = False


def _heads() -> Iterator[_Head]:
    for head in AuditHead.objects.order_by("day"):
        yield _Head(head.day.isoformat(), head.chains, head.key_id, bytes(head.signature))


def _copies() -> Iterator[_Head]:
    """Give the copies in the second place; one that cannot be read has no signature that holds."""
    for path in sorted(settings.AUDIT_HEADS_DIRECTORY.glob("*.json")):
        try:
            copy = json.loads(path.read_text(encoding="utf-8"))
            signature = base64.b64decode(copy["signature"], validate=True)
            yield _Head(str(copy["day"]), dict(copy["chains"]), str(copy["key"]), signature, is_copy=True)
        except (ValueError, KeyError, TypeError):
            yield _Head(path.stem, {}, "", b"", is_copy=True)


def _bad_heads(heads: list[_Head]) -> Iterator[Break]:
    """Give the heads whose signature does not hold, and copies whose head is gone from the database."""
    days = {head.day for head in heads if not head.is_copy}
    for head in heads:
        seed = settings.AUDIT_SIGNING_KEYS.get(head.key_id)
        if seed is None:
            yield Break(NO_SCHOOL, 0, head.day, "the key of the signed head is unknown")
            continue
        public_key = Ed25519PrivateKey.from_private_bytes(seed).public_key()
        try:
            public_key.verify(head.signature, _message(head.day, head.chains))
        except InvalidSignature:
            yield Break(NO_SCHOOL, 0, head.day, "the signed head was changed")
            continue
        if head.is_copy and head.day not in days:
            yield Break(NO_SCHOOL, 0, head.day, "the signed head is gone, its copy is there")
