"""What a benchmark gives: our figure, the floor beside it, and what we aim at."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement. `higher_is_better` tells how the ratio is to be read; `note` says what a ratio cannot."""

    name: str
    ours: float
    floor: float
    unit: str
    aim: str
    higher_is_better: bool = False
    note: str = ""

    @property
    def ratio(self) -> float:
        """Ours as a share of the floor."""
        return self.ours / self.floor if self.floor else 0.0

    def as_dict(self) -> dict[str, object]:
        """Give all of it for a machine."""
        return asdict(self) | {"ratio": self.ratio}
