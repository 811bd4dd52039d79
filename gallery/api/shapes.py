"""Convert rows to the API's schemas. Callers pass only rows that the API's caller may see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from gallery.api.schemas import (
    BatchOut,
    CollectionOut,
    ImageOut,
    LeftOutInfo,
    PageInfo,
    Result,
    SearchAnswer,
    Thumbnail,
    UploadItemOut,
)
from gallery.browsing import ItemProgress, summarize_batch
from gallery.delivery import sources
from gallery.models import Collection, Encoder, Image, UploadBatch
from gallery.search import Hit, SearchPage


def search_answer(request: HttpRequest, page: SearchPage, *, picture: str = "") -> SearchAnswer:
    """Return a page of results."""
    return SearchAnswer(
        query=page.query.words,
        encoder=page.encoder,
        results=[_result(request, hit, is_ranked=page.good is not None) for hit in page.hits],
        page=PageInfo(
            page=page.query.page,
            has_next=page.has_next,
            has_previous=page.has_previous,
            total=page.total,
            weak_from=page.weak_from,
            good=page.good,
            more_good=page.more_good,
            less_likely=page.less_likely,
            left_out=[
                LeftOutInfo(kind=each.kind, value=each.value, count=each.count)
                for each in page.left_out
            ],
            searched=page.searched,
            waiting=page.waiting,
            elapsed_ms=round(page.elapsed_ms, 1),
            notice=page.notice,
        ),
        picture=picture,
    )


def _result(request: HttpRequest, hit: Hit, *, is_ranked: bool) -> Result:
    image = hit.image
    return Result(
        id=image.pk,
        file=image.original_name,
        collection=image.collection.slug,
        title=image.title,
        caption=image.caption,
        score=round(hit.score, 4),
        strength=hit.strength if is_ranked else None,
        url=request.build_absolute_uri(image.get_absolute_url()),
    )


def image_shapes(request: HttpRequest, images: Sequence[Image]) -> list[ImageOut]:
    """Return pictures, whose collections must be selected, with two queries for any number."""
    encoder = Encoder.objects.active()
    searchable: set[int] = set()
    if encoder is not None:
        wanted = Image.objects.filter(pk__in=[image.pk for image in images])
        searchable = set(wanted.searchable_with(encoder.pk).values_list("pk", flat=True))
    return [_image(request, image, is_searchable=image.pk in searchable) for image in images]


def _image(request: HttpRequest, image: Image, *, is_searchable: bool) -> ImageOut:
    original = reverse("gallery:image-download", kwargs={"pk": image.pk})
    return ImageOut(
        id=image.pk,
        file=image.original_name,
        collection=image.collection.slug,
        title=image.title,
        caption=image.caption,
        tags=image.tags,
        media_type=image.media_type,
        width=image.width,
        height=image.height,
        size_bytes=image.size_bytes,
        sha256=image.sha256,
        taken_at=image.taken_at,
        created_at=image.created_at,
        camera=image.camera,
        is_searchable=is_searchable,
        url=request.build_absolute_uri(image.get_absolute_url()),
        original_url=request.build_absolute_uri(original),
        thumbnails=[
            Thumbnail(width=width, url=request.build_absolute_uri(address))
            for address, width in sources(image)
        ],
    )


def batch_shape(
    request: HttpRequest, batch: UploadBatch, *, rows: Sequence[ItemProgress], next_after: str = ""
) -> BatchOut:
    """Return a batch with some of its files."""
    return BatchOut(
        id=batch.pk,
        collection=batch.collection.slug,
        url=request.build_absolute_uri(batch.get_absolute_url()),
        counts={state.value: count for state, count in summarize_batch(batch).counts.items()},
        items=[_item(row) for row in rows],
        next=next_after,
    )


def _item(row: ItemProgress) -> UploadItemOut:
    item = row.item
    return UploadItemOut(
        file=item.name,
        progress=row.progress.value,
        reason=item.reason,
        sentence=row.sentence,
        image=item.image.pk if item.image is not None and not item.image.is_trashed else None,
    )


def collection_shape(request: HttpRequest, collection: Any) -> CollectionOut:
    """Return a collection, which must have picture_count annotated and its owner selected."""
    found: Collection = collection
    return CollectionOut(
        slug=found.slug,
        name=found.name,
        description=found.description,
        visibility="public" if found.is_public else "private",
        owner=found.owner.get_username(),
        picture_count=collection.picture_count,
        url=request.build_absolute_uri(found.get_absolute_url()),
    )
