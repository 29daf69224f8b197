"""Makes a database ready for the portal: translations, tables, static files, and demo data if there is none.

One process, because starting Django four times is most of the waiting on a second run. It works as the owner where
tables change and as the portal's own role where data goes in, like every release of a real portal.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command


def main() -> int:
    """Do all of it; what is in place already is left alone."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "basispoort.settings")
    django.setup()
    call_command("translations", "--compile")
    call_command("migrate", "--database=owner", "--no-input", "--verbosity=0")
    if _static_files_changed():
        call_command("collectstatic", "--no-input", "--clear", "--verbosity=0")
    call_command("seed_demo", "--if-empty")
    return 0


def _static_files_changed() -> bool:
    """Tell whether a static file, or a package that brings some, is newer than what was collected last."""
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if not manifest.exists():
        return True
    collected_at = manifest.stat().st_mtime
    sources = [settings.ROOT / "uv.lock"]
    for folder in map(Path, settings.STATICFILES_DIRS):
        sources += [folder, *folder.rglob("*")] if folder.exists() else []
    return any(path.stat().st_mtime > collected_at for path in sources)


if __name__ == "__main__":
    sys.exit(main())
