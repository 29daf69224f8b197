"""Browser tests: the whole demo as `make run` starts it, walked in a real browser, with an axe check on every page."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import sync_playwright

from basispoort.demo.mailbox.codes import STEP_SECONDS, digits_at
from basispoort.demo.postgres import remove_data
from basispoort.demo.servers import embedded_servers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from playwright.sync_api import Browser, Page

    from basispoort.demo.servers import Servers

ROOT = Path(__file__).resolve().parent.parent.parent
VAR = ROOT / "var" / "e2e"
AXE = Path(__file__).parent / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE_BEGINS, AXE_ENDS = "axe begins", "axe ends"
READY_SECONDS = 150
SIZES = {"desktop": (1280, 900), "phone": (390, 844)}


@dataclass
class Portal:
    """The running demo: its addresses, and who can sign in with what."""

    facts: dict[str, Any]

    @property
    def url(self) -> str:
        """The portal's address."""
        return str(self.facts["base_url"])

    @property
    def office_url(self) -> str:
        """The address of the back office."""
        return str(self.facts["back_office_url"])

    @property
    def publisher_url(self) -> str:
        """The demo publisher's address."""
        return str(self.facts["publisher_url"])

    def person(self, role: str, school: str) -> dict[str, str]:
        """Give somebody with a role at a school."""
        people: list[dict[str, str]] = self.facts["identities"]
        return next(one for one in people if one["role"] == role and school in one["school"])

    def pupil(self, kind: str, school: str) -> dict[str, str]:
        """Give a pupil of a school with this kind of code."""
        pupils: list[dict[str, str]] = self.facts["pupils"]
        return next(one for one in pupils if kind in one and one["school"] == school)


def free_port() -> int:
    """Give the first of four ports in a row that nobody uses."""
    for port in range(18000, 19000, 4):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port
    message = "no free port"
    raise RuntimeError(message)


@contextlib.contextmanager
def demo(var: Path, servers: Mapping[str, str]) -> Iterator[Portal]:
    """Start the demo with data of its own, on servers of its own or on these, and stop it at the end."""
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV")
    environment = {name: os.environ[name] for name in kept if name in os.environ} | dict(servers)
    log = (var / "run.log").open("w", encoding="utf-8")
    command = [sys.executable, "-m", "basispoort.demo.run", "--port", str(free_port()), "--var", str(var)]
    process = subprocess.Popen(  # noqa: S603 - our own program
        [*command, "--end-with-parent"], cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
    )
    try:
        deadline = time.monotonic() + READY_SECONDS
        while not (var / "demo.json").exists():
            assert process.poll() is None, (var / "run.log").read_text(encoding="utf-8")[-3000:]
            assert time.monotonic() < deadline, (var / "run.log").read_text(encoding="utf-8")[-3000:]
            time.sleep(0.2)
        facts = json.loads((var / "demo.json").read_text(encoding="utf-8"))
        yield Portal(facts)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        log.close()


def empty(var: Path) -> Path:
    """Make a folder for a demo, without what an earlier run left in it."""
    if var.exists():
        for folder in (var, var / "servers"):
            remove_data(folder / "postgres")
        shutil.rmtree(var)
    var.mkdir(parents=True)
    return var


@pytest.fixture(scope="session")
def portal() -> Iterator[Portal]:
    """The demo as `make run` starts it."""
    with demo(empty(VAR), {}) as running:
        yield running


@dataclass
class Apart:
    """A demo on servers that it was given, so that it does not watch over them: they may be hurt, and come back."""

    portal: Portal
    servers: Servers
    var: Path


@pytest.fixture(scope="session")
def apart() -> Iterator[Apart]:
    """Another demo, beside the first one, on a PostgreSQL and a Valkey that the test can reach."""
    var = empty(VAR.with_name("e2e-apart"))
    with pytest.MonkeyPatch.context() as patch:
        for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"):
            patch.delenv(name, raising=False)
        with embedded_servers(var / "servers") as servers, demo(var, servers.environment) as running:
            yield Apart(running, servers, var)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The browser of the operating system, headless."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    assert program is not None
    arguments = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=arguments)
        yield started
        started.close()


class Visit:
    """Somebody at a browser: walks, and looks at each page as an assistive technology would."""

    def __init__(self, page: Page, portal: Portal) -> None:
        self.page = page
        self.portal = portal
        self.foreign: list[str] = []
        self.console: list[str] = []
        # axe puts styles of its own into the page, which the policy refuses: those are not the page's.
        self.measuring = False
        page.on("request", lambda request: self._note(request.url))
        page.on("console", lambda message: self._listen(message.type, message.text + str(message.location)))

    def _listen(self, kind: str, text: str) -> None:
        # Messages come in order, but later than what caused them: axe's begin and end travel the same road.
        if text.startswith((AXE_BEGINS, AXE_ENDS)):
            self.measuring = text.startswith(AXE_BEGINS)
        elif kind == "error" and not self.measuring:
            self.console.append(text)

    def _note(self, url: str) -> None:
        known = (self.portal.url, self.portal.office_url, self.portal.publisher_url)
        if not url.startswith((*known, "data:", "about:")):
            self.foreign.append(url)

    def go(self, path: str) -> None:
        """Open a page of the portal."""
        self.page.goto(path if path.startswith("http") else self.portal.url + path)
        self.look()

    def click(self, name: str, role: Any = "button") -> None:
        """Press what is called this, and look at the page that follows."""
        self.page.get_by_role(role, name=name).first.click()
        self.page.wait_for_load_state()
        self.look()

    def look(self) -> None:
        """Fail when axe finds anything on the page."""
        if not self.page.url.startswith((self.portal.url, self.portal.office_url)):
            return
        self.page.evaluate(f"console.info('{AXE_BEGINS}')")
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate(
            "rules => axe.run(document, {runOnly: rules}).then(r => r.violations.map("
            "v => v.id + ': ' + v.nodes.map(n => n.html.slice(0, 150)).join(' | ')))",
            RULES,
        )
        self.page.evaluate(f"console.info('{AXE_ENDS}')")
        assert found == [], f"{self.page.url}: {found}"

    def text(self) -> str:
        """Give the words of the page's content."""
        return self.page.locator("main").inner_text()

    def sign_in(self, person: dict[str, str], *, at: str = "") -> None:
        """Sign in as a member of staff, at the portal or elsewhere, with the second step where there is one."""
        self.go(f"{at}/inloggen/")
        self.page.get_by_label("E-mailadres").fill(person["email"])
        self.page.get_by_label("Wachtwoord").fill(person["password"])
        self.page.get_by_role("button", name="Inloggen").click()
        # The extra check, where there is one, is done by a script before the form goes.
        self.page.wait_for_url(lambda url: not url.endswith("/inloggen/"))
        self.page.wait_for_load_state()
        self.look()
        if "totp_secret" in person:
            self.take_step(person["totp_secret"])

    def take_step(self, secret: str) -> None:
        """Type what the app shows; a code works once, so a second sign-in waits for the next one."""
        for _ in range(3):
            self.page.get_by_label("Code").fill(digits_at(secret, time.time()))
            self.click("Verder")
            if "/tweede-stap/" not in self.page.url:
                return
            self.wait_for_next_code()

    def wait_for_next_code(self) -> None:
        """Wait until the app shows another code."""
        self.page.wait_for_timeout(1000 * (STEP_SECONDS - time.time() % STEP_SECONDS) + 300)

    def sign_in_pupil(self, pupil: dict[str, str]) -> None:
        """Sign in as a pupil: group, name, code."""
        self.go(pupil["sign_in_url"])
        self.click(pupil["group"], "link")
        self.page.get_by_role("link", name=pupil["name"].split()[0]).first.click()
        self.look()
        is_digits = "pincode" in pupil
        name, parts = ("digit", list(pupil["pincode"])) if is_digits else ("picture", pupil["picture_code"].split())
        *first, last = [f'button[name="{name}"][value="{part}"]' for part in parts]
        for key in first:
            self.page.locator(key).click()
            self.page.wait_for_load_state()
        self.look()
        with self.page.expect_navigation():
            self.page.locator(last).click()


@pytest.fixture(params=SIZES)
def size(request: pytest.FixtureRequest) -> str:
    """Each journey at the size of a desktop and of a phone."""
    return str(request.param)


@pytest.fixture
def visit(portal: Portal, browser: Browser) -> Iterator[Visit]:
    """One person at a desktop; nothing of a third party is asked for and no policy is broken on the way."""
    yield from _visit(portal, browser, "desktop")


@pytest.fixture
def visit_at(portal: Portal, browser: Browser, size: str) -> Iterator[Visit]:
    """One person at a desktop or a phone."""
    yield from _visit(portal, browser, size)


def _visit(portal: Portal, browser: Browser, size: str) -> Iterator[Visit]:
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, locale="en-US", bypass_csp=False)
    context.set_default_timeout(15_000)
    one = Visit(context.new_page(), portal)
    yield one
    policies = [text for text in one.console if "Content Security Policy" in text]
    context.close()
    assert one.foreign == []
    assert policies == [], one.console
