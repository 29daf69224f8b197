"""Components that wrap content: `{% card title=… %}…{% endcard %}` and the like. Unknown arguments are an error.

Each renders the file of the same name in `templates/components`.
"""

from __future__ import annotations

from functools import cache

from django.template import Library
from django.template.loader import render_to_string

register = Library()
NOTICE_ICONS = {"": "info", "good": "circle-check", "warn": "triangle-alert", "bad": "circle-x"}
SCENES = {"door": "img/scenes/door.svg", "books": "img/scenes/books.svg", "roster": "img/scenes/roster.svg"}


def _component(component: str, /, **context: object) -> str:
    return render_to_string(f"components/{component}.html", context)


@cache
def _icon(name: str, size: str) -> str:
    return _component("icon", name=name, size=size)


@register.simple_tag
def icon(name: str, *, size: str = "") -> str:
    """Give a drawing beside words; drawn once a process, because a page has dozens."""
    return _icon(name, size)


@register.simple_block_tag
def card(content: str, *, title: str = "", tone: str = "") -> str:
    """Give a card with an optional title; tone is empty, `sun` or `brand`."""
    return _component("card", content=content, title=title, tone=tone)


@register.simple_block_tag
def page_head(content: str, *, title: str, intro: str = "") -> str:
    """Give the head of a page: title, a sentence, and its actions."""
    return _component("page_head", content=content, title=title, intro=intro)


@register.simple_block_tag
def table_wrap(content: str, *, label: str) -> str:
    """Give a table a frame that scrolls, reachable by keyboard."""
    return _component("table", content=content, label=label)


@register.simple_block_tag
def notice(content: str, *, tone: str = "", title: str = "") -> str:
    """Give a notice; tone is empty, `good`, `warn` or `bad`, any other a KeyError."""
    return _component("notice", content=content, tone=tone, title=title, icon=NOTICE_ICONS[tone])


@register.simple_block_tag
def empty(content: str, *, title: str, scene: str = "door") -> str:
    """Give an empty state: what is not there yet, and what to do next; a drawing that is not there is a KeyError."""
    return _component("empty", content=content, title=title, scene_path=SCENES[scene])


@register.simple_block_tag
def disclosure(content: str, *, title: str, count: int | None = None, is_open: bool = False) -> str:
    """Give content that folds away under its title."""
    return _component("disclosure", content=content, title=title, count=count, open=is_open)


@register.simple_block_tag
def row_list(content: str, *, label: str = "") -> str:
    """Give rows of words with what can be done beside them: each a `<li class="row">`."""
    return _component("row_list", content=content, label=label)


@register.simple_block_tag
def confirm(content: str, *, title: str) -> str:
    """Give the question before a weighty step."""
    return _component("confirm", content=content, title=title)
