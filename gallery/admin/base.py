"""What the admin pages share: which rows a person sees, thumbnails, and errors shown as
messages."""

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

# Widths in pixels of a picture in a list and on its own page.
LIST_THUMBNAIL_PX = 96
PAGE_THUMBNAIL_PX = 640


class PlainListTitle(ModelAdmin[Row]):
    """Lists titled by what they contain instead of “Select person to change”."""

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the model's name as the heading instead of “Select picture to change”."""
        heading = {"title": capfirst(self.opts.verbose_name_plural)}
        return super().changelist_view(request, {**heading, **(extra_context or {})})


class LibraryAdmin(PlainListTitle[Row]):
    """Lists of a hundred rows. The first page costs the same number of queries however many rows
    match."""

    list_per_page = 100
    # Counting the whole table as well as the matching rows is a second slow query.
    show_full_result_count = False
    empty_value_display = "–"

    def view_on_site(self, obj: Row) -> str | None:
        """Return the URL of the object's page, if it has one. See SemblanceAdminSite for why."""
        page = getattr(obj, "get_absolute_url", None)
        return page() if page else None


class ReadOnlyAdmin(LibraryAdmin[Row]):
    """Rows that the site writes itself. People can view them and run actions on them, nothing
    else."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return False: rows cannot be added in the admin."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        """Return False: rows cannot be edited in the admin."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        """Return False: rows cannot be deleted in the admin."""
        return False

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Return whether the person may run the actions, which needs permission to change these
        rows."""
        return request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}")


@contextmanager
def errors_as_messages(request: HttpRequest) -> Iterator[None]:
    """Show an error raised by the domain as a message."""
    try:
        yield
    except SemblanceError as error:
        messages.error(request, error.sentence)


def thumbnail(image: Image, *, side_px: int = LIST_THUMBNAIL_PX) -> SafeString:
    """Render the picture at most `side_px` wide and high, with its size known before it loads."""
    scale = side_px / max(image.width, image.height)
    return format_html(
        '<img class="thumbnail" src="{}" width="{}" height="{}" alt="{}" loading="lazy">',
        rendition_url(image, width=320 if side_px <= 320 else 640),
        max(1, round(image.width * scale)),
        max(1, round(image.height * scale)),
        image.alt_text,
    )


def options_of(model_admin: ModelAdmin[Any]) -> dict[str, Any]:
    """Return the model's options, which Django's own admin templates need."""
    return {"opts": model_admin.opts, "app_label": model_admin.opts.app_label}
