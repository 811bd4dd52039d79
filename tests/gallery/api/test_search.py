"""Searching with the API: results, exclusion, permissions, and the rate limit."""

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile

from gallery.models import Image, QueryImage
from tests.factories import make_image
from tests.gallery.api.requests import RED, basic, red_file


def test_a_search_responds_as_documented(client, public):
    response = client.get("/api/v1/search", {"q": "red"})
    body = response.json()
    assert response.status_code == 200
    assert (body["query"], body["encoder"]) == ("red", "tiny")
    result = body["results"][0]
    image = Image.objects.get()
    promised = {"id", "file", "collection", "title", "caption", "score", "url"}
    assert set(result) == promised | {"strength"}
    assert (result["id"], result["file"]) == (image.pk, image.original_name)
    assert result["url"] == f"http://testserver/images/{image.pk}/"
    assert (body["page"]["page"], body["page"]["searched"]) == (1, 1)
    assert (body["page"]["good"], body["page"]["less_likely"]) == (1, 0)
    listed = client.get("/api/v1/search", {"orientation": "landscape"}).json()
    assert {one["strength"] for one in listed["results"]} == {None}
    assert listed["page"]["good"] is None


def test_excluded_pictures_are_not_results_and_are_counted(client, public, encoder):
    make_image(public, title="Blue door", vector=RED, encoder=encoder)
    body = client.get("/api/v1/search", {"q": "red", "not": "blue"}).json()
    assert "Blue door" not in [one["title"] for one in body["results"]]
    assert body["page"]["left_out"] == [{"kind": "words", "value": "blue", "count": 1}]


def test_parts_can_be_more_or_less_important(client, public, encoder):
    make_image(public, title="Blue door", vector=RED, encoder=encoder)
    asked = {"q": "red", "not": "blue", "less": ["not.blue", "nothing"]}
    body = client.get("/api/v1/search", asked).json()
    assert "Blue door" in [one["title"] for one in body["results"]]
    assert body["page"]["left_out"] == []
    plain = client.get("/api/v1/search", {"q": "red", "not": "blue"}).json()
    more = client.get("/api/v1/search", {"q": "red", "not": "blue", "more": "nothing"}).json()
    assert more["results"] == plain["results"]


def test_the_uploaded_picture_can_be_more_important(client, public):
    scores = [
        client.post(f"/api/v1/search/picture?q=blue{weight}", {"picture": red_file()}).json()[
            "results"
        ][0]["score"]
        for weight in ("&less=picture", "", "&more=picture")
    ]
    assert scores == sorted(set(scores))


def test_no_response_contains_what_the_viewer_may_not_see(client, public, private, stranger):
    for extra in ({}, basic("stranger")):
        assert len(client.get("/api/v1/search", {"q": "red"}, **extra).json()["results"]) == 1
        assert len(client.get("/api/v1/images", **extra).json()["images"]) == 1
        assert [c["slug"] for c in client.get("/api/v1/collections", **extra).json()] == ["cats"]
        assert client.get("/api/v1/status", **extra).json()["pictures"] == 1
        secret = private.images.get()
        assert client.get(f"/api/v1/images/{secret.pk}", **extra).status_code == 404
        assert client.get("/api/v1/collections/secret", **extra).status_code == 404
    found = client.get("/api/v1/search", {"q": "red"}, **basic("olga")).json()["results"]
    assert {one["collection"] for one in found} == {"cats", "secret"}


def test_searching_by_a_picture_gives_a_token_to_continue_with(client, public):
    response = client.post("/api/v1/search/picture?limit=1", {"picture": red_file()})
    body = response.json()
    assert response.status_code == 200
    assert body["results"][0]["title"] == "Red cat"
    again = client.get("/api/v1/search", {"picture": body["picture"]}).json()
    assert [one["id"] for one in again["results"]] == [one["id"] for one in body["results"]]
    bad = client.post("/api/v1/search/picture", {"picture": SimpleUploadedFile("a.png", b"x")})
    assert bad.status_code == 422


@pytest.mark.parametrize("first", ["words", "picture"])
@pytest.mark.parametrize("second", ["words", "picture"])
def test_searches_over_the_limit_have_to_wait(client, public, settings, first, second):
    """Searches by words and by picture count together; a picture is not kept either."""

    def search(kind):
        if kind == "words":
            return client.get("/api/v1/search", {"q": "red"})
        return client.post("/api/v1/search/picture", {"picture": red_file()})

    cache.clear()
    settings.RATE_LIMIT_PER_MINUTE = 1
    assert search(first).status_code == 200
    kept = QueryImage.objects.count()
    response = search(second)
    assert (response.status_code, response.json()["reason"]) == (429, "too_many_requests")
    assert QueryImage.objects.count() == kept
    cache.clear()
