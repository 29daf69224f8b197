"""The gallery shows every component; it exists in development only. The style sheet keeps its rules."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template import Context, Template, TemplateSyntaxError
from django.urls import reverse

from basispoort.web.gallery import LAYOUTS, icon_names
from basispoort.web.storage import SHEET, joined

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django.fixtures import Settings

CSS = settings.ROOT / "static/css"
COMPONENTS = settings.ROOT / "templates/components"
LARGEST_SHEET = 45_000
# Plumbing that shows nothing.
UNSEEN = {"htmx"}
# Styles of a look that is no file of its own.
STYLE_ONLY = {"matrix", "gallery"}

pytestmark = pytest.mark.django_db


def gallery(client: Client, language: str = "nl") -> str:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    response = client.get(reverse("web:gallery"), headers={"accept-language": language})
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("language", ["nl", "en"])
def test_gallery_shows_every_component_and_every_style(client: Client, language: str) -> None:
    page = gallery(client, language)
    shown = set(re.findall(r'data-component="(\w+)"', page))
    files = {path.stem for path in COMPONENTS.glob("*.html")} | {path.stem for path in CSS.glob("components/*.css")}

    assert files - UNSEEN == shown
    assert f'lang="{language}"' in page


def test_gallery_speaks_the_language_of_the_reader(client: Client) -> None:
    assert "Kleuren" in gallery(client)
    assert "Colours" in gallery(client, "en")


def test_every_style_belongs_to_a_component_of_the_same_name() -> None:
    styles = {path.stem for path in CSS.glob("components/*.css")}
    assert styles - {path.stem for path in COMPONENTS.glob("*.html")} == STYLE_ONLY


def test_gallery_names_every_colour_and_every_drawing(client: Client) -> None:
    page = gallery(client)
    assert "tone-8" in page
    assert all(f"icons.svg#{name}" in page for name in icon_names())


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_layout_is_shown(client: Client, name: str) -> None:
    response = client.get(reverse("web:layout", args=[name]))
    assert response.status_code == 200
    assert f"{name}</h1>" in response.content.decode()


def test_layout_that_does_not_exist_is_not_found(client: Client) -> None:
    assert client.get(reverse("web:layout", args=["other"])).status_code == 404


@pytest.mark.parametrize("address", [("web:gallery", []), ("web:layout", ["staff"])])
def test_gallery_is_not_there_where_the_portal_is_in_use(
    client: Client, settings: Settings, address: tuple[str, list[str]]
) -> None:
    settings.DEVELOPMENT_PAGES = False
    assert client.get(reverse(address[0], args=address[1])).status_code == 404


def test_unknown_argument_of_a_component_is_an_error() -> None:
    with pytest.raises(TemplateSyntaxError):
        Template('{% load ui %}{% card colour="red" %}{% endcard %}').render(Context())


def test_component_escapes_what_it_is_given() -> None:
    words = Template("{% load ui %}{% card title=title %}{% endcard %}").render(Context({"title": "<b>"}))
    assert "&lt;b&gt;" in words


def test_styles_are_joined_into_one_small_sheet_without_imports() -> None:
    sheet = joined(Path(str(finders.find(SHEET))))

    assert "@import" not in sheet
    assert ".button{" in sheet
    assert len(sheet.encode()) < LARGEST_SHEET
    for address in re.findall(r'url\("([^"]+)"\)', sheet):
        assert (CSS / address).resolve().is_file(), address


def test_every_style_file_is_in_the_sheet() -> None:
    listed = set(re.findall(r'url\("([^"]+)"\)', (CSS / "main.css").read_text(encoding="utf-8")))
    # What stands in `pages` is asked for by the few pages that need it.
    files = {str(path.relative_to(CSS)) for path in CSS.rglob("*.css") if path.parent.name != "pages"} - {"main.css"}
    assert listed == files


@pytest.mark.parametrize("path", sorted(CSS.rglob("*.css")), ids=lambda path: path.stem)
def test_style_keeps_the_house_rules(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert "!important" not in text
    assert not re.search(r"(^|[\s,}])#[a-zA-Z][\w-]*\s*[{,.:]", text)
    assert not re.search(r"\b(margin|padding|border)-(left|right|top|bottom)\b", text)
    if path.stem != "tokens":
        assert not re.search(r"#[0-9a-f]{3,8}\b", text)


def test_pupils_page_leads_nowhere_by_its_brand(client: Client) -> None:
    page = client.get(reverse("web:layout", args=["pupil"])).content.decode()
    assert '<span class="brand">' in page
    assert 'href="/"' not in page
