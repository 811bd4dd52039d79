"""The admin inside the site's layout: navigation, theme, and the site's own sign-in page."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from tests.factories import PASSWORD, make_person

pytestmark = pytest.mark.django_db


def sections(response):
    return [section["label"] for section in response.context["sections"]]


def test_the_sections_have_plain_names_in_our_order(client, administrator):
    client.force_login(administrator)
    response = client.get("/admin/")
    assert sections(response) == [
        "Pictures", "Collections", "Uploads", "Waiting to be embedded", "Encoders", "People",
        "Groups",
    ]  # fmt: skip
    page = response.content.decode()
    assert f'href="{reverse("gallery:browse")}"' in page, "the way back to the site"
    assert 'id="search-words"' in page, "the site's own header"


def test_the_current_section_is_marked(client, administrator):
    client.force_login(administrator)
    response = client.get("/admin/gallery/collection/add/")
    current = [one["label"] for one in response.context["sections"] if one["is_current"]]
    assert current == ["Collections"]


def test_people_see_the_sections_that_they_may_open(client):
    person = make_person("curator", is_staff=True)
    person.user_permissions.add(Permission.objects.get(codename="view_image"))
    client.force_login(person)
    response = client.get("/admin/")
    assert sections(response) == ["Pictures"]
    assert response.context["dashboard"] is None


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_admin_uses_the_theme_of_the_site(client, administrator, theme):
    client.force_login(administrator)
    client.cookies["theme"] = theme
    page = client.get("/admin/").content.decode()
    assert f'data-theme="{theme}"' in page
    assert "admin/js/theme.js" not in page, "Django's own switch keeps another choice"


def test_the_admin_redirects_to_the_sites_sign_in_page(client):
    response = client.get("/admin/gallery/image/", follow=True)
    assert response.redirect_chain[-1][0] == "/accounts/login/?next=/admin/gallery/image/"


def test_the_admins_own_sign_in_form_accepts_no_password(client, administrator):
    data = {"username": administrator.username, "password": PASSWORD}
    response = client.post("/admin/login/", data)
    assert response.url == "/accounts/login/?next=/admin/"
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("elsewhere", ["https://elsewhere.example/", "//elsewhere.example/"])
def test_signing_in_never_redirects_to_another_site(client, elsewhere):
    response = client.get("/admin/login/", {"next": elsewhere})
    assert response.url == "/accounts/login/?next=/admin/"


def test_passwords_are_changed_on_the_site(client, administrator):
    client.force_login(administrator)
    assert client.get("/admin/password_change/").url == reverse("password_change")
