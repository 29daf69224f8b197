"""`python -m basispoort.demo.mailbox --folder var/mail --port 8002 --smtp-port 8003`."""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import signal
import sys
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aiosmtpd.smtp import SMTP

from basispoort.demo.mailbox import pages
from basispoort.demo.mailbox.codes import codes_of
from basispoort.demo.mailbox.store import MailFolder
from basispoort.demo.ports import LOCAL

if TYPE_CHECKING:
    from aiosmtpd.smtp import Envelope, Session

LARGEST_MAIL_BYTES = 10 * 1024 * 1024
OWN_HOSTS = {LOCAL, "localhost"}


class Sink:
    """Takes every mail for everyone."""

    def __init__(self, mails: MailFolder) -> None:
        """Put the mails in this folder."""
        self._mails = mails

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep the mail and say that it was delivered."""
        content = envelope.content
        assert isinstance(content, bytes)
        self._mails.add(content)
        return "250 Message accepted for delivery"


class Reader(BaseHTTPRequestHandler):
    """The pages; GET only, and only under a name of this machine, so that no other web site can read along."""

    server_version = "mailbox"
    sys_version = ""
    mails: MailFolder
    people: Path

    def do_GET(self) -> None:
        """Answer `/`, `/codes`, `/mails.json`, `/mails/ID` and `/mails/ID/html`; anything else is 404."""
        if urlsplit(f"//{self.headers.get('Host', '')}").hostname not in OWN_HOSTS:
            self._answer("Unknown host", status=HTTPStatus.BAD_REQUEST)
            return
        match urlsplit(self.path).path.strip("/").split("/"):
            case [""]:
                self._answer(pages.mail_list(self.mails.all()))
            case ["codes"]:
                self._answer(pages.code_list(codes_of(self.people)))
            case ["mails.json"]:
                mails = [dataclasses.asdict(mail) for mail in self.mails.all()]
                self._answer(json.dumps(mails, default=str), kind="application/json")
            case ["mails", identifier] if mail := self.mails.get(identifier):
                self._answer(pages.mail_page(mail))
            case ["mails", identifier, "html"] if mail := self.mails.get(identifier):
                self._answer(pages.mail_html(mail), policy=pages.MAIL_POLICY)
            case _:
                self._answer("Not found", status=HTTPStatus.NOT_FOUND)

    def _answer(
        self,
        text: str,
        *,
        status: HTTPStatus = HTTPStatus.OK,
        kind: str = "text/html",
        policy: str = pages.PAGE_POLICY,
    ) -> None:
        body = text.encode("utf-8", errors="replace")
        self.send_response(status)
        headers = {
            "Content-Type": f"{kind}; charset=utf-8",
            "Content-Length": str(len(body)),
            "Content-Security-Policy": policy,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
        }
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing: addresses of mails are of no use in the log."""


async def serve(folder: Path, port: int, smtp_port: int) -> None:
    """Take mails and show them until SIGTERM or SIGINT."""
    mails = MailFolder(folder)
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, stopped.set)
    handler = type("MailReader", (Reader,), {"mails": mails, "people": folder.parent / "demo.json"})
    with ThreadingHTTPServer((LOCAL, port), handler) as web:
        threading.Thread(target=web.serve_forever, daemon=True).start()
        sink = await loop.create_server(
            lambda: SMTP(Sink(mails), hostname="localhost", data_size_limit=LARGEST_MAIL_BYTES, enable_SMTPUTF8=True),
            LOCAL,
            smtp_port,
        )
        await stopped.wait()
        sink.close()
        web.shutdown()


def main(arguments: list[str]) -> int:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m basispoort.demo.mailbox", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--smtp-port", type=int, required=True)
    chosen = parser.parse_args(arguments)
    asyncio.run(serve(chosen.folder, chosen.port, chosen.smtp_port))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
