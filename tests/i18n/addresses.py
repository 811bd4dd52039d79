"""Every URL that the site's resolver knows, filled in for a library without Latin letters.

A URL that cannot be filled in fails the test, so no new page can be forgotten.
"""

import re

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import URLPattern, get_resolver
from django.utils import timezone

from gallery.ingest.upload_batches import add_file_to_batch, create_batch
from gallery.models import Collection, EmbeddingJob, Encoder
from tests.factories import make_collection, make_image
from tests.images import jpeg, text_file

# Pages of packages, with their own texts and scripts, and endpoints for programs.
NOT_OURS = re.compile(
    r"^/(api/|static/|healthz|readyz|i18n/scripts|metrics)|/jsi18n/|/autocomplete/|/r/|final_catch_all|\?P<url>"
)


def fill_library(owner):
    """Create pictures, a batch with every outcome, a picture in the trash and a failed job. Return
    the values that URLs may contain."""
    collection = make_collection(owner, "Кошки", visibility="public", description="Все кошки")
    Collection.objects.filter(pk=collection.pk).update(slug="77")
    collection.refresh_from_db()
    encoder = Encoder.objects.active()
    vector = [1.0] + [0.0] * (encoder.dimension - 1)
    shown = make_image(
        collection, vector=vector, title="Чаша", caption="Синяя чаша", tags=["чаша"],
        original_name="1.JPG", taken_at=timezone.now(), camera="Камера 3",
        exif={"FNumber": 2.8}, size_bytes=3_000_000,
    )  # fmt: skip
    make_image(collection, vector=vector, original_name="2.JPG")
    make_image(collection, original_name="3.JPG", deleted_at=timezone.now())
    waiting = make_image(collection, original_name="4.JPG")
    EmbeddingJob.objects.create(image=waiting, encoder=encoder)
    failed = make_image(collection, original_name="5.JPG")
    job = EmbeddingJob.objects.create(
        image=failed, encoder=encoder, attempts=3, quarantined_at=timezone.now(), reason="Ошибка"
    )
    batch = create_batch(owner, collection=collection)
    for name, content in (
        ("6.JPG", jpeg((300, 200), "white")),
        ("7.JPG", jpeg((300, 200), "white")),
        ("8.JPG", text_file()),
    ):
        add_file_to_batch(batch, file=SimpleUploadedFile(name, content), name=name)
    return {"image": shown, "collection": collection, "job": job, "batch": batch}


def every_address(library):
    """Return (name, URL) of each pattern that a browser can open, in the resolver's order."""
    for name, pattern in _patterns(get_resolver().url_patterns, ""):
        if not NOT_OURS.search("/" + pattern):
            yield name, _filled(pattern, library)


def _patterns(patterns, prefix):
    for one in patterns:
        path = prefix + str(one.pattern).lstrip("^")
        if isinstance(one, URLPattern):
            yield one.name or "", path
        else:
            yield from _patterns(one.url_patterns, path)


def _filled(pattern, library):
    """Return the URL of a pattern, with values of the library for its arguments."""

    def value(found):
        return _value(found[1], pattern, library)

    address = re.sub(r"\(\?P<(\w+)>(?:\[[^]]*\]|[^)])*\)", value, pattern)
    address = re.sub(r"<(?:\w+:)?(\w+)>", value, address)
    return "/" + address.replace("\\Z", "").replace("\\.", ".").rstrip("$")


def _value(argument, pattern, library):
    if argument in {"uidb64", "token"}:
        return "none"
    if argument == "app_label":
        return "gallery"
    if argument == "slug":
        return library["collection"].slug
    if argument in {"object_id", "pk", "id"}:
        return str(_row(pattern, library))
    return {"signature": "none", "sha256": "0" * 64, "width": "320"}.get(argument) or str(
        library[argument].pk
    )


def _row(pattern, library):
    """Return the key of a row that the URL is about."""
    from django.apps import apps

    admin = re.match(r"admin/(\w+)/(\w+)/", pattern)
    if admin:
        known = {type(row): row for row in library.values()}
        model = apps.get_model(admin[1], admin[2])
        row = known.get(model) or model._default_manager.first()
        return row.pk if row else 1
    if pattern.startswith("upload/"):
        return library["batch"].pk
    return library["image"].pk
