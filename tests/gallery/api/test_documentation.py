"""The API reference: complete, without scripts, in the site's own layout."""

import pytest

from gallery.api import api

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client):
    return client.get("/api/v1/docs").content.decode()


def test_every_endpoint_and_object_is_described(page):
    schema = api.get_openapi_schema(path_prefix="/api/v1/")
    for path, methods in schema["paths"].items():
        assert f"<code>{path}</code>" in page
        for operation in methods.values():
            assert operation["summary"] in page
    for name in schema["components"]["schemas"]:
        if "properties" in schema["components"]["schemas"][name]:
            assert f'id="{name}"' in page


def test_links_inside_the_page_have_targets(page):
    import re

    targets = set(re.findall(r'\bid="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= targets


def test_examples_can_be_run_as_they_stand(page):
    assert "curl &quot;http://testserver/api/v1/search?q=a+dog+on+a+beach&quot;" in page
    assert "-X POST -u NAME:PASSWORD" in page
    assert "-F &quot;picture=@picture.jpg&quot;" in page
    assert "Holidays 2026" in page, "the body of a new collection"
    assert "http://testserver/api/v1/images/12" in page


def test_it_has_the_layout_of_the_site(client):
    client.cookies["theme"] = "dark"
    page = client.get("/api/v1/docs").content.decode()
    assert 'data-theme="dark"' in page
    assert 'id="search-words"' in page
    assert "swagger" not in page
