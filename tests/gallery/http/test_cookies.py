import pytest

from gallery.http.cookies import without_nul


@pytest.mark.parametrize("address", ["/", "/nothing/", "/api/v1/status"])
def test_a_session_with_a_nul_in_its_name_is_no_session(client, db, address):
    usual = client.get(address).status_code
    response = client.get(address, HTTP_COOKIE='sessionid="aaaaaaaaaa\\000b"')
    assert response.status_code == usual


def test_other_cookies_stay(client, db):
    response = client.get("/", HTTP_COOKIE='theme=dark; other="\\000"')
    assert response.context["site"].theme == "dark"


def test_every_cookie_with_a_nul_is_dropped_and_no_other(rf):
    request = rf.get("/")
    request.COOKIES = {
        "one": "a\x00",
        "theme": "dark",
        "two": "\x00",
        "three": "b\x00c",
        "none": "",
    }
    without_nul(lambda given: given)(request)
    assert request.COOKIES == {"theme": "dark", "none": ""}
