"""The mail sink and its pages, driven as the portal and a browser do: by SMTP and HTTP."""

from __future__ import annotations

import http.client
import json
import smtplib
import subprocess
import sys
import time
from email.message import EmailMessage
from typing import TYPE_CHECKING, NamedTuple

import pytest

from basispoort.demo.mailbox.codes import digits_at
from basispoort.demo.ports import LOCAL, free_port, is_free
from basispoort.demo.servers import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOSTILE = "<script>alert('Sam')</script>"


class Mailbox(NamedTuple):
    port: int
    smtp_port: int
    folder: Path

    def send(self, subject: str, *, text: str = "Hoi", html: str = "") -> None:
        message = EmailMessage()
        message["From"] = "Basispoort <noreply@portal.test>"
        message["To"] = "juf.voorbeeld@school.test"
        message["Subject"] = subject
        message.set_content(text)
        if html:
            message.add_alternative(html, subtype="html")
        with smtplib.SMTP(LOCAL, self.smtp_port) as server:
            server.send_message(message)

    def get(self, path: str, *, host: str = LOCAL) -> tuple[int, str, dict[str, str]]:
        connection = http.client.HTTPConnection(LOCAL, self.port, timeout=5)
        connection.request("GET", path, headers={"Host": host})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text, dict(answer.getheaders())

    def newest(self) -> dict[str, str]:
        mails = json.loads(self.get("/mails.json")[1])
        assert isinstance(mails[0], dict)
        return mails[0]


@pytest.fixture(scope="module")
def mailbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mailbox]:
    box = Mailbox(free_port(), free_port(), tmp_path_factory.mktemp("mail"))
    command = [sys.executable, "-m", "basispoort.demo.mailbox", "--folder", str(box.folder)]
    command += ["--port", str(box.port), "--smtp-port", str(box.smtp_port)]
    with subprocess.Popen(command, cwd=ROOT) as process:  # noqa: S603 - our own program
        deadline = time.monotonic() + 20
        while is_free(box.smtp_port) and time.monotonic() < deadline:
            time.sleep(0.05)
        yield box
        process.terminate()
        assert process.wait(5) == 0


def test_mail_that_was_sent_can_be_read(mailbox: Mailbox) -> None:
    mailbox.send("Je account", text="Klik op https://portal.test/activeren/abc?x=1&y=2.\n")

    mail = mailbox.newest()

    assert (mail["subject"], mail["recipients"]) == ("Je account", "juf.voorbeeld@school.test")
    page = mailbox.get(f"/mails/{mail['identifier']}")[1]
    link = "https://portal.test/activeren/abc?x=1&amp;y=2"
    assert f'<a href="{link}" rel="noreferrer">{link}</a>.' in page


def test_newest_mail_comes_first(mailbox: Mailbox) -> None:
    mailbox.send("Eerste")
    mailbox.send("Tweede")

    page = mailbox.get("/")[1]

    assert page.index("Tweede") < page.index("Eerste")


def test_mail_cannot_bring_markup_into_the_page(mailbox: Mailbox) -> None:
    mailbox.send(HOSTILE, text=HOSTILE + ' https://portal.test/"onmouseover=alert(1)')

    page = mailbox.get(f"/mails/{mailbox.newest()['identifier']}")[1]

    assert "<script" not in page
    assert "<script" not in mailbox.get("/")[1]
    assert 'href="https://portal.test/"' in page
    assert "&quot;onmouseover" in page


def test_html_of_a_mail_runs_no_script_and_loads_nothing(mailbox: Mailbox) -> None:
    mailbox.send("Opgemaakt", html=f"<h1>Hoi</h1>{HOSTILE}")
    mail = mailbox.newest()

    _, frame, headers = mailbox.get(f"/mails/{mail['identifier']}/html")

    assert "<h1>Hoi</h1>" in frame
    directives = headers["Content-Security-Policy"].split("; ")
    assert "default-src 'none'" in directives
    assert "sandbox allow-popups allow-popups-to-escape-sandbox" in directives
    page = mailbox.get(f"/mails/{mail['identifier']}")[1]
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page


@pytest.mark.parametrize("path", ["/mails/../demo-secrets.json", "/mails/%2e%2e", "/mails/1", "/elders"])
def test_anything_else_is_not_found(mailbox: Mailbox, path: str) -> None:
    assert mailbox.get(path)[0] == 404


def test_other_web_site_cannot_read_along_under_its_own_name(mailbox: Mailbox) -> None:
    assert mailbox.get("/mails.json", host="evil.test")[0] == 400


def test_page_of_codes_shows_what_the_app_of_an_invented_person_shows_now(mailbox: Mailbox) -> None:
    secret = "JBSWY3DPEHPK3PXP"
    person = {"name": HOSTILE, "role": "head", "school": "99XX00", "totp_secret": secret}
    (mailbox.folder.parent / "demo.json").write_text(json.dumps({"identities": [person]}), encoding="utf-8")

    before = digits_at(secret, time.time())
    page = mailbox.get("/codes")[1]
    after = digits_at(secret, time.time())

    assert any(f"{code[:3]} {code[3:]}" in page for code in (before, after))
    assert "<script" not in page


def test_digits_are_those_of_the_standard() -> None:
    assert digits_at("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 59) == "287082"


def test_mails_are_files_for_their_owner_only(mailbox: Mailbox) -> None:
    mailbox.send("Bewaard")

    assert mailbox.folder.stat().st_mode & 0o077 == 0
    assert (mailbox.folder / f"{mailbox.newest()['identifier']}.eml").exists()
