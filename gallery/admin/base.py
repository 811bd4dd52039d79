"""What the admin's pages share: whose rows are shown, thumbnails, and errors as messages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from gallery.delivery import rendition_url
from gallery.exceptions import SemblanceError
from gallery.models import Image

Row = TypeVar("Row", bound=Model)

# Widths in pixels: of a picture in a list, and of the one on its own page.
LIST_THUMBNAIL_PX = 96
PAGE_THUMBNAIL_PX = 640


class LibraryAdmin(ModelAdmin[Row]):
    """Lists of a hundred rows whose first page costs the same queries however many rows match."""

    list_per_page = 100
    # Counting the whole table beside the matching rows is a second slow query.
    show_full_result_count = False
    empty_value_display = "–"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Headed by what it lists, instead of “Select picture to change”."""
        heading = {"title": capfirst(self.opts.verbose_name_plural)}
        return super().changelist_view(request, {**heading, **(extra_context or {})})

    def view_on_site(self, obj: Row) -> str | None:
        """Its page, if it has one, by its own address: see SemblanceAdminSite."""
        page = getattr(obj, "get_absolute_url", None)
        return page() if page else None


class ReadOnlyAdmin(LibraryAdmin[Row]):
    """Rows that the site writes itself: to be looked at, and acted on through actions only."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds one by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        """Nobody edits one by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        """Nobody deletes one by hand."""
        return False

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Who may run the actions: whoever was given the right to change such rows."""
        return request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}")


@contextmanager
def errors_as_messages(request: HttpRequest) -> Iterator[None]:
    """Turns a named error of the domain into the message that it carries for people."""
    try:
        yield
    except SemblanceError as error:
        messages.error(request, error.sentence)


def thumbnail(image: Image, *, side_px: int = LIST_THUMBNAIL_PX) -> SafeString:
    """The picture, at most `side_px` wide and high, its size known before it is loaded."""
    scale = side_px / max(image.width, image.height)
    return format_html(
        '<img class="thumbnail" src="{}" width="{}" height="{}" alt="{}" loading="lazy">',
        rendition_url(image, width=320 if side_px <= 320 else 640),
        max(1, round(image.width * scale)),
        max(1, round(image.height * scale)),
        image.alt_text,
    )


def options_of(model_admin: ModelAdmin[Any]) -> dict[str, Any]:
    """What Django's own admin templates want to know of the model."""
    return {"opts": model_admin.opts, "app_label": model_admin.opts.app_label}
