"""`make bench`: prints each figure beside its floor, measured in the same run.

Nothing here passes or fails: a figure is read by a person. It works in a database of its own, which it migrates first.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import sys
from typing import TYPE_CHECKING

import django
from django.core.management import call_command

if TYPE_CHECKING:
    from basispoort.bench.figures import Figure

BENCHMARKS = ("sign_in", "roster", "overview", "launch")


def line(figure: Figure) -> str:
    """Give one figure as a line: what, ours, the floor, their ratio and what we aim at."""
    return (
        f"  {figure.name:<52} {figure.ours:>10.2f} {figure.unit:<6} floor {figure.floor:>10.2f}  "
        f"{figure.ratio:>6.2f}  aim {figure.aim}" + (f"  ({figure.note})" if figure.note else "")
    )


def main(arguments: list[str]) -> int:
    """Run the chosen benchmarks, or all."""
    parser = argparse.ArgumentParser(prog="python -m basispoort.bench")
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []], help="which ones; all without")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args(arguments)
    # Not as a default: the portal's own settings are named as soon as anything of it is imported.
    os.environ["DJANGO_SETTINGS_MODULE"] = "basispoort.bench.settings"
    django.setup()
    call_command("migrate", "--database=owner", "--no-input", "--verbosity=0")
    figures: list[Figure] = []
    sys.stdout.write(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    for name in chosen.names or BENCHMARKS:
        module = importlib.import_module(f"basispoort.bench.{name}")
        sys.stdout.write(f"{(module.__doc__ or name).splitlines()[0]}\n")
        for figure in module.measure():
            figures.append(figure)
            sys.stdout.write(line(figure) + "\n")
            sys.stdout.flush()
    if chosen.json:
        sys.stdout.write(json.dumps([figure.as_dict() for figure in figures], indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
