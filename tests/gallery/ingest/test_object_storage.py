"""Ingest into an S3 bucket instead of a folder: moto replaces the store, boto3 is real."""

import boto3
import pytest
from django.core.files.storage import storages
from moto.server import ThreadedMotoServer

from gallery.ingest import blobs, library_check
from gallery.ingest.intake import Duplicate
from gallery.ingest.library_check import ProblemKind, find_problems
from gallery.ingest.library_repair import repair
from gallery.models import Image
from gallery.models.image import originals_storage
from tests import images
from tests.gallery.ingest.conftest import upload
from tests.ingesting import ingest_file

BUCKET = "pictures"
KEYS = {"region_name": "us-east-1", "access_key": "test", "secret_key": "test"}


@pytest.fixture(scope="module")
def address():
    """Start a store on its own port with an empty bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(address, settings):
    """Use the bucket for the picture stores, emptied before each test."""
    client = boto3.resource(
        "s3", endpoint_url=address, region_name="us-east-1",
        aws_access_key_id="test", aws_secret_access_key="test",
    )  # fmt: skip
    bucket = client.Bucket(BUCKET)
    bucket.create()
    bucket.objects.all().delete()
    settings.STORAGES = {
        **settings.STORAGES,
        **{
            name: {
                "BACKEND": "storages.backends.s3.S3Storage",
                "OPTIONS": {
                    "bucket_name": BUCKET, "location": name, "endpoint_url": address,
                    "file_overwrite": True, **KEYS,
                },
            }
            for name in ("originals", "renditions", "queries")
        },
    }  # fmt: skip
    original = Image._meta.get_field("original")
    before, original.storage = original.storage, storages["originals"]
    yield bucket
    original.storage = before


def keys(bucket):
    return sorted(item.key for item in bucket.objects.all())


def test_a_picture_is_stored_read_and_deleted(transactional_db, bucket, destination, stored_files):
    image = ingest_file(upload(images.jpeg()), to=destination, name="a.jpg").image
    folder = f"{image.sha256[:2]}/{image.sha256[2:4]}/{image.sha256}"
    assert keys(bucket) == [
        f"originals/{folder}.jpg",
        *(f"renditions/{folder}/{width}.webp" for width in (1600, 320, 480, 640)),
    ]
    with originals_storage().open(image.original.name) as original:
        assert original.read() == images.jpeg()
    assert ingest_file(upload(images.jpeg()), to=destination, name="b.jpg") == Duplicate(image)
    assert stored_files() == []
    Image.objects.all().delete()
    blobs.delete_unreferenced(image.sha256, original=image.original.name)
    assert keys(bucket) == []


def test_the_library_check_finds_and_repairs(db, bucket, destination, monkeypatch):
    image = ingest_file(upload(images.jpeg()), to=destination, name="a.jpg").image
    blobs.renditions_storage().delete(image.rendition_name(640))
    (finding,) = find_problems()
    assert finding.problem == ProblemKind.MISSING_RENDITIONS
    assert repair(finding)
    assert list(find_problems()) == []
    Image.objects.all().delete()
    monkeypatch.setattr(library_check, "GRACE", -library_check.GRACE)
    for finding in list(find_problems()):
        repair(finding)
    assert keys(bucket) == []
