"""Components that wrap content: `{% card title=… %}…{% endcard %}` and the like. Unknown arguments are an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.template import Library
from django.utils.html import format_html

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

register = Library()


@register.simple_block_tag
def card(content: str, *, title: str = "", tone: str = "") -> SafeString:
    """Give a card with an optional title; tone is empty or `sun`."""
    heading = format_html("<h2>{}</h2>", title) if title else ""
    name = f"card card--{tone}" if tone else "card"
    return format_html('<section class="{}">{}{}</section>', name, heading, content)


@register.simple_block_tag
def page_head(content: str, *, title: str, intro: str = "") -> SafeString:
    """Give the head of a page: title, a sentence, and its actions."""
    words = format_html('<p class="page-head__intro">{}</p>', intro) if intro else ""
    return format_html(
        '<div class="page-head"><div><h1>{}</h1>{}</div><div class="cluster">{}</div></div>', title, words, content
    )


@register.simple_block_tag
def table_wrap(content: str, *, label: str) -> SafeString:
    """Give a table a frame that scrolls sideways, reachable by keyboard."""
    return format_html('<div class="table-wrap" role="region" aria-label="{}" tabindex="0">{}</div>', label, content)


@register.simple_block_tag
def notice(content: str, *, tone: str = "", title: str = "") -> SafeString:
    """Give a notice; tone is empty, `good`, `warn` or `bad`."""
    heading = format_html("<strong>{}</strong>", title) if title else ""
    name = f"notice notice--{tone}" if tone else "notice"
    return format_html('<div class="{}">{}<div>{}</div></div>', name, heading, content)


@register.simple_block_tag
def empty(content: str, *, title: str) -> SafeString:
    """Give an empty state: what is not there yet, and what to do next."""
    return format_html('<div class="empty"><h2>{}</h2>{}</div>', title, content)
