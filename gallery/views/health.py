"""Health checks for people and load balancers: /healthz for the process, /readyz for the rest."""

from __future__ import annotations

from django.conf import settings
from django.db import OperationalError as DatabaseUnavailable
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from kombu import Connection
from kombu.exceptions import OperationalError

from gallery.models import EmbeddingJob, Encoder, Image
from gallery.models.people import Viewer
from gallery.vectors import measure_coverage

# Long enough for a busy broker, short enough for a load balancer's own limit.
BROKER_TIMEOUT_S = 1.0
TRANSPORT_OPTIONS = {
    "max_retries": 0,
    "socket_connect_timeout": BROKER_TIMEOUT_S,
    "socket_timeout": BROKER_TIMEOUT_S,
}


@never_cache
def healthz(_request: HttpRequest) -> HttpResponse:
    """Return 200 while this process can respond."""
    return JsonResponse({"status": "ok"})


@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Return 200 when searches work: the database is reachable and an encoder is active.

    An unreachable broker is reported but does not make the site unready: embeddings are delayed
    but nothing is lost. The picture counts cover what the client may see; the waiting and failed
    counts cover the whole queue.
    """
    try:
        body = _progress(request.user)
    except DatabaseUnavailable:
        return JsonResponse({"status": "unavailable", "database": False}, status=503)
    ready = body["encoder"] is not None
    body = {"status": "ok" if ready else "starting", "database": True, "broker": _broker(), **body}
    return JsonResponse(body, status=200 if ready else 503)


def _progress(viewer: Viewer) -> dict[str, object]:
    connection.ensure_connection()
    encoder = Encoder.objects.active()
    found = measure_coverage(Image.objects.visible_to(viewer), encoder=encoder)
    jobs = EmbeddingJob.objects.filter(encoder=encoder).count_by_state()
    return {
        "encoder": encoder.key if encoder else None,
        "pictures": found.pictures,
        "searchable": found.searchable,
        "waiting": jobs.waiting,
        "failed": jobs.failed,
    }


def _broker() -> bool:
    """Whether the broker responds; opening a channel sends it a PING."""
    with Connection(settings.CELERY_BROKER_URL, transport_options=TRANSPORT_OPTIONS) as broker:
        unreachable: tuple[type[BaseException], ...]
        unreachable = (OperationalError, *broker.connection_errors)
        try:
            broker.ensure_connection(max_retries=1, interval_start=0)
        except unreachable:
            return False
    return True
