"""`make reset`: throws the demo's data away, after asking."""

from __future__ import annotations

import argparse
import shutil
import sys
from typing import TYPE_CHECKING

from basispoort.demo.postgres import remove_data
from basispoort.demo.servers import ROOT, lock
from basispoort.demo.trouble import Trouble

if TYPE_CHECKING:
    from pathlib import Path


def reset(var: Path) -> None:
    """Remove the folder and every database in it.

    Stops nothing: raises InUse, and removes nothing, when a demo or a test run still works in it.
    """
    if not var.exists():
        return
    inner = sorted({marker.parent for marker in var.glob("*/lock")})
    for folder in [var, *inner]:
        with lock(folder):
            pass
    for folder in [*inner, var]:
        remove_data(folder / "postgres")
    shutil.rmtree(var)


def main(arguments: list[str]) -> int:
    """Ask and remove; answer 1 when told not to, or when something still runs."""
    parser = argparse.ArgumentParser(prog="python -m basispoort.demo.reset", description=__doc__)
    parser.add_argument("--yes", action="store_true", help="do not ask")
    chosen = parser.parse_args(arguments)
    var = ROOT / "var"
    if not var.exists():
        sys.stdout.write("There is nothing to remove.\n")
        return 0
    if not chosen.yes:
        sys.stdout.write(f"This removes {var}: the demo's database, mails and keys. Go on? [y/N] ")
        sys.stdout.flush()
        if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
            sys.stdout.write("Nothing was removed.\n")
            return 1
    try:
        reset(var)
    except Trouble as trouble:
        sys.stderr.write(f"{trouble}\n")
        return 1
    sys.stdout.write("Removed. `make run` starts anew.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
