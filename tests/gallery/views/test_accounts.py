import pytest
from django.core import mail
from django.urls import reverse

from tests.factories import PASSWORD


def test_signing_in_leads_to_the_requested_page(client, owner):
    page = client.get(reverse("login"), {"next": "/upload/"})
    assert b"Sign in to see that page" in page.content
    assert b"testserver" not in page.content
    data = {"username": "olga", "password": PASSWORD, "next": "/upload/"}
    assert client.post(reverse("login"), data)["Location"] == "/upload/"


def test_a_wrong_password_does_not_reveal_which_part_was_wrong(client, owner):
    data = {"username": "olga", "password": "wrong"}
    assert "Wrong user name or password" in client.post(reverse("login"), data).content.decode()
    data["username"] = "nobody"
    assert "Wrong user name or password" in client.post(reverse("login"), data).content.decode()


@pytest.mark.parametrize(
    "name",
    ["password_change", "password_change_done", "password_reset", "password_reset_done",
     "password_reset_complete"],
)  # fmt: skip
def test_every_password_page_has_the_sites_layout(client, owner, name):
    client.force_login(owner)
    response = client.get(reverse(name))
    assert response.status_code == 200
    assert b'class="site-header"' in response.content
    assert b"Django" not in response.content


def test_a_forgotten_password_is_reset_by_email(client, owner, settings):
    settings.EMAIL_HOST = "mail.example.org"
    owner.email = "olga@example.org"
    owner.save()
    client.post(reverse("password_reset"), {"email": "olga@example.org"})
    link = next(line for line in mail.outbox[0].body.splitlines() if "/reset/" in line)
    page = client.get(link.split("testserver")[1], follow=True)
    new = {"new_password1": "another long one 7", "new_password2": "another long one 7"}
    client.post(page.redirect_chain[-1][0], new)
    assert client.login(username="olga", password="another long one 7")
    assert b"This link has expired" in client.get(link.split("testserver")[1], follow=True).content


def test_a_site_without_a_mail_server_promises_no_email(client, owner, settings):
    settings.EMAIL_HOST = ""
    owner.email = "olga@example.org"
    owner.save()
    for page in (
        client.get(reverse("password_reset")),
        client.post(reverse("password_reset"), {"email": "olga@example.org"}),
    ):
        assert "can’t send email" in page.content.decode()
        assert b'type="email"' not in page.content
    assert mail.outbox == []
