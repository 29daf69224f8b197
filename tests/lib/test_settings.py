"""Settings come from the environment, are refused when they do not fit, and are written down."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from basispoort import environment as env

ROOT = Path(__file__).resolve().parent.parent.parent
READ = re.compile(r'env\.(?:text|secret|keys|flag|number|words|database)\(\s*"([A-Z_]+)"')
PRODUCTION = {"BASE_URL": "https://portaal.example"}


def names_read() -> set[str]:
    text = (ROOT / "basispoort/settings.py").read_text(encoding="utf-8")
    return set(READ.findall(text)) | {"DATABASE_CONNECTION_SECONDS", "DATABASE_PREPARED"}


def ask_settings(expression: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Load the settings in a process of their own and print an expression."""
    code = f"from basispoort import settings; print({expression})"
    return subprocess.run(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-c", code],
        env=dict(os.environ) | environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_variable_stands_in_the_example_and_in_the_documentation() -> None:
    example = set(re.findall(r"^#? ?([A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE))
    documented = set(re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs/settings.md").read_text(), re.MULTILINE))

    assert documented == names_read()
    assert example == names_read()


@pytest.mark.requirement("SR-H01")
@pytest.mark.parametrize("value", ["", "short", "change-me-change-me-change-me-change-me"])
def test_weak_secret_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("SECRET_KEY", value)

    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY"):
        env.secret("SECRET_KEY")


@pytest.mark.requirement("SR-H01")
def test_missing_secret_stops_the_start() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "SECRET_KEY"}
    result = subprocess.run(
        [sys.executable, "-c", "from basispoort import settings"],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode != 0
    assert "SECRET_KEY is not set" in result.stderr


@pytest.mark.requirement("SR-H01")
def test_secret_is_read_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secret = "0123456789" * 4
    (tmp_path / "secret").write_text(f"{secret}\n", encoding="utf-8")
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "secret"))

    assert env.secret("SECRET_KEY") == secret


@pytest.mark.requirement("SR-H02")
@pytest.mark.parametrize("ring", ["", "a", "a:AAAA", "a:not base64", f"a:{'A' * 43}=,a:{'A' * 43}="])
def test_key_ring_that_is_not_one_is_refused(monkeypatch: pytest.MonkeyPatch, ring: str) -> None:
    monkeypatch.setenv("FIELD_KEYS", ring)

    with pytest.raises(ImproperlyConfigured, match="FIELD_KEYS"):
        env.keys("FIELD_KEYS")


def test_public_address_without_tls_is_refused() -> None:
    result = ask_settings("1", BASE_URL="http://portaal.example")

    assert "BASE_URL must start with https://" in result.stderr


@pytest.mark.requirement("SR-G03")
def test_public_portal_has_secure_prefixed_cookies() -> None:
    names = "settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.SESSION_COOKIE_SECURE"

    assert ask_settings(names, **PRODUCTION).stdout.strip() == "__Host-session __Host-csrf True"


@pytest.mark.requirement("SR-G01")
def test_public_portal_asks_for_tls_for_two_years() -> None:
    names = "settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_PRELOAD, settings.SECURE_SSL_REDIRECT"

    assert ask_settings(names, **PRODUCTION).stdout.strip() == "63072000 True True"


@pytest.mark.requirement("SR-P02")
def test_debug_is_off_unless_asked_for() -> None:
    assert ask_settings("settings.DEBUG, settings.DEVELOPMENT_PAGES", DEVELOPMENT_PAGES="no").stdout.strip() == (
        "False False"
    )
