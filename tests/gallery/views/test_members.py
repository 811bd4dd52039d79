"""The members of a collection, changed on its settings page."""

import pytest
from django.urls import reverse

from gallery.models import Membership, Role, Visibility
from tests.factories import make_collection


@pytest.fixture
def collection(owner):
    return make_collection(owner, visibility=Visibility.PUBLIC)


@pytest.fixture
def save(client, collection):
    """Send the form and return the messages of the next page."""
    address = reverse("gallery:collection-member-save", kwargs={"slug": collection.slug})

    def send(username, role):
        page = client.post(address, {"username": username, "role": role}, follow=True)
        said = [str(message) for message in (page.context or {}).get("messages", ())]
        return page.status_code, said

    return send


def removal(membership, slug):
    return reverse("gallery:collection-member-remove", kwargs={"slug": slug, "pk": membership.pk})


def test_members_are_added_changed_and_removed(client, owner, stranger, collection, save):
    client.force_login(owner)
    assert save("stranger", "viewer") == (200, ["stranger is now a viewer."])
    assert save("stranger", "manager") == (200, ["stranger is now a manager."])
    membership = collection.memberships.get()
    assert (membership.person, membership.role) == (stranger, Role.MANAGER)

    page = client.post(removal(membership, collection.slug), follow=True)
    assert "stranger was removed from this collection." in page.content.decode()
    assert not collection.memberships.exists()
    # A second click removes nothing, and causes no message and no error.
    assert client.post(removal(membership, collection.slug)).status_code == 302


@pytest.mark.parametrize(
    ("username", "role"), [("nobody", "viewer"), ("", "viewer"), ("stranger", "king")]
)
def test_a_form_that_names_no_account_or_no_role_changes_nothing(
    client, owner, stranger, collection, save, username, role
):
    client.force_login(owner)
    assert save(username, role) == (422, [])
    assert not collection.memberships.exists()


def test_only_managers_can_change_members(client, owner, stranger, collection, save):
    membership = Membership.objects.create(
        collection=collection, person=stranger, role=Role.CONTRIBUTOR
    )
    client.force_login(stranger)
    assert save("stranger", "manager") == (404, [])
    assert client.post(removal(membership, collection.slug)).status_code == 404
    assert collection.memberships.get().role == Role.CONTRIBUTOR


def test_a_membership_of_another_collection_is_not_removed(client, owner, stranger, collection):
    other = make_collection(owner)
    membership = Membership.objects.create(collection=other, person=stranger, role=Role.VIEWER)
    client.force_login(owner)
    client.post(removal(membership, collection.slug))
    assert other.memberships.get() == membership


def test_members_change_only_with_post(client, owner, collection):
    client.force_login(owner)
    address = reverse("gallery:collection-member-save", kwargs={"slug": collection.slug})
    assert client.get(address).status_code == 405
