import pytest
from django.urls import reverse

from gallery.models import Membership, Role
from tests.factories import make_collection, make_image


@pytest.fixture
def collection(owner, client):
    """Create a private collection of the signed-in owner."""
    client.force_login(owner)
    return make_collection(owner, "Cats")


def save(client, collection, **data):
    address = reverse("gallery:collection-settings", kwargs={"slug": collection.slug})
    return client.post(address, {"name": "Cats", "visibility": "public", **data})


def add(client, collection, **data):
    address = reverse("gallery:collection-member-save", kwargs={"slug": collection.slug})
    return client.post(address, data)


def test_publishing_asks_for_confirmation_with_the_exact_number(client, collection):
    for _ in range(31):
        make_image(collection)
    make_image(collection, deleted_at="2024-01-01T00:00Z")
    response = save(client, collection, name="Our cats", description="Two of them")
    page = response.content.decode()
    assert "Make 31 pictures public" in page
    collection.refresh_from_db()
    assert not collection.is_public
    fields = dict(response.context["fields"])
    assert fields["publish"] == "31"
    assert client.post(response.wsgi_request.path, fields).status_code == 302
    collection.refresh_from_db()
    assert (collection.is_public, collection.name, collection.description) == (
        True,
        "Our cats",
        "Two of them",
    )


def test_confirmation_is_repeated_if_the_number_has_changed(client, collection):
    make_image(collection)
    make_image(collection)
    assert "Make 2 pictures public" in save(client, collection, publish="1").content.decode()
    collection.refresh_from_db()
    assert not collection.is_public


def test_no_confirmation_without_pictures_or_changes(client, collection):
    assert save(client, collection).status_code == 302
    make_image(collection)
    assert save(client, collection, name="Our cats").status_code == 302
    assert save(client, collection, visibility="private").status_code == 302


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("olgaa", "No user named “olgaa”"),
        ("owner", "can already do everything"),
        ("", "This field is required"),
    ],
)
def test_a_refused_member_shows_an_error_beside_the_name(client, collection, owner, name, sentence):
    typed = owner.username if name == "owner" else name
    response = add(client, collection, username=typed, role=Role.MANAGER)
    assert response.status_code == 422
    form = response.context["member_form"]
    assert sentence in " ".join(form.errors["username"])
    page = response.content.decode()
    assert f'value="{typed}"' in page or not typed
    assert 'value="manager" selected' in page
    assert 'aria-invalid="true"' in page
    assert not Membership.objects.exists()


def test_a_cover_from_elsewhere_is_refused_like_one_that_does_not_exist(
    client, collection, stranger
):
    """So that nobody learns which pictures there are in collections they cannot see."""
    hidden = make_image(make_collection(stranger, "Hidden"))
    answers = []
    for cover in (hidden.pk, hidden.pk + 1000):
        response = save(client, collection, visibility="private", cover=cover)
        assert response.status_code == 422
        answers.append(response.context["cover_form"].errors["cover"])
    assert answers[0] == answers[1]
    collection.refresh_from_db()
    assert collection.cover is None
