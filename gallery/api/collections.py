"""API endpoints for collections, upload batches and the state of the library."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Path, Query, Router
from ninja.responses import Status

from gallery.api.auth import anyone, signed_in
from gallery.api.schemas import (
    BatchOut,
    BatchParams,
    CollectionNew,
    CollectionOut,
    Problem,
    Slug,
    StatusOut,
)
from gallery.api.shapes import batch_shape, collection_shape
from gallery.browsing import BatchRows, FileState, coverage, with_counts
from gallery.http.numbers import is_number
from gallery.library.collections import create_collection
from gallery.models import Collection, Encoder, Image, UploadBatch, User

router = Router()
PROBLEMS = {401: Problem, 404: Problem, 422: Problem}


@router.get(
    "/collections",
    response={200: list[CollectionOut], **PROBLEMS},
    auth=anyone,
    tags=["collections"],
    summary="List collections",
)
def list_collections(request: HttpRequest) -> list[CollectionOut]:
    """The collections that you may see, by name."""
    visible = Collection.objects.visible_to(request.user).select_related("owner")
    return [collection_shape(request, one) for one in with_counts(visible.order_by("name"))]


@router.get(
    "/collections/{slug}",
    response={200: CollectionOut, **PROBLEMS},
    auth=anyone,
    tags=["collections"],
    summary="Get a collection",
)
def get_collection(request: HttpRequest, slug: Path[Slug]) -> CollectionOut:
    """Returns 404 for a collection that you may not see."""
    return _collection(request, slug)


@router.post(
    "/collections",
    response={201: CollectionOut, **PROBLEMS, 409: Problem},
    auth=signed_in,
    tags=["collections"],
    summary="Create a collection",
)
def post_collection(request: HttpRequest, new: CollectionNew) -> Status[CollectionOut]:
    """You become its owner. Its slug is made from its name."""
    made = create_collection(cast(User, request.user), by=request.user, **new.dict())
    return Status(201, _collection(request, made.slug))


@router.get(
    "/batches/{batch_id}",
    response={200: BatchOut, **PROBLEMS},
    auth=signed_in,
    tags=["pictures"],
    summary="Get the progress of an upload batch",
)
def get_batch(request: HttpRequest, batch_id: UUID, params: Query[BatchParams]) -> BatchOut:
    """One of your own batches: the counts of all its files, and a page of them."""
    mine = UploadBatch.objects.select_related("collection").filter(
        owner_id=request.user.pk,
        collection__in=Collection.objects.open_to_uploads_by(request.user),
    )
    batch = get_object_or_404(mine, pk=batch_id)
    states = [FileState(each) for each in params.progress]
    after = int(params.after) if is_number(params.after) else 0
    found = BatchRows(batch).after(after, size=params.limit, states=states)
    next_after = str(found.rows[-1].item.pk) if found.has_more else ""
    return batch_shape(request, batch, rows=found.rows, next_after=next_after)


@router.get(
    "/status", response={200: StatusOut, 401: Problem}, auth=anyone, tags=["status"],
    summary="Get the state of the library",
)  # fmt: skip
def get_status(request: HttpRequest) -> StatusOut:
    """How many pictures you may see, and how many of them are searchable."""
    counts = coverage(Image.objects.visible_to(request.user))
    encoder = Encoder.objects.active()
    return StatusOut(
        site=settings.SITE_NAME,
        encoder=encoder.key if encoder else None,
        pictures=counts.pictures,
        searchable=counts.searchable,
        waiting=counts.waiting,
        signed_in_as=request.user.get_username() or None,
    )


def _collection(request: HttpRequest, slug: str) -> CollectionOut:
    visible = Collection.objects.visible_to(request.user).select_related("owner")
    return collection_shape(request, get_object_or_404(with_counts(visible), slug=slug))
