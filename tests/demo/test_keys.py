"""The demo's secrets: made once, kept private, good enough for the portal's own settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from basispoort import environment
from basispoort.demo import keys
from basispoort.demo.trouble import Trouble
from basispoort.deploy import secrets

if TYPE_CHECKING:
    from pathlib import Path

RINGS = ("FIELD_KEYS", "INDEX_KEYS", "CODE_KEYS", "AUDIT_SIGNING_KEYS")


def test_second_run_keeps_every_secret(tmp_path: Path) -> None:
    first = keys.load(tmp_path / "secrets.json")

    assert keys.load(tmp_path / "secrets.json") == first


def test_secret_that_is_new_to_the_file_is_added_to_the_old_ones(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").write_text('{"SECRET_KEY": "kept"}', encoding="utf-8")

    known = keys.load(tmp_path / "secrets.json")

    assert known["SECRET_KEY"] == "kept"
    assert known.keys() == keys.ALL.keys()


@pytest.mark.requirement("SR-H01")
def test_only_the_owner_can_read_the_secrets(tmp_path: Path) -> None:
    keys.load(tmp_path / "secrets.json")

    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", ["no json", "[]"])
def test_file_that_is_no_list_of_secrets_is_refused_in_a_sentence(tmp_path: Path, content: str) -> None:
    (tmp_path / "secrets.json").write_text(content, encoding="utf-8")

    with pytest.raises(Trouble, match="start over with `make reset`"):
        keys.load(tmp_path / "secrets.json")


@pytest.mark.requirement("SR-H02")
def test_every_use_has_a_key_of_its_own_that_the_settings_accept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in keys.portal_environment(keys.load(tmp_path / "secrets.json")).items():
        monkeypatch.setenv(name, value)

    rings = [environment.keys(name) for name in RINGS]

    assert len({key for ring in rings for key in ring.values()}) == len(RINGS)
    assert environment.secret("SECRET_KEY")


@pytest.mark.requirement("SR-H01")
def test_secrets_for_a_real_portal_are_files_written_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    secrets.main([str(tmp_path)])
    first = {path.name: path.read_text(encoding="ascii") for path in tmp_path.iterdir()}

    secrets.main([str(tmp_path)])

    assert {path.name: path.read_text(encoding="ascii") for path in tmp_path.iterdir()} == first
    assert first["app_password"].strip() in first["database_url"]
    assert tmp_path.stat().st_mode & 0o777 == 0o700
    shown = capsys.readouterr().out
    assert not [value for value in first.values() if value.strip() and value.strip() in shown]
