"""The URLs of the gallery app, grouped by the pages they belong to."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from gallery.http.script_catalog import script_catalog
from gallery.views import (
    arrivals,
    browse,
    collection_settings,
    collections,
    image,
    media,
    members,
    search,
    selection,
    tags,
    trash,
    undo,
    upload,
)

app_name = "gallery"

discovery_urls: list[URLPattern] = [
    path("", browse.browse, name="browse"),
    path("search/", search.search, name="search"),
    path("search/picture/", search.query_image, name="query-image"),
    path("search/picture/<slug:token>.webp", media.query_image_file, name="query-image-file"),
    path("images/<int:pk>/", image.image, name="image"),
    path("images/<int:pk>/similar/", image.similar, name="image-similar"),
    path("images/<int:pk>/edit/", image.edit, name="image-edit"),
    path("images/<int:pk>/trash/", image.trash, name="image-trash"),
    path("images/<int:pk>/restore/", image.restore, name="image-restore"),
    path("images/<int:pk>/original", media.original, name="image-download"),
    re_path(
        r"^pictures/(?P<signature>[-\w.]{1,80})/(?P<sha256>[0-9a-f]{64})/(?P<width>[0-9]{1,5})\.webp$",
        media.rendition,
        name="rendition",
    ),
    path("i18n/scripts/<slug:language>/<slug:version>.js", script_catalog, name="script-catalog"),
]

library_urls: list[URLPattern] = [
    path("upload/", upload.upload, name="upload"),
    path("upload/<uuid:pk>/", upload.batch, name="upload-batch"),
    path("upload/<uuid:pk>/files/", upload.files, name="upload-files"),
    path("upload/<uuid:pk>/status/", upload.status, name="upload-status"),
    path("upload/<uuid:pk>/retry/", upload.retry, name="upload-retry"),
    path("upload/<uuid:pk>/caption/", upload.caption, name="upload-caption"),
    path("collections/", collections.collections, name="collections"),
    path("collections/new/", collections.new, name="collection-new"),
    path("collections/<slug:slug>/", collections.collection, name="collection"),
    path(
        "collections/<slug:slug>/settings/",
        collection_settings.collection_settings,
        name="collection-settings",
    ),
    path("collections/<slug:slug>/delete/", collection_settings.delete, name="collection-delete"),
    path("collections/<slug:slug>/arrivals/", arrivals.arrivals, name="collection-arrivals"),
    path("collections/<slug:slug>/members/", members.save, name="collection-member-save"),
    path(
        "collections/<slug:slug>/members/<int:pk>/remove/",
        members.remove,
        name="collection-member-remove",
    ),
    path("tags/", tags.tags, name="tags"),
    path("selection/", selection.change, name="selection"),
    path("trash/", trash.trash, name="trash"),
    path("trash/change/", trash.change, name="trash-change"),
    path("undo/", undo.undo, name="undo"),
]

urlpatterns = [*discovery_urls, *library_urls]
