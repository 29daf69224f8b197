"""The mailbox's pages. Whatever a mail holds is text here; its HTML shows in a frame that may do nothing."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from basispoort.demo.mailbox.codes import Code
    from basispoort.demo.mailbox.store import Mail

LINK = re.compile(r"https?://[^\s<>\"']+")
STYLE = """
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-inline-size: 60rem; padding: 1.5rem; }
table { border-collapse: collapse; inline-size: 100%; }
th, td { border-block-end: 1px solid #8888; padding: .5rem; text-align: start; vertical-align: top; }
pre { border: 1px solid #8888; overflow-wrap: anywhere; padding: 1rem; white-space: pre-wrap; }
iframe { background: #fff; block-size: 30rem; border: 1px solid #8888; inline-size: 100%; }
dl { display: grid; gap: .25rem 1rem; grid-template-columns: max-content 1fr; }
dd { margin: 0; }
"""
# The pages themselves run no script and load nothing but the frame.
PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; base-uri 'none'; form-action 'none'"
# A mail's own HTML: no script, no form, no request to anywhere; only a link that the reader clicks opens, in a new tab.
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)


def _page(title: str, body: str, *, refresh_seconds: int = 0) -> str:
    refresh = f'<meta http-equiv="refresh" content="{refresh_seconds}">' if refresh_seconds else ""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">{refresh}<title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head>'
        f"<body><main>{body}</main></body></html>"
    )


def code_list(codes: list[Code]) -> str:
    """Give the page with what everybody's authenticator app shows now; it reads itself again every five seconds."""
    rows = "".join(
        f"<tr><td>{escape(one.name)}</td><td>{escape(one.role)}</td><td>{escape(one.school)}</td>"
        f"<td><strong>{one.digits[:3]} {one.digits[3:]}</strong></td><td>{one.seconds_left} s</td></tr>"
        for one in codes
    )
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Name", "Role", "School", "Code now", "For"))
    intro = "The phones of the invented people: type the code of the one you sign in as. A code works once."
    return _page(
        "Authenticator codes",
        f'<p><a href="/">Mails</a></p><h1>Authenticator codes</h1><p>{intro}</p>'
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>",
        refresh_seconds=5,
    )


def mail_list(mails: list[Mail]) -> str:
    """Give the page with all mails, in the order given."""
    if not mails:
        return _page("Mailbox", "<h1>Mailbox</h1><p>No mail yet. Mails that the portal sends appear here.</p>")
    rows = "".join(
        f"<tr><td>{mail.received_at:%Y-%m-%d %H:%M:%S} UTC</td><td>{escape(mail.recipients)}</td>"
        f'<td><a href="/mails/{mail.identifier}">{escape(mail.subject or "(no subject)")}</a></td></tr>'
        for mail in mails
    )
    head = '<tr><th scope="col">Received</th><th scope="col">To</th><th scope="col">Subject</th></tr>'
    return _page("Mailbox", f"<h1>Mailbox</h1><table><thead>{head}</thead><tbody>{rows}</tbody></table>")


def mail_page(mail: Mail) -> str:
    """Give the page of one mail: its text with links to click, and its HTML in a frame."""
    facts = {"From": mail.sender, "To": mail.recipients, "Received": f"{mail.received_at:%Y-%m-%d %H:%M:%S} UTC"}
    listed = "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in facts.items())
    title = mail.subject or "(no subject)"
    body = f'<p><a href="/">All mails</a></p><h1>{escape(title)}</h1><dl>{listed}</dl>'
    if mail.text:
        body += f'<h2>Text</h2><pre tabindex="0">{with_links(mail.text)}</pre>'
    if mail.html:
        body += (
            f'<h2>HTML</h2><iframe title="The mail as HTML" src="/mails/{mail.identifier}/html" '
            'sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>'
        )
    return _page(title, body)


def mail_html(mail: Mail) -> str:
    """Give a mail's own HTML, with links that open in a new tab; only ever served with MAIL_POLICY."""
    return f'<base target="_blank">{mail.html}'


def with_links(text: str) -> str:
    """Give text as HTML in which web addresses, and nothing else, can be clicked."""
    parts: list[str] = []
    end = 0
    for found in LINK.finditer(text):
        address = found.group().rstrip(".,;:!?)")
        parts.append(escape(text[end : found.start()]))
        parts.append(f'<a href="{escape(address)}" rel="noreferrer">{escape(address)}</a>')
        end = found.start() + len(address)
    parts.append(escape(text[end:]))
    return "".join(parts)
