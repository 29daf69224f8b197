"""Recording what left the house, in the same transaction in which it leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from licences.models import Disclosure

if TYPE_CHECKING:
    from licences.models import Launch
    from licences.people import Visitor


def disclose(visitor: Visitor, launch: Launch, *, fields: tuple[str, ...], why: str) -> None:
    """Record that these fields of a person went to the participant of a launch (product L5)."""
    Disclosure.objects.bulk_create(
        [
            Disclosure(
                school=visitor.school,
                participant_id=launch.material.participant_id,
                material_id=launch.material_id,
                fields=list(fields),
                why=why,
                trace=launch.trace,
                **visitor.numbers,
            )
        ]
    )
