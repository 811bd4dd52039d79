"""Uploading: each batch has its own page, and stores every file as soon as it is sent.

The script sends one file per request and receives rows of HTML. Without JavaScript one form sends
many files and ends on the same page.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.exceptions import TooManyFilesSent
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gallery.browsing import BatchRows
from gallery.embedding.queue import retry_jobs
from gallery.exceptions import SemblanceError
from gallery.forms import UploadForm
from gallery.hints import hint_workers
from gallery.http import errors
from gallery.http.bodies import announces_more
from gallery.http.change_sentences import describe_change, pictures
from gallery.http.numbers import is_number
from gallery.http.throttle import limited
from gallery.ingest.intake import Details
from gallery.ingest.names import name_of_form
from gallery.ingest.refusals import size_in_words
from gallery.ingest.upload_batches import add_file_to_batch, create_batch
from gallery.library.collections import (
    create_collection,
    default_collection_name,
    my_pictures_of,
)
from gallery.library.editing import edit_image, tag_images
from gallery.library.words import clean_caption, parse_tags
from gallery.models import Collection, EmbeddingJob, Image, UploadBatch, User, Visibility
from gallery.views.upload_rows import as_json, limits, summary_of

# Rows of a batch on one page; larger batches show their counts and are paginated.
ROWS_PER_PAGE = 100
# Rows that one poll of the page may request.
MAX_ROWS_PER_POLL = 200
RECENT_BATCHES = 8


@login_required
@csrf_exempt  # checked below, once the size is known to be acceptable: see _guarded
@require_http_methods(["GET", "POST"])
@limited
def upload(request: HttpRequest, /) -> HttpResponse:
    """Show the upload page. POST starts a batch, with the files of a plain form if it has any."""
    if request.method == "POST":
        return _guarded(request, _begin)
    return render(request, "upload/start.html", _start_context(request, _form(request)))


@login_required
@require_GET
def batch(request: HttpRequest, *, pk: UUID) -> HttpResponse:
    """Show the progress of a batch, with a form to add more files."""
    found = _batch_of(request, pk)
    page = Paginator(BatchRows(found), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    context = {"batch": found, "page": page, "rows": page.object_list}
    return render(request, "upload/batch.html", {**context, **summary_of(found), **limits()})


@login_required
@csrf_exempt  # see upload
@require_POST
def files(request: HttpRequest, *, pk: UUID) -> HttpResponse:
    """Add files to a batch. Returns the rows as JSON to the script, else the batch's page."""
    return _guarded(request, _add_files, pk=pk)


@login_required
@require_GET
def status(request: HttpRequest, *, pk: UUID) -> HttpResponse:
    """Return the progress of a batch as JSON: its counts, and the rows requested with ?item=."""
    found = _batch_of(request, pk)
    wanted = [int(one) for one in request.GET.getlist("item")[:MAX_ROWS_PER_POLL] if is_number(one)]
    rows = BatchRows(found, only=wanted) if wanted else ()
    return JsonResponse(as_json(request, found, rows=rows))


@login_required
@require_POST
def retry(request: HttpRequest, *, pk: UUID) -> HttpResponse:
    """Retry embeddings that failed: for one file of the batch (item), or for all."""
    found = _batch_of(request, pk)
    jobs = EmbeddingJob.objects.quarantined().filter(image__upload_items__batch=found)
    if is_number(request.POST.get("item", "")):
        jobs = jobs.filter(image__upload_items=int(request.POST["item"]))
    count = retry_jobs(EmbeddingJob.objects.filter(pk__in=jobs.values("pk")))
    hint_workers()
    sentence = _("Retrying %(pictures)s.") % {"pictures": pictures(count)}
    if _wants_json(request):
        return JsonResponse({"sentence": sentence})
    messages.info(request, sentence)
    return redirect(found)


@login_required
@require_POST
def caption(request: HttpRequest, *, pk: UUID) -> HttpResponse:
    """Save the caption and tags of one stored file (item), or tags for the whole batch."""
    found = _batch_of(request, pk)
    try:
        sentence = _write_words(request, found)
    except SemblanceError as problem:
        return _problem(request, problem, back=found.get_absolute_url())
    if _wants_json(request):
        return JsonResponse({"sentence": sentence})
    messages.success(request, sentence)
    return redirect(found)


def _write_words(request: HttpRequest, found: UploadBatch) -> str:
    tags = parse_tags(request.POST.get("tags", ""))
    images = Image.objects.live().filter(upload_items__batch=found).distinct()
    mine = Image.objects.filter(pk__in=images.values("pk"), collection=found.collection)
    if not is_number(request.POST.get("item", "")):
        change = tag_images(mine, by=request.user, tags=tags)
        return describe_change(change)
    image = get_object_or_404(mine, upload_items=int(request.POST["item"]))
    caption = request.POST.get("caption", "")
    edit_image(image, by=request.user, caption=caption, tags=tags)
    return _("Saved.")


def _guarded(request: HttpRequest, view: Any, **kwargs: Any) -> HttpResponse:
    """Check the announced size before any of the body is read, then run the view with CSRF
    protection, whose check reads the body."""
    if announces_more(request, than=settings.MAX_ARCHIVE_BYTES):
        sentence = _("An upload can be up to %(limit)s.") % {
            "limit": size_in_words(settings.MAX_ARCHIVE_BYTES)
        }
        if _wants_json(request):
            return _json_problem("too_many_bytes", sentence, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return errors.too_large(request, sentence)
    try:
        request.FILES  # noqa: B018  reading the body is what may fail
    except TooManyFilesSent:
        limit = settings.DATA_UPLOAD_MAX_NUMBER_FILES
        messages.error(
            request,
            _("A form can send up to %(limit)s files. Choose fewer, or upload a zip.")
            % {"limit": intcomma(limit)},
        )
        return redirect("gallery:upload")
    except UnreadablePostError:
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    checked: HttpResponse = csrf_protect(view)(request, **kwargs)
    return checked


def _begin(request: HttpRequest) -> HttpResponse:
    form = _form(request, request.POST)
    if not form.is_valid():
        return _form_again(request, form)
    try:
        collection = _destination(request, form)
    except SemblanceError as problem:
        form.add_error("new_collection", problem.sentence)
        return _form_again(request, form)
    try:
        started = create_batch(_person(request), collection=collection)
        _take_in(request, started)
    except SemblanceError as problem:
        return _problem(request, problem, back="gallery:upload")
    if _wants_json(request):
        return JsonResponse({"url": started.get_absolute_url()}, status=HTTPStatus.CREATED)
    return redirect(started)


def _form_again(request: HttpRequest, form: UploadForm) -> HttpResponse:
    """Render the form with errors beside its fields, or return only the errors to the script."""
    if _wants_json(request):
        sentence = " ".join(str(one) for row in form.errors.values() for one in row)
        return _json_problem("form_invalid", sentence, HTTPStatus.UNPROCESSABLE_ENTITY)
    context = _start_context(request, form)
    return render(request, "upload/start.html", context, status=422)


def _add_files(request: HttpRequest, *, pk: UUID) -> HttpResponse:
    found = _batch_of(request, pk)
    try:
        rows = _take_in(request, found)
    except SemblanceError as problem:
        return _problem(request, problem, back=found.get_absolute_url())
    if not _wants_json(request):
        return redirect(found)
    return JsonResponse(as_json(request, found, rows=BatchRows(found, only=rows)))


def _take_in(request: HttpRequest, found: UploadBatch) -> list[int]:
    """Add the files of a request to the batch and return the ids of its new rows."""
    details = Details(
        caption=clean_caption(request.POST.get("caption", "")),
        tags=tuple(parse_tags(request.POST.get("tags", ""))),
    )
    names = request.POST.getlist("name")
    rows: list[int] = []
    for number, file in enumerate(
        cast("list[UploadedFile[bytes]]", request.FILES.getlist("files"))
    ):
        name = names[number] if number < len(names) else name_of_form(file.name or "")
        items = add_file_to_batch(found, file=file, name=name, details=details)
        rows += [item.pk for item in items]
    if rows:
        hint_workers()
    return rows


def _destination(request: HttpRequest, form: UploadForm) -> Collection:
    chosen, name = form.cleaned_data["collection"], form.cleaned_data["new_collection"].strip()
    if not name:
        return cast(Collection, chosen)
    visibility = form.cleaned_data.get("visibility") or Visibility.PRIVATE
    if (name, visibility) == (default_collection_name(), Visibility.PRIVATE):
        return my_pictures_of(_person(request), by=request.user)
    return create_collection(_person(request), by=request.user, name=name, visibility=visibility)


def _batch_of(request: HttpRequest, pk: UUID) -> UploadBatch:
    """Return this person's batch if they may still add to its collection, else 404."""
    mine = UploadBatch.objects.select_related("collection", "owner").filter(
        owner=_person(request),
        collection__in=Collection.objects.open_to_uploads_by(request.user),
    )
    return get_object_or_404(mine, pk=pk)


def _form(request: HttpRequest, data: Any = None) -> UploadForm:
    collections = Collection.objects.open_to_uploads_by(request.user).order_by("name")
    wanted = request.GET.get("collection")
    latest = UploadBatch.objects.filter(owner=_person(request)).newest_first()
    first = wanted or latest.values_list("collection__slug", flat=True).first()
    form = UploadForm(data, collections=collections, initial={"collection": first})
    if not form.has_collections:  # suggest a name, so that the upload can start right away
        form.initial["new_collection"] = default_collection_name()
    return form


def _start_context(request: HttpRequest, form: UploadForm) -> dict[str, Any]:
    recent = (
        UploadBatch.objects.filter(
            owner=_person(request),
            collection__in=Collection.objects.open_to_uploads_by(request.user),
        )
        .select_related("collection")
        .annotate(file_count=Count("items"))
        .filter(file_count__gt=0)
        .newest_first()[:RECENT_BATCHES]
    )
    return {"form": form, "recent": recent, **limits()}


def _problem(request: HttpRequest, problem: SemblanceError, *, back: str) -> HttpResponse:
    if _wants_json(request):
        status_code = HTTPStatus.UNPROCESSABLE_ENTITY
        return _json_problem(problem.reason, problem.sentence, status_code)
    messages.error(request, problem.sentence)
    return redirect(back)


def _json_problem(reason: str, sentence: str, status_code: HTTPStatus) -> JsonResponse:
    return JsonResponse({"reason": reason, "sentence": sentence}, status=status_code)


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def _person(request: HttpRequest) -> User:
    """Return the signed-in user of a view decorated with login_required."""
    return cast(User, request.user)
