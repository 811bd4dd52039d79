"""Edit titles, captions and tags: all fields of one picture, or tags and captions of many."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import transaction
from django.db.models import CharField, F, Func, Value
from django.utils.translation import gettext as _

from gallery.exceptions import LibraryProblem
from gallery.library.changes import Change
from gallery.library.picking import lock_pictures, lock_selection
from gallery.library.words import MAX_TAGS, clean_caption, clean_tags, clean_title
from gallery.models import Image
from gallery.models.image import ImageQuerySet
from gallery.models.people import Viewer


@transaction.atomic
def edit_image(
    image: Image,
    *,
    by: Viewer,
    title: str | None = None,
    caption: str | None = None,
    tags: Iterable[str] | None = None,
) -> Image:
    """Change the text fields of one picture. None leaves a field unchanged. A picture deleted in
    the meantime stays deleted. Raise NotAllowed and LibraryProblem."""
    words: dict[str, Any] = {}
    if title is not None:
        words["title"] = clean_title(title)
    if caption is not None:
        words["caption"] = clean_caption(caption)
    if tags is not None:
        words["tags"] = clean_tags(tags)
    lock_pictures(Image.objects.filter(pk=image.pk), by=by)
    if words:
        Image.objects.filter(pk=image.pk).update(**words)
    for name, value in words.items():
        setattr(image, name, value)
    return image


@transaction.atomic
def tag_images(
    images: ImageQuerySet, *, by: Viewer, tags: Iterable[str], expected: int | None = None
) -> Change:
    """Add tags to pictures, after the tags that they already have. Raise NotAllowed and
    LibraryProblem."""
    wanted = clean_tags(tags)
    if not wanted:
        raise LibraryProblem(_("Enter at least one tag."), reason="tags_missing")
    locked, read_only = lock_selection(images, by=by, expected=expected)
    if any(len({*image.tags, *wanted}) > MAX_TAGS for image in locked):
        raise LibraryProblem(
            _("A picture can have at most %(most)s tags, and one of these would have more.")
            % {"most": MAX_TAGS},
            reason="too_many_tags",
        )
    tagged = {tag: tuple(image.pk for image in locked if tag not in image.tags) for tag in wanted}
    for tag, ids in tagged.items():
        _alter_tags("array_append", tag=tag, ids=ids)
    ids = tuple(image.pk for image in locked)
    return Change(kind="tag", ids=ids, read_only=read_only, tagged=tagged)


@transaction.atomic
def untag_images(
    images: ImageQuerySet, *, by: Viewer, tags: Iterable[str], expected: int | None = None
) -> Change:
    """Remove tags from pictures. Raise NotAllowed and LibraryProblem."""
    wanted = clean_tags(tags)
    if not wanted:
        raise LibraryProblem(_("Enter at least one tag."), reason="tags_missing")
    locked, read_only = lock_selection(images, by=by, expected=expected)
    tagged = {tag: tuple(image.pk for image in locked if tag in image.tags) for tag in wanted}
    for tag, ids in tagged.items():
        _alter_tags("array_remove", tag=tag, ids=ids)
    changed = {pk for ids in tagged.values() for pk in ids}
    return Change(
        kind="untag",
        ids=tuple(sorted(changed)),
        skipped=len(locked) - len(changed),
        read_only=read_only,
        tagged=tagged,
    )


@transaction.atomic
def caption_images(
    images: ImageQuerySet,
    *,
    by: Viewer,
    caption: str,
    replace: bool = False,
    expected: int | None = None,
) -> Change:
    """Give pictures a caption: those without one, or with `replace` all of them. Raise
    NotAllowed and LibraryProblem."""
    text = clean_caption(caption)
    if not text:
        raise LibraryProblem(_("Enter a caption."), reason="caption_missing")
    locked, read_only = lock_selection(images, by=by, expected=expected)
    chosen = [image for image in locked if replace or not image.caption]
    Image.objects.filter(pk__in=[image.pk for image in chosen]).update(caption=text)
    return Change(
        kind="caption",
        ids=tuple(image.pk for image in chosen),
        skipped=len(locked) - len(chosen),
        read_only=read_only,
        captions={image.pk: image.caption for image in chosen},
        caption=text,
    )


@transaction.atomic
def undo_words(change: Change, *, by: Viewer) -> int:
    """Undo a change of tags or captions for those pictures that `by` may still edit; captions
    edited since are kept. Return how many pictures were restored. Raise NotAllowed."""
    images = Image.objects.filter(pk__in=change.ids)
    if change.kind == "caption":
        images = images.filter(caption=change.caption)
    mine = {image.pk for image in lock_pictures(images, by=by)}
    function = "array_remove" if change.kind == "tag" else "array_append"
    for tag, ids in change.tagged.items():
        _alter_tags(function, tag=tag, ids=[pk for pk in ids if pk in mine])
    by_caption: dict[str, list[int]] = {}
    for pk, caption in change.captions.items():
        if pk in mine:
            by_caption.setdefault(caption, []).append(pk)
    for caption, ids_before in by_caption.items():
        Image.objects.filter(pk__in=ids_before).update(caption=caption)
    return len(mine)


def _alter_tags(function: str, *, tag: str, ids: Iterable[int]) -> None:
    chosen = Image.objects.filter(pk__in=list(ids))
    if function == "array_append":
        chosen = chosen.exclude(tags__contains=[tag])
    chosen.update(
        tags=Func(
            F("tags"),
            Value(tag, output_field=CharField(max_length=60)),
            function=function,
            output_field=ArrayField(CharField(max_length=60)),
        )
    )
