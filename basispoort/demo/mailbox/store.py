"""Mails as files in a folder: one .eml each, newest first, the oldest thrown away."""

from __future__ import annotations

import email.policy
import re
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

KEPT = 500
IDENTIFIER = re.compile(r"\d{20}-[0-9a-f]{8}")


@dataclass(frozen=True)
class Mail:
    """A mail as its reader sees it; `html` is what the sender wrote and must not be trusted."""

    identifier: str
    received_at: datetime
    sender: str
    recipients: str
    subject: str
    text: str
    html: str


class MailFolder:
    """The mails in one folder; safe to read while another thread adds."""

    def __init__(self, path: Path) -> None:
        """Make the folder if it is not there; only its owner can look inside."""
        self._path = path
        path.mkdir(mode=0o700, parents=True, exist_ok=True)

    def add(self, content: bytes) -> str:
        """Keep a mail as it came and give its identifier."""
        identifier = f"{time.time_ns():020d}-{secrets.token_hex(4)}"
        fresh = self._path / f"{identifier}.new"
        fresh.write_bytes(content)
        fresh.rename(self._path / f"{identifier}.eml")
        for old in self._identifiers()[KEPT:]:
            (self._path / f"{old}.eml").unlink(missing_ok=True)
        return identifier

    def all(self) -> list[Mail]:
        """Give every mail, newest first."""
        return [mail for identifier in self._identifiers() if (mail := self.get(identifier))]

    def get(self, identifier: str) -> Mail | None:
        """Give one mail; None when there is none by that identifier, whatever it may be."""
        if not IDENTIFIER.fullmatch(identifier):
            return None
        try:
            content = (self._path / f"{identifier}.eml").read_bytes()
        except FileNotFoundError:
            return None
        message = message_from_bytes(content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        return Mail(
            identifier=identifier,
            received_at=datetime.fromtimestamp(int(identifier[:20]) / 1_000_000_000, tz=UTC),
            sender=str(message["From"] or ""),
            recipients=str(message["To"] or ""),
            subject=str(message["Subject"] or ""),
            text=_part(message, "plain"),
            html=_part(message, "html"),
        )

    def _identifiers(self) -> list[str]:
        return sorted((path.stem for path in self._path.glob("*.eml")), reverse=True)


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    if part is None:
        return ""
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    try:
        return payload.decode(part.get_content_charset("utf-8"), errors="replace")
    except LookupError:  # a character set that nobody knows
        return payload.decode(errors="replace")
