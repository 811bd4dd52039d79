"""API endpoints for pictures: list, get, update, trash, restore and upload."""

from __future__ import annotations

from typing import cast

from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import File, Form, Path, Query, Router
from ninja.files import UploadedFile
from ninja.responses import Status

from gallery.api.auth import anyone, signed_in
from gallery.api.schemas import (
    BatchOut,
    ImageChange,
    ImageId,
    ImageList,
    ImageOut,
    ListParams,
    Problem,
    UploadFields,
)
from gallery.api.shapes import batch_shape, image_shapes
from gallery.browsing import BatchRows, FileState, for_tiles, newest_slice
from gallery.exceptions import LibraryProblem, NotAllowed, Refused
from gallery.hints import hint_workers
from gallery.ingest.intake import Details
from gallery.ingest.names import name_of_form
from gallery.ingest.upload_batches import add_file_to_batch, create_batch
from gallery.library.editing import edit_image
from gallery.library.moving import move_images
from gallery.library.trash import restore_images, trash_images
from gallery.library.words import clean_caption, clean_title, parse_tags
from gallery.models import Collection, Image, UploadBatch, User
from gallery.search import Filters, matching_images

router = Router(tags=["pictures"])
READ_PROBLEMS = {401: Problem, 404: Problem, 422: Problem}
WRITE_PROBLEMS = {**READ_PROBLEMS, 403: Problem, 409: Problem, 413: Problem}


@router.get(
    "/images", response={200: ImageList, **READ_PROBLEMS}, auth=anyone, summary="List pictures"
)
def list_images(request: HttpRequest, params: Query[ListParams]) -> ImageList:
    """The pictures that you may see and that match the filters, newest first."""
    images = matching_images(Filters.from_params(request.GET), viewer=request.user)
    found = newest_slice(images, after=params.after, size=params.limit)
    return ImageList(images=image_shapes(request, found.images), next=found.next_after)


@router.get(
    "/images/{image_id}",
    response={200: ImageOut, **READ_PROBLEMS},
    auth=anyone,
    summary="Get a picture",
)
def get_image(request: HttpRequest, image_id: Path[ImageId]) -> ImageOut:
    """Returns 404 for a picture that you may not see."""
    return _shape(request, image_id)


@router.patch(
    "/images/{image_id}",
    response={200: ImageOut, **WRITE_PROBLEMS},
    auth=signed_in,
    summary="Update a picture",
)
def change_image(request: HttpRequest, image_id: Path[ImageId], change: ImageChange) -> ImageOut:
    """Changes title, caption and tags, and moves it to another collection. All or nothing."""
    image = _editable(request, image_id)
    with transaction.atomic():
        words = {"title": change.title, "caption": change.caption}
        edit_image(image, by=request.user, tags=change.tags, **words)
        if change.collection is not None and change.collection != image.collection.slug:
            visible = Collection.objects.visible_to(request.user)
            target = get_object_or_404(visible, slug=change.collection)
            moved = move_images(Image.objects.filter(pk=image.pk), to=target, by=request.user)
            if not moved.ids:
                raise LibraryProblem(
                    _("That collection already has the same file."), reason="already_there"
                )
    return _shape(request, image_id)


@router.delete(
    "/images/{image_id}",
    response={204: None, **WRITE_PROBLEMS},
    auth=signed_in,
    summary="Move a picture to the trash",
)
def delete_image(request: HttpRequest, image_id: Path[ImageId]) -> Status[None]:
    """It stays in the trash for some days and can be restored from there."""
    image = _editable(request, image_id)
    trash_images(Image.objects.filter(pk=image.pk), by=request.user)
    return Status(204, None)


@router.post(
    "/images/{image_id}/restore",
    response={200: ImageOut, **WRITE_PROBLEMS},
    auth=signed_in,
    summary="Restore a picture from the trash",
)
def restore_image(request: HttpRequest, image_id: Path[ImageId]) -> ImageOut:
    """Returns 409 if the same file has been added to the collection again."""
    trashed = Image.objects.trashed().editable_by(request.user)
    image = get_object_or_404(trashed, pk=image_id)
    if not restore_images(Image.objects.filter(pk=image.pk), by=request.user).ids:
        raise LibraryProblem(
            _("The same file is already back in the collection."), reason="already_there"
        )
    return _shape(request, image_id)


@router.post(
    "/images",
    response={200: BatchOut, 201: BatchOut, **WRITE_PROBLEMS},
    auth=signed_in,
    summary="Upload pictures",
)
def upload_images(
    request: HttpRequest, form: Form[UploadFields], files: File[list[UploadedFile]]
) -> Status[BatchOut]:
    """Adds pictures or zips to a collection. Returns 201 if anything was stored, 200 if everything
    was already there, and 422 if everything was refused. A stored picture is searchable once its
    progress is `searchable`: poll GET /batches/{id}."""
    batch = _batch(request, form)
    details = Details(
        title=clean_title(form.title),
        caption=clean_caption(form.caption),
        tags=tuple(parse_tags(form.tags)),
    )
    new: list[int] = []
    for file in files:
        name = name_of_form(file.name or "")
        items = add_file_to_batch(batch, file=file, name=name, details=details)
        new += [item.pk for item in items]
    hint_workers()
    rows = sorted(BatchRows(batch, only=new), key=lambda row: row.item.pk)
    kinds = {row.progress for row in rows}
    if kinds <= {FileState.REFUSED}:
        first = rows[0] if rows else None
        raise Refused(
            first.sentence if first else _("The request has no file."),
            reason=first.item.reason if first else "no_file",
        )
    status = 200 if kinds <= {FileState.REFUSED, FileState.DUPLICATE} else 201
    return Status(status, batch_shape(request, batch, rows=rows))


def _batch(request: HttpRequest, form: UploadFields) -> UploadBatch:
    visible = Collection.objects.visible_to(request.user)
    collection = get_object_or_404(visible, slug=form.collection)
    person = cast(User, request.user)
    if form.batch is None:
        return create_batch(person, collection=collection)
    mine = UploadBatch.objects.select_related("collection", "owner")
    return get_object_or_404(mine, pk=form.batch, owner=person, collection=collection)


def _shape(request: HttpRequest, image_id: int) -> ImageOut:
    image = get_object_or_404(for_tiles(Image.objects.visible_to(request.user)), pk=image_id)
    return image_shapes(request, [image])[0]


def _editable(request: HttpRequest, image_id: int) -> Image:
    """Return the picture; 404 if the caller may not see it, 403 if they may only see it."""
    visible = Image.objects.visible_to(request.user).select_related("collection")
    image = get_object_or_404(visible, pk=image_id)
    if not Image.objects.editable_by(request.user).filter(pk=image.pk).exists():
        raise NotAllowed(_("You can see this picture but not change it."))
    return image
