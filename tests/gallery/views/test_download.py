import io
import zipfile

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from tests.factories import make_collection, make_image


@pytest.fixture
def collection(owner, client):
    """Create a collection of the signed-in owner with two files."""
    client.force_login(owner)
    made = make_collection(owner, "Cats")
    for name in ("cat.jpg", "dog.jpg"):
        image = make_image(made, original_name=name)
        image.original.save(name, ContentFile(name.encode() * 100))
    return made


def download(client, collection, **data):
    trail = f"collections/{collection.slug}"
    return client.post(
        reverse("gallery:selection"),
        {"action": "download", "from": trail, **data},
        headers={"Accept-Encoding": "gzip"},
    )


def test_a_selection_is_downloaded_as_one_streamed_zip(client, collection):
    response = download(client, collection, all="1", expected="2")
    assert response.streaming
    assert response["Content-Type"] == "application/zip"
    assert response["Content-Disposition"] == 'attachment; filename="cats.zip"'
    assert "Content-Encoding" not in response
    archive = zipfile.ZipFile(io.BytesIO(response.getvalue()))
    assert sorted(archive.namelist()) == ["cat.jpg", "dog.jpg"]


def test_view_only_pictures_can_be_downloaded(client, collection, stranger):
    collection.visibility = "public"
    collection.save()
    client.force_login(stranger)
    ids = list(collection.images.values_list("pk", flat=True))
    assert download(client, collection, ids=ids).streaming


@pytest.mark.parametrize("bound", [{"MAX_DOWNLOAD_PICTURES": 1}, {"MAX_DOWNLOAD_BYTES": 1999}])
def test_an_oversized_selection_is_refused_with_a_message(client, collection, settings, bound):
    for name, value in bound.items():
        setattr(settings, name, value)
    response = download(client, collection, all="1", expected="2")
    assert response.status_code == 302
    page = client.get(response["Location"]).content.decode()
    assert "You selected 2 pictures with 2.0" in page
    assert "Select fewer" in page


def test_a_changed_selection_downloads_nothing(client, collection):
    assert download(client, collection, all="1", expected="3").status_code == 302


def test_a_selection_of_exactly_the_limits_is_downloaded(client, collection, settings):
    settings.MAX_DOWNLOAD_PICTURES, settings.MAX_DOWNLOAD_BYTES = 2, 2000
    assert download(client, collection, all="1", expected="2").streaming


def test_files_are_in_the_order_of_the_page(client, collection):
    response = download(client, collection, all="1", expected="2")
    archive = zipfile.ZipFile(io.BytesIO(response.getvalue()))
    assert archive.namelist() == ["dog.jpg", "cat.jpg"]
