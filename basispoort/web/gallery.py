"""The gallery: every component in all its states, every colour with its contrast, every layout. Development only."""

from __future__ import annotations

import re
from functools import wraps
from types import SimpleNamespace
from typing import TYPE_CHECKING, Concatenate, ParamSpec

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.templatetags.static import static
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from basispoort.lib.access import public
from basispoort.web.charts import bars_of
from basispoort.web.navigation import Item
from basispoort.web.palette import colours, pairs
from basispoort.web.pictures import PICTURES
from basispoort.web.start import Step

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse

    from basispoort.lib.http import PortalRequest

P = ParamSpec("P")
ICON = re.compile(r'<symbol id="([\w-]+)"')
LAYOUTS = ("staff", "public", "parent", "pupil", "print", "error")


class SampleForm(forms.Form):
    """A field of each kind."""

    name = forms.CharField(label=_("Name"), help_text=_("As it stands on the card."), max_length=20)
    secret = forms.CharField(label=_("Password"), widget=forms.PasswordInput, required=False)
    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    group = forms.ChoiceField(label=_("Group"), choices=[("3a", "3A"), ("4a", "4A")])
    file = forms.FileField(label=_("File"), required=False)
    sure = forms.BooleanField(label=_("I have looked at it"))
    fixed = forms.CharField(label=_("Number of the school"), disabled=True, required=False, initial="99XX00")


def development_only(
    view: Callable[Concatenate[PortalRequest, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Hide a page where the portal is in use: there it does not exist."""

    @wraps(view)
    def inner(request: PortalRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not settings.DEVELOPMENT_PAGES:
            raise Http404
        return view(request, *args, **kwargs)

    return inner


def icon_names() -> list[str]:
    """Give the name of each drawing in the sprite."""
    sprite = (settings.ROOT / "static/img/icons.svg").read_text(encoding="utf-8")
    return ICON.findall(sprite)


def _samples() -> dict[str, object]:
    sent = SampleForm({"name": "", "day": "31-31-2026", "group": "3a"}, auto_id="sent_%s")
    sent.is_valid()
    steps = [
        Step(_("Pupils and groups"), "220", "#next_step", _("Look"), "users", "done"),
        Step(_("Publishers"), "0", "#next_step", _("Look"), "library", "now"),
        Step(_("Licences"), "0", "#next_step", _("Look"), "ticket-check", "later"),
    ]
    change = SimpleNamespace(label=_("group"), old="3A", new="4A")
    return {
        "form": SampleForm(auto_id="fresh_%s"),
        "sent": sent,
        "filter_form": SampleForm(auto_id="filter_%s"),
        "steps": steps,
        "way": [
            {"label": _("Upload"), "state": "done"},
            {"label": _("Look"), "state": "now"},
            {"label": _("Apply"), "state": "later"},
        ],
        "tabs": [
            {"label": _("Pupils"), "url": "#tabs", "current": True},
            {"label": _("Staff"), "url": "#tabs", "current": False},
        ],
        "came": [("Aafje Voorbeeld", [])],
        "moved": [("Bas Proefpersoon", [change])],
        "facts": [(_("Material"), "Rekenrups"), (_("Publisher"), "De Leesplank")],
        "middle_page": Paginator(range(50), 10).page(3),
        "menu_items": [
            Item(_("Start"), "#nav", current=True, icon="house"),
            Item(_("Publishers"), "#nav", current=False, icon="library"),
        ],
        "person": SimpleNamespace(first_name="Coco", full_name="Coco Voorbeeld"),
        "chart": bars_of(_("Sign-ins by hour"), _("Sign-ins"), [("8:00", 42), ("9:00", 0), ("10:00", 1)], "890"),
        "watched_sample": SimpleNamespace(
            name="Aafje Voorbeeld", school=SimpleNamespace(name="De Proef"), until=timezone.now(), stop_path="#watching"
        ),
        "said": [_("It is done.")],
        "pictures": PICTURES,
        "picture_card": SimpleNamespace(name="Aafje Voorbeeld", pictures=PICTURES[:4]),
        "digit_card": SimpleNamespace(name="Bas Proefpersoon", digits="4711"),
        "dots": [True, True, False, False],
        "codes": ["4F7K-9QXD", "M2TW-8RHC"],
        "tones": range(1, 9),
        "icons": icon_names(),
        "qr": static("img/logo.svg"),
        "layouts": LAYOUTS,
        "colours": colours(),
        "pairs": pairs(),
    }


@require_safe
@public
@development_only
def gallery(request: PortalRequest) -> HttpResponse:
    """Show everything the style is made of."""
    return render(request, "web/gallery.html", _samples())


@require_safe
@public
@development_only
def layout(request: PortalRequest, name: str) -> HttpResponse:
    """Show one layout with a page in it."""
    if name not in LAYOUTS:
        raise Http404
    return render(request, "web/layout.html", {"layout": f"layouts/{name}.html", "name": name, "reference": "0123abcd"})
