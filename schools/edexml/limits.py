"""How much one roster may be, before it is no roster but an attack (SR-D01)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds for one file; over any of them it is refused. The defaults are those of SR-D01."""

    total_bytes: int = 20 * 1024 * 1024
    elements: int = 1_000_000
    depth: int = 12
    attributes: int = 40
    value_characters: int = 1_000
    seconds: float = 120
    # Elements that belong to one person or to the header; keeps memory flat whatever the file's shape.
    row_elements: int = 10_000
    # Comments and instructions before the root element.
    prolog_bytes: int = 65_536
    # Lines told for one kind of problem; the others are counted.
    told: int = 25
