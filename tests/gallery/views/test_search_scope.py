"""The switch in the search box: this collection, or all pictures."""

import re

import pytest

from tests.factories import make_active_encoder, make_collection, make_image


@pytest.fixture
def collection(owner, client):
    """Create a public collection and an encoder to search with."""
    make_active_encoder()
    made = make_collection(owner, "Cats", visibility="public")
    make_image(made)
    return made


def options(response):
    page = response.content.decode()
    found = re.search(r'<select class="search-box__scope" name="collection".*?</select>', page)
    return re.findall(r'<option value="([^"]*)"( selected)?>', found[0]) if found else None


def test_a_collection_offers_itself_first(client, collection):
    response = client.get("/collections/cats/")
    assert options(response) == [("cats", " selected"), ("", "")]
    assert response.content.decode().count("This collection</option>") == 1


def test_results_inside_a_collection_keep_the_switch_and_send_the_collection_once(
    client, collection
):
    response = client.get("/search/?collection=cats")
    assert options(response) == [("cats", " selected"), ("", "")]
    assert ("collection", "cats") not in response.context["header_fields"]


@pytest.mark.parametrize("address", ["/", "/search/", "/search/?collection=a&collection=b"])
def test_other_pages_have_no_switch(client, collection, address):
    assert options(client.get(address)) is None


def test_a_hidden_collection_is_not_named(client, owner):
    make_active_encoder()
    make_collection(owner, "Secret plans")
    response = client.get("/search/?collection=secret-plans")
    assert options(response) is None
    assert "Secret plans" not in response.content.decode()
