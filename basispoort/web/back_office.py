"""The back office (*kantoor*) on Django's admin: the portal's own people look here, and change nothing but by actions.

Each app shows its tables by its own `admin.py`. A list or page names the right that it needs, is read-only, and reads
all schools in a national block that ends with the answer. Nothing is exported; a list shows twenty rows (SR-B07).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.template.response import SimpleTemplateResponse
from django.urls import URLPattern, URLResolver, include, path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from basispoort.lib.access import back_office, right
from basispoort.lib.tenancy import unscoped
from basispoort.web.navigation import Item

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db import models
    from django.http import HttpRequest, HttpResponse
    from django.utils.functional import _StrPromise

ENTER = right("web.office.enter", _("Enter the back office"))
ROWS = 20


class BackOffice(admin.AdminSite):
    """The site: an index and what apps registered; no sign-in of its own, no history, no app lists."""

    site_header = site_title = _("Back office of Basispoort")
    index_title = _("Back office")
    site_url = None
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Leave it to the door: who is not meant to be here does not reach a view."""
        return request.user.is_authenticated

    def register(self, model_or_iterable: Any, admin_class: type[Any] | None = None, **options: Any) -> None:  # noqa: ANN401 - Django's form
        """Take the tables that we show; what libraries bring along for their own is left out."""
        if admin_class is not None and issubclass(admin_class, OfficeAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Give the index and the pages of each registered table."""
        index = never_cache(back_office(ENTER)(require_safe(rendered(self.index))))
        urls: list[URLPattern | URLResolver] = [path("", index, name="index")]
        for model, page in self._registry.items():
            urls.append(path(f"{model._meta.model_name}/", include(page.urls)))
        return urls


def rendered(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let a view see all schools until its answer stands in full, templates included."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ANN401 - as the view
        with unscoped("the back office looks"):
            answer = view(request, *args, **kwargs)
            return answer.render() if isinstance(answer, SimpleTemplateResponse) else answer

    return inner


class OfficeList(ChangeList):
    """A list whose rows lead to their page by the id that may stand in addresses."""

    def url_for_result(self, result: Any) -> str:  # noqa: ANN401 - a row of any table
        """Give the address of a row's page."""
        assert isinstance(self.model_admin, OfficeAdmin)
        return self.model_admin.address_of(result)

    @property
    def tabs(self) -> list[tuple[str, list[dict[str, object]]]]:
        """Give the choices of each filter, as the component of that name draws them."""
        return [
            (
                str(spec.title),
                [
                    {"url": choice["query_string"], "label": choice["display"], "current": choice["selected"]}
                    for choice in spec.choices(self)
                ],
            )
            for spec in self.filter_specs
        ]


class OfficeAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # of any model
    """A table that can be looked at, by who holds `right_to_look`; twenty rows at a time.

    `searched_only`: shows nothing before something was searched for.
    """

    right_to_look: ClassVar[str]
    icon: ClassVar[str]
    intro: ClassVar[str | _StrPromise] = ""
    empty_title: ClassVar[str | _StrPromise]
    empty_words: ClassVar[str | _StrPromise]
    searched_only: ClassVar[bool] = False
    actions = None
    list_per_page = ROWS
    list_max_show_all = ROWS
    show_full_result_count = False

    def get_urls(self) -> list[URLPattern]:
        """Give the list, and nothing that adds, changes or removes."""
        declared = back_office(self.right_to_look)(require_safe(rendered(self.changelist_view)))
        return [path("", never_cache(declared), name=self.url_name("changelist")), *self.pages()]

    def pages(self) -> list[URLPattern]:
        """Give further pages of the table; each declares its own right."""
        return []

    def url_name(self, page: str) -> str:
        """Give the name of a page as Django's admin names it."""
        return f"{self.opts.app_label}_{self.opts.model_name}_{page}"

    def address_of(self, row: models.Model) -> str:  # noqa: ARG002 - for tables whose rows have a page
        """Give the address of a row's own page; of the list itself where there is none."""
        return reverse(f"admin:{self.url_name('changelist')}")

    def get_changelist(self, request: HttpRequest, **_kwargs: Any) -> type[ChangeList]:  # noqa: ARG002, ANN401 - Django's form
        """Use the list that knows addresses."""
        return OfficeList

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Give the rows; none where a search is needed and was not made."""
        rows: models.QuerySet[Any] = super().get_queryset(request)
        return rows.none() if self.searched_only and len(request.GET.get("q", "").strip()) < 2 else rows

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:  # noqa: ARG002, ANN401 - Django's form
        """Let an address choose by the filters that the list shows and nothing else: no column answers questions."""
        return lookup in {f"{name}__{way}" for name in self.list_filter for way in ("exact", "isnull")}

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:  # noqa: ARG002 - Django's form
        """Ask the one table of rights."""
        return bool(request.user.has_perm(self.right_to_look))

    def has_add_permission(self, request: HttpRequest, *_rest: Any) -> bool:  # noqa: ARG002, ANN401 - Django's form
        """Nothing is added here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:  # noqa: ARG002 - Django's form
        """Nothing is changed here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:  # noqa: ARG002 - Django's form
        """Nothing is removed here."""
        return False


def office_items(request: HttpRequest) -> list[Item]:
    """Give the menu of the back office: its start, and the tables that the visitor may look at."""
    start = reverse("admin:index")
    items = [Item(admin.site.index_title, start, request.path == start, "house")]
    for model, page in admin.site._registry.items():
        if isinstance(page, OfficeAdmin) and page.has_view_permission(request):
            url = reverse(f"admin:{page.url_name('changelist')}")
            label = capfirst(str(model._meta.verbose_name_plural))
            items.append(Item(label, url, request.path.startswith(url), page.icon))
    return items


Facts = list[tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of a school's page: words, and what it shows, by a template of its own or as facts."""

    title: str | _StrPromise
    show: Callable[[Any, Any], dict[str, object] | Facts | None]
    template: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A part as one visitor sees it of one school."""

    title: str | _StrPromise
    template: str
    facts: dict[str, object] | Facts


_panels: dict[str, tuple[int, Panel]] = {}


def register_panel(
    order: int,
    title: str | _StrPromise,
    show: Callable[[Any, Any], dict[str, object] | Facts | None],
    *,
    template: str = "web/office/facts.html",
) -> None:
    """Add a part to the page of a school.

    `show` gets request and school, within the scope of that school, and gives pairs of a word and what it is, or what
    its own template shows as `facts`; None leaves the part out. It names no person (SR-B07).
    """
    _panels[f"{show.__module__}.{show.__qualname__}"] = (order, Panel(title, show, template))


def panels_of(request: HttpRequest, school: models.Model) -> list[Shown]:
    """Give the parts of the page of one school, in order."""
    panels = [panel for _order, panel in sorted(_panels.values(), key=lambda pair: pair[0])]
    found = [(panel, panel.show(request, school)) for panel in panels]
    return [Shown(panel.title, panel.template, facts) for panel, facts in found if facts is not None]
