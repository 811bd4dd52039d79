"""The search page, and uploads of pictures to search with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from gallery.browsing import example_queries, facets, for_tiles
from gallery.exceptions import InvalidQuery, NotSearchableYet, Refused, SemblanceError
from gallery.http import errors
from gallery.http.numbers import numbers_of
from gallery.http.throttle import limited
from gallery.models import Image
from gallery.search import (
    IMPORTANCES,
    Chip,
    Filters,
    Importance,
    SearchPage,
    SearchQuery,
    count_sentence,
    keep_query_image,
    picture_cut_from,
    run_search,
)
from gallery.views.filter_menus import FilterBar, filter_bar
from gallery.views.search_scope import scope_of
from gallery.views.selecting import results_bar
from gallery.views.trail import search_trail
from gallery.views.undo import undo_offer

# Less likely matches shown below the line, about a row; the others are folded.
PEEK_SIZE = 4


class ImportanceLink(NamedTuple):
    """A link that makes a part of the query more, less or as important as usual."""

    importance: Importance
    url: str
    is_current: bool


@dataclass(frozen=True, kw_only=True)
class ChipRow:
    """A chip of the query with its picture, if it has one, and the number of pictures it excluded,
    if they were counted. A query of a single part has no importance links: there is nothing that
    the part could be more important than."""

    chip: Chip
    label: str
    image: Image | None
    remove_url: str
    left_out: int | None
    importances: tuple[ImportanceLink, ...]


@require_safe
@limited
def search(request: HttpRequest) -> HttpResponse:
    """Show the results of the query in the URL, or what to do if there are none."""
    query = SearchQuery.from_params(request.GET)
    page, problem = _answer(query, request)
    scope = scope_of(query.filters, viewer=request.user)
    context: dict[str, Any] = {
        "undo": undo_offer(request),
        "query": query,
        "page": page,
        "problem": problem,
        "problem_is_waiting": isinstance(problem, NotSearchableYet),
        "parts": _parts(query, request, page=page),
        "has_balance": bool(query.words and (query.like or query.picture)),
        "is_ranked": query.has_wanted or query.has_unwanted,
        "bar": None if query.is_empty else _bar(query, request),
        "scope": scope,
        "header_fields": _fields(query, without=("q", "page", *(("collection",) if scope else ()))),
        "picture_fields": _fields(query, without=("q", "page", "picture")),
        "exclude_fields": _fields(query, without=("page",)),
        "balance_fields": _fields(query, without=("page", "w")),
        "by_relevance_url": _url(query.with_(sort="relevance")),
        "by_date_url": _url(query.with_(sort="date")),
    }
    if page is not None:
        context |= results_context(request, page)
    if page is None or not page.hits:
        context["examples"] = example_queries(request.user)
    return render(request, "gallery/search.html", context, status=_status(problem))


@require_http_methods(["GET", "HEAD", "POST"])
@limited
def query_image(request: HttpRequest) -> HttpResponse:
    """Accept a picture to search with and redirect to its results. GET shows the form."""
    problem = ""
    if request.method == "POST":
        file = request.FILES.get("picture")
        if file is None:
            problem = _("Choose a picture first.")
        else:
            try:
                source = _cut_from(request)
                kept = keep_query_image(file, owner=request.user, part_of=source)
            except Refused as error:
                if error.reason == "too_many_bytes":
                    return errors.too_large(request, error.sentence)
                problem = error.sentence
            else:
                data = request.POST.copy()
                data["picture"] = kept.token
                return HttpResponseRedirect(_url(SearchQuery.from_params(data)))
    query = SearchQuery.from_params(request.POST if request.method == "POST" else request.GET)
    context = {
        "query": query,
        "problem": problem,
        "picture_fields": _fields(query, without=("q", "page", "picture")),
    }
    status = HTTPStatus.BAD_REQUEST if problem else HTTPStatus.OK
    return render(request, "gallery/query_image.html", context, status=status)


def _cut_from(request: HttpRequest) -> Image | None:
    """Return the stored picture that the uploaded one was cut from, if this person may see it."""
    ids = numbers_of(request.POST.getlist("part_of")[:1])
    return Image.objects.visible_to(request.user).filter(pk__in=ids).first() if ids else None


def _answer(
    query: SearchQuery, request: HttpRequest
) -> tuple[SearchPage | None, SemblanceError | None]:
    if query.is_empty:
        return None, None
    try:
        return run_search(query, viewer=request.user), None
    except SemblanceError as error:
        return None, error


def _status(problem: SemblanceError | None) -> int:
    if problem is None or isinstance(problem, NotSearchableYet):
        return HTTPStatus.OK
    if isinstance(problem, InvalidQuery):
        return HTTPStatus.BAD_REQUEST
    return HTTPStatus.SERVICE_UNAVAILABLE


def results_context(request: HttpRequest, page: SearchPage) -> dict[str, object]:
    """Return the good hits, the weak ones below the line, the folded ones, the paging URLs, and
    the selection bar."""
    line = len(page.hits) if page.weak_from is None else page.weak_from
    # Fold only below better hits, and only if more than a row would be folded.
    fold = line + PEEK_SIZE
    if line == 0 or len(page.hits) - fold <= PEEK_SIZE:
        fold = len(page.hits)
    number = page.query.page
    bar = results_bar(request, page=page)
    return {
        "selection": bar,
        "select": bar.selectable if bar else None,
        "counts": count_sentence(page),
        "good": page.hits[:line],
        "weak": page.hits[line:fold],
        "folded": page.hits[fold:],
        "trail": str(search_trail(page.query)),
        "more_like": _url_start(page.query.with_(sort="relevance"), "like"),
        "less_like": _url_start(page.query, "unlike"),
        "next_url": _url(page.query.with_(page=number + 1)) if page.has_next else "",
        "previous_url": _url(page.query.with_(page=number - 1)) if page.has_previous else "",
    }


def _parts(query: SearchQuery, request: HttpRequest, *, page: SearchPage | None) -> list[ChipRow]:
    """Return the chips, with the stored pictures that this person may see."""
    ids = (*query.like, *query.unlike)
    images = for_tiles(Image.objects.visible_to(request.user)).in_bulk(ids) if ids else {}
    left_out: dict[tuple[str, str], int] = {}
    if page is not None:
        left_out = {(each.kind, each.value): each.count for each in page.left_out}
    parts = []
    for chip in query.chips():
        image = images.get(int(chip.value)) if chip.kind == "image" else None
        label = image.display_title if image else chip.label
        if chip.kind == "picture":
            whole = picture_cut_from(chip.value, viewer=request.user)
            label = _("Part of %(title)s") % {"title": whole.display_title} if whole else label
        count = left_out.get((chip.kind, chip.value)) if chip.sign == "-" else None
        parts.append(
            ChipRow(
                chip=chip,
                label=label,
                image=image,
                remove_url=f"{reverse('gallery:search')}?{chip.remove_params}",
                left_out=count,
                importances=_importances(query, chip),
            )
        )
    return parts


def _importances(query: SearchQuery, chip: Chip) -> tuple[ImportanceLink, ...]:
    if len(query.part_names) < 2 and chip.importance == "normal":
        return ()
    return tuple(
        ImportanceLink(each, _url(query.with_importance(chip.name, each)), each == chip.importance)
        for each in IMPORTANCES
    )


def _fields(query: SearchQuery, *, without: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return the query as hidden inputs, so that a form changes one part and keeps the rest."""
    return [(name, value) for name, value in parse_qsl(query.to_params()) if name not in without]


def _bar(query: SearchQuery, request: HttpRequest) -> FilterBar:
    return filter_bar(
        query.filters,
        facets=facets(request.user, filters=query.filters),
        address=lambda filters: _with_filters(query, filters),
        narrows_search=query.has_wanted or query.has_unwanted,
    )


def _with_filters(query: SearchQuery, filters: Filters) -> str:
    return _url(query.with_(filters=filters))


def _url(query: SearchQuery) -> str:
    return f"{reverse('gallery:search')}?{query.to_params()}"


def _url_start(query: SearchQuery, name: str) -> str:
    """Return a URL that ends where a picture's id is appended: …&like=12."""
    data = QueryDict(replace(query, page=1).to_params())
    start = data.urlencode()
    return f"{reverse('gallery:search')}?{start}{'&' if start else ''}{name}="
