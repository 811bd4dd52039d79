"""Addresses of the gallery app. Each block belongs to one family of pages."""

from __future__ import annotations

from django.urls import URLPattern, path

app_name = "gallery"

looking: list[URLPattern] = []

keeping: list[URLPattern] = []

urlpatterns = [*looking, *keeping]
