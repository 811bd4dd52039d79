"""The WSGI entry point of the web server; loads the encoder in the background as it starts."""

import gc
import logging
import os
import threading

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "searchsite.settings")

application = get_wsgi_application()

logger = logging.getLogger(__name__)


def warm_encoder() -> None:
    """Load the active encoder, so that the first search does not wait for it.

    Other pages respond in the meantime. Does nothing on a site without an encoder.
    """
    from django.db import connection

    from gallery.embedding.registry import warm_up
    from gallery.models import Encoder

    try:
        encoder = Encoder.objects.active()
        connection.close()
        if encoder is not None:
            warm_up(encoder.key)
            # Half a million permanent objects: scanning them for garbage would delay a search by a
            # quarter of a second.
            gc.collect()
            gc.freeze()
    except Exception:  # the thread's boundary: searches load it again or report the reason
        logger.exception("The encoder could not be loaded in advance")


threading.Thread(target=warm_encoder, name="warm-encoder", daemon=True).start()
