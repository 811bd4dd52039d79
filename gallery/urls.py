"""Addresses of the gallery app. Each block belongs to one family of pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from gallery.views import collections, members, selection, trash, undo, upload

app_name = "gallery"

looking: list[URLPattern] = []

keeping: list[URLPattern] = [
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
        collections.collection_settings,
        name="collection-settings",
    ),
    path("collections/<slug:slug>/delete/", collections.delete, name="collection-delete"),
    path("collections/<slug:slug>/selection/", selection.change, name="collection-selection"),
    path("collections/<slug:slug>/members/", members.save, name="collection-member-save"),
    path(
        "collections/<slug:slug>/members/<int:pk>/remove/",
        members.remove,
        name="collection-member-remove",
    ),
    path("trash/", trash.trash, name="trash"),
    path("trash/change/", trash.change, name="trash-change"),
    path("undo/", undo.undo, name="undo"),
]

urlpatterns = [*looking, *keeping]
