"""Files of pictures: renditions by signature, originals by permission, query pictures by token."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.urls import reverse
from django.utils import timezone

from gallery import delivery
from gallery.delivery import rendition_url, sign
from gallery.models import RENDITION_WIDTHS, Collection, QueryImage, Role, Visibility
from tests.factories import make_collection, make_image


def stored(collection, **fields):
    """Create a picture's row with small files."""
    image = make_image(collection, **fields)
    for width in RENDITION_WIDTHS:
        storages["renditions"].save(image.rendition_name(width), ContentFile(b"webp %d" % width))
    image.original.save(f"{image.pk}.jpg", ContentFile(b"original"), save=True)
    return image


def body(response):
    """Return the streamed bytes."""
    return b"".join(response.streaming_content)


@pytest.fixture
def public(owner):
    """Create a picture that anyone may see."""
    return stored(make_collection(owner, visibility=Visibility.PUBLIC))


@pytest.fixture
def private(owner):
    """Create a picture that its owner may see."""
    return stored(make_collection(owner))


def test_a_rendition_takes_no_query_and_no_session(
    client, owner, private, django_assert_num_queries
):
    client.force_login(owner)
    address = rendition_url(private, width=640)
    with django_assert_num_queries(0):
        response = client.get(address)
        assert body(response) == b"webp 640"
    assert response["Content-Type"] == "image/webp"
    assert "Cookie" not in response.get("Vary", "")
    assert not response.cookies


def test_a_page_of_public_renditions_takes_one_query(client, public, django_assert_num_queries):
    cache.clear()
    with django_assert_num_queries(1):
        for width in RENDITION_WIDTHS * 20:
            assert client.get(rendition_url(public, width=width)).status_code == 200


def test_a_public_address_expires_when_its_collection_becomes_private(client, public):
    address = rendition_url(public, width=320)
    assert client.get(address).status_code == 200
    Collection.objects.update(visibility=Visibility.PRIVATE)
    cache.clear()  # Applies after the two seconds that it is cached.
    assert client.get(address).status_code == 404
    Collection.objects.update(visibility=Visibility.PUBLIC)
    assert client.get(address).status_code == 200


def test_public_renditions_may_be_cached_by_anyone_private_ones_by_the_browser(
    client, public, private
):
    for image, word, other in ((public, "public", "private"), (private, "private", "public")):
        control = client.get(rendition_url(image, width=320))["Cache-Control"]
        assert word in control
        assert other not in control
        assert "immutable" in control
        assert "max-age=" in control


def test_a_cached_rendition_is_not_sent_again(client, public):
    address = rendition_url(public, width=320)
    etag = client.get(address)["ETag"]
    again = client.get(address, headers={"If-None-Match": etag})
    assert again.status_code == 304
    assert "immutable" in again["Cache-Control"]


def test_a_signature_is_valid_for_one_picture_only(client, public, private):
    signature = sign(public.sha256, public_in=public.collection_id)
    address = reverse(
        "gallery:rendition",
        kwargs={"signature": signature, "sha256": private.sha256, "width": "320"},
    )
    assert client.get(address).status_code == 404


def test_an_expired_url_shows_nothing(client, private, monkeypatch):
    address = rendition_url(private, width=320)
    later = timezone.now().timestamp() + 2 * delivery.PRIVATE_WINDOW_S + 1
    monkeypatch.setattr(delivery.time, "time", lambda: later)
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("width", ["0", "319", "10000", "0320"])
def test_only_existing_widths_are_served(client, public, width):
    address = rendition_url(public, width=320).replace("320.webp", f"{width}.webp")
    assert client.get(address).status_code in {200 if int(width) == 320 else 404}


def test_a_missing_file_is_a_404_that_is_not_cached(client, public):
    address = rendition_url(public, width=320)
    for width in RENDITION_WIDTHS:
        storages["renditions"].delete(public.rendition_name(width))
    response = client.get(address)
    assert response.status_code == 404
    assert "Cache-Control" not in response


def test_the_next_larger_copy_replaces_a_missing_width_for_an_hour(client, public):
    storages["renditions"].delete(public.rendition_name(480))
    address = rendition_url(public, width=480)
    response = client.get(address)
    assert body(response) == b"webp 640"
    assert "max-age=3600" in response["Cache-Control"]
    assert "immutable" not in response["Cache-Control"]
    # It has been made since, so the browser's cached copy is not used.
    storages["renditions"].save(public.rendition_name(480), ContentFile(b"webp 480"))
    again = client.get(address, headers={"if-none-match": response["ETag"]})
    assert body(again) == b"webp 480"
    assert "immutable" in again["Cache-Control"]


def test_a_smaller_copy_is_never_used_instead(client, public):
    storages["renditions"].delete(public.rendition_name(1600))
    assert client.get(rendition_url(public, width=1600)).status_code == 404


def test_the_original_is_sent_unchanged_to_people_who_may_see_it(client, owner, stranger, private):
    address = reverse("gallery:image-download", kwargs={"pk": private.pk})
    assert client.get(address).status_code == 404
    client.force_login(stranger)
    assert client.get(address).status_code == 404
    private.collection.memberships.create(person=stranger, role=Role.VIEWER)
    response = client.get(address)
    assert body(response) == b"original"
    assert response["Content-Type"] == "image/jpeg"
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "private" in response["Cache-Control"]


def test_a_file_name_cannot_inject_headers(client, public):
    public.original_name = 'a"b\u202e; x=é.jpg'
    public.save(update_fields=["original_name"])
    response = client.get(reverse("gallery:image-download", kwargs={"pk": public.pk}))
    assert response.status_code == 200
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''a%22b")
    response.close()


def test_the_original_of_a_picture_in_the_trash_or_without_file_is_gone(client, public):
    address = reverse("gallery:image-download", kwargs={"pk": public.pk})
    public.original.storage.delete(public.original.name)
    assert client.get(address).status_code == 404
    public.deleted_at = timezone.now()
    public.save()
    assert client.get(address).status_code == 404


def test_anyone_with_the_token_sees_a_query_picture_until_it_expires(client, db):
    kept = QueryImage(width=1, height=1, expires_at=timezone.now() + timedelta(hours=1))
    kept.file.save(f"{kept.token}.webp", ContentFile(b"query"), save=True)
    address = reverse("gallery:query-image-file", kwargs={"token": kept.token})
    assert body(client.get(address)) == b"query"
    assert client.get(address.replace(kept.token, "A" * 22)).status_code == 404
    QueryImage.objects.update(expires_at=timezone.now())
    assert client.get(address).status_code == 404


def test_requests_change_nothing(client, public):
    assert client.post(rendition_url(public, width=320)).status_code == 405
