"""Pictures shown as queries: checked, stripped, found by, and gone after a day."""

from datetime import timedelta

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image as PillowImage

from gallery.exceptions import InvalidQuery, Refused
from gallery.models import QueryImage
from gallery.search import (
    SearchQuery,
    keep_query_image,
    purge_query_images,
    query_images,
    run_search,
)
from tests import images
from tests.gallery.search.conftest import make_background, make_coloured
from tests.tiny_encoder import TinyEncoder


def upload(data, name="shown.jpg"):
    """A file as a form gives it."""
    return SimpleUploadedFile(name, data)


def solid(colour="red"):
    """JPEG bytes of one colour."""
    return images.encode(PillowImage.new("RGB", (320, 240), colour), "JPEG")


def search_with(kept, **fields):
    """The page for a kept picture."""
    return run_search(SearchQuery(picture=kept.token, **fields), viewer=None)


def test_it_finds_what_looks_like_it(public):
    make_background(public)
    red = make_coloured(public, red=1)
    kept = keep_query_image(upload(solid()), owner=None)
    page = search_with(kept)
    assert page.hits[0].image == red
    assert page.hits[0].strength == "strong"
    assert page.hits[0].matched == ("looks",)


def test_words_and_a_shown_picture(public):
    make_background(public)
    both = make_coloured(public, red=1, blue=1)
    make_coloured(public, red=1)
    make_coloured(public, blue=1)
    kept = keep_query_image(upload(solid()), owner=None)
    assert search_with(kept, words="blue").hits[0].image == both


def test_vectors_of_a_shown_picture_are_kept_apart_by_encoder(db, monkeypatch):
    kept = keep_query_image(upload(solid()), owner=None)

    class Reversed(TinyEncoder):
        def encode_images(self, images):
            return super().encode_images(images)[:, ::-1].copy()

    encoders = {"tiny": TinyEncoder(), "other": Reversed()}
    monkeypatch.setattr(query_images, "load_encoder", encoders.__getitem__)
    one = query_images.query_image_vector(kept.token, encoder_key="tiny")
    other = query_images.query_image_vector(kept.token, encoder_key="other")
    assert list(other) == list(one[::-1])
    assert query_images.query_image_vector(kept.token, encoder_key="tiny") is one


def test_a_shown_picture_is_encoded_once_and_not_after_it_expired(db, monkeypatch):
    kept = keep_query_image(upload(solid()), owner=None)
    first = query_images.query_image_vector(kept.token, encoder_key="tiny")
    monkeypatch.setattr(query_images, "read_picture", lambda *_, **__: pytest.fail("read again"))
    assert query_images.query_image_vector(kept.token, encoder_key="tiny") is first
    QueryImage.objects.update(expires_at=timezone.now())
    with pytest.raises(InvalidQuery):
        query_images.query_image_vector(kept.token, encoder_key="tiny")


def test_what_is_kept_is_a_stripped_webp_copy(owner):
    kept = keep_query_image(upload(images.jpeg_with_exif()), owner=owner)
    assert kept.owner == owner
    assert kept.expires_at > timezone.now() + timedelta(hours=23)
    with storages["queries"].open(kept.file.name) as file:
        stored = PillowImage.open(file)
        assert stored.format == "WEBP"
        assert not stored.getexif()
        assert "exif" not in stored.info


def test_a_path_will_do(db, tmp_path):
    file = tmp_path / "red.jpg"
    file.write_bytes(solid())
    kept = keep_query_image(file, owner=None)
    assert kept.owner is None
    assert (kept.width, kept.height) == (320, 240)


@pytest.mark.parametrize(
    "data",
    [b"", images.text_file(), images.svg(), images.huge_png()],
    ids=["empty", "text", "svg", "huge"],
)
def test_what_is_no_picture_is_refused_and_leaves_nothing(db, data):
    with pytest.raises(Refused) as caught:
        keep_query_image(upload(data), owner=None)
    assert caught.value.sentence
    assert not QueryImage.objects.exists()


def test_tokens_cannot_be_guessed(db):
    tokens = {keep_query_image(upload(solid()), owner=None).token for _ in range(3)}
    assert len(tokens) == 3
    assert all(len(token) >= 22 for token in tokens)


def test_it_can_be_used_until_it_expires(public):
    make_background(public, 3)
    kept = keep_query_image(upload(solid()), owner=None)
    assert search_with(kept).hits
    QueryImage.objects.update(expires_at=timezone.now())
    with pytest.raises(InvalidQuery) as caught:
        search_with(kept)
    assert caught.value.reason == "query_picture_expired"


def test_a_lost_file_is_the_same_as_an_expired_one(public):
    kept = keep_query_image(upload(solid()), owner=None)
    storages["queries"].delete(kept.file.name)
    with pytest.raises(InvalidQuery) as caught:
        search_with(kept)
    assert caught.value.reason == "query_picture_expired"


def test_purging_deletes_rows_and_files_of_the_expired_only(db):
    old, new = (keep_query_image(upload(solid()), owner=None) for _ in range(2))
    QueryImage.objects.filter(pk=old.pk).update(expires_at=timezone.now())
    assert purge_query_images() == 1
    assert list(QueryImage.objects.all()) == [new]
    assert not storages["queries"].exists(old.file.name)
    assert storages["queries"].exists(new.file.name)
    assert purge_query_images() == 0


def test_what_a_shown_picture_was_cut_from_is_known_until_it_expires(public, private, owner):
    """And only to those who may see that picture."""
    whole, secret = make_coloured(public, red=1), make_coloured(private, red=1)
    part = keep_query_image(upload(solid()), owner=None, part_of=whole)
    hidden = keep_query_image(upload(solid()), owner=owner, part_of=secret)
    assert query_images.picture_cut_from(part.token, viewer=None) == whole
    assert query_images.picture_cut_from(hidden.token, viewer=owner) == secret
    assert query_images.picture_cut_from(hidden.token, viewer=None) is None
    assert query_images.picture_cut_from("another", viewer=None) is None
    QueryImage.objects.update(expires_at=timezone.now())
    assert query_images.picture_cut_from(part.token, viewer=None) is None
