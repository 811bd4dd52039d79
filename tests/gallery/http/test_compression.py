"""Pages are compressed; pictures, downloads and unsupported encodings are not."""

import gzip

import pytest
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from gallery.http.compression import TextCompression
from gallery.models import Visibility
from tests.factories import make_collection, make_image

GZIP = {"accept-encoding": "gzip, deflate, br"}
LONG = b"the same words again and again " * 100


def answered(response, **headers):
    """Return the response after the middleware."""
    request = RequestFactory().get("/", headers=headers or GZIP)
    return TextCompression(lambda _: response)(request)


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/search/", "/api/v1/openapi.json", "/no-such-page/"])
def test_pages_and_the_api_are_compressed(client, address):
    plain = client.get(address)
    packed = client.get(address, headers=GZIP)
    assert "Content-Encoding" not in plain
    assert packed["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed["Vary"]
    assert int(packed["Content-Length"]) == len(packed.content)
    assert len(packed.content) < len(plain.content) / 2
    assert packed.status_code == plain.status_code


@pytest.mark.django_db
def test_a_page_of_pictures_shrinks_to_a_fraction(client, encoder, owner):
    colours = make_collection(owner, visibility=Visibility.PUBLIC)
    for number in range(60):
        make_image(colours, title=f"Picture {number}")
    packed = client.get("/", headers=GZIP)
    page = gzip.decompress(packed.content)
    assert len(page) > 50_000
    assert len(packed.content) < len(page) / 6


def test_the_length_of_a_response_varies_so_that_it_reveals_no_secret():
    lengths = {len(answered(HttpResponse(LONG)).content) for _ in range(20)}
    assert len(lengths) > 1


@pytest.mark.parametrize("kind", ["image/webp", "image/jpeg", "application/zip", "font/woff2"])
def test_compressed_content_is_left_alone(kind):
    answer = answered(HttpResponse(LONG, content_type=kind))
    assert "Content-Encoding" not in answer
    assert answer.content == LONG


def test_streamed_responses_are_left_alone():
    for answer in (
        answered(StreamingHttpResponse(iter([LONG]), content_type="text/plain")),
        answered(FileResponse(iter([LONG]), content_type="text/html")),
    ):
        assert "Content-Encoding" not in answer


def test_a_client_without_gzip_support_gets_plain_text():
    answer = answered(HttpResponse(LONG), **{"accept-encoding": "identity"})
    assert "Content-Encoding" not in answer


def test_whitenoise_keeps_serving_its_own_compressed_files(settings):
    order = settings.MIDDLEWARE
    whitenoise = order.index("whitenoise.middleware.WhiteNoiseMiddleware")
    assert order.index("gallery.http.compression.TextCompression") == whitenoise + 1
