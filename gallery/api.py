"""The JSON API under /api/v1/: the NinjaAPI object, its errors and its routers.

Only searchsite.urls imports this module. What the endpoints do lives in gallery/api_*.py, which
parse, make one domain call and return plain data.
"""

from __future__ import annotations

from ninja import NinjaAPI

api = NinjaAPI(
    title="Semblance",
    version="1",
    urls_namespace="api",
    description="Put pictures in and find them by words, by another picture, or by both.",
)
