"""The Django project: wiring only. Loads the Celery app so that shared tasks find it."""

from searchsite.celery import app as celery_app

__all__ = ["celery_app"]
