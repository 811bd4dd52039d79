"""Template variables of every page: no queries, and only known themes."""

import pytest

from gallery.http.context import site, site_for


@pytest.mark.parametrize(
    ("cookie", "theme"), [(None, ""), ("dark", "dark"), ("light", "light"), ('"><script>', "")]
)
def test_only_known_themes_are_read_from_the_cookie(rf, cookie, theme, settings):
    settings.SITE_NAME = "Ours"
    request = rf.get("/")
    if cookie is not None:
        request.COOKIES["theme"] = cookie
    found = site(request)["site"]
    assert (found.name, found.theme) == ("Ours", theme)


def test_it_works_without_a_request():
    assert site_for(None).theme == ""


def test_the_chosen_theme_is_in_the_markup(client, db):
    client.cookies["theme"] = "dark"
    assert 'data-theme="dark"' in client.get("/").content.decode()
