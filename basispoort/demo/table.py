"""The demo's addresses and sign-ins as a table for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

PUPILS_SHOWN = 6


def sign_ins(facts: dict[str, Any]) -> str:
    """Give the whole text that `make run` prints when the portal is ready."""
    addresses = [
        ("Portal", facts["base_url"]),
        ("Back office", facts["back_office_url"]),
        ("Demo publisher", facts["publisher_url"]),
        ("Mails", facts["mailbox_url"]),
        ("Authenticator codes", f"{facts['mailbox_url']}/codes"),
    ]
    staff = [
        (one["role"], one["name"], one["school"], one["email"], one["password"], one.get("totp_secret", ""))
        for one in facts["identities"]
    ]
    pupils = [
        (one["name"], one["group"], one.get("picture_code") or one.get("pincode", ""), one["sign_in_url"])
        for one in facts["pupils"][:PUPILS_SHOWN]
    ]
    parts = [
        "The portal is ready. Everyone in it is invented.",
        rows(addresses),
        rows([("ROLE", "NAME", "SCHOOL", "E-MAIL", "PASSWORD", "TOTP SECRET"), *staff]),
        rows([("PUPIL", "GROUP", "CODE", "SIGN-IN ADDRESS"), *pupils]),
        "All of it stands in var/demo.json too. Ctrl-C stops everything.",
    ]
    return "\n\n".join(["", *parts, ""])


def rows(cells: Sequence[tuple[object, ...]]) -> str:
    """Give the rows with aligned columns; a column that is empty below its head is left out."""
    texts = [[_text(cell) for cell in row] for row in cells]
    columns = [column for column in zip(*texts, strict=True) if any(column[1:])]
    widths = [max(map(len, column)) for column in columns]
    lines = zip(*columns, strict=True)
    return "\n".join(
        "  ".join(f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def _text(cell: object) -> str:
    if isinstance(cell, list | tuple):
        return " ".join(map(str, cell))
    return "" if cell is None else str(cell)
