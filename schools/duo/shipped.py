"""The file of the register that travels with the portal (attribution: `schools/data/README.md`)."""

from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "data"


def shipped_location_file() -> Path:
    """Give the newest location file; the month stands in its name."""
    return max(FOLDER.glob("02.-alle-schoolvestigingen-basisonderwijs.*.csv.gz"))
