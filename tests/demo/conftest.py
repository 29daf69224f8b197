"""Servers of their own for these tests, beside the ones the whole suite runs on."""

from __future__ import annotations

import contextlib
import shutil
import uuid
from typing import TYPE_CHECKING

import pytest

from basispoort.demo.postgres import remove_data
from basispoort.demo.servers import ROOT, embedded_servers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from basispoort.demo.servers import Servers


@contextlib.contextmanager
def folder_of_its_own() -> Iterator[Path]:
    """Give a folder under var, where the account that PostgreSQL runs as can come, and remove it afterwards."""
    folder = ROOT / "var" / f"test-demo-{uuid.uuid4().hex[:8]}"
    folder.mkdir(parents=True)
    yield folder
    remove_data(folder / "postgres")
    shutil.rmtree(folder)


@pytest.fixture
def var(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for servers, in an environment that names none."""
    forget_servers(monkeypatch)
    with folder_of_its_own() as folder:
        yield folder


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    """Embedded servers as the demo has them, shared by the tests of a module."""
    with pytest.MonkeyPatch.context() as monkeypatch, folder_of_its_own() as folder:
        forget_servers(monkeypatch)
        with embedded_servers(folder) as running:
            yield running


def forget_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the suite's own servers out of the environment."""
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
