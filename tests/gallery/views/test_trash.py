import pytest
from django.urls import reverse
from django.utils import timezone

from gallery.models import Image, Membership, Role
from tests.factories import make_collection, make_image

TRASH = "/trash/"
CHANGE = "/trash/change/"


@pytest.fixture
def gone(owner, client):
    """Create two pictures in the trash of the signed-in owner."""
    client.force_login(owner)
    collection = make_collection(owner, "Cats")
    return [make_image(collection, title=f"Gone {n}", deleted_at=timezone.now()) for n in (1, 2)]


def test_the_trash_is_visible_only_to_editors(client, gone, stranger):
    assert client.get(TRASH).content.count(b'name="ids"') == 2
    Membership.objects.create(
        collection=gone[0].collection, person=stranger, role=Role.VIEWER
    )  # fmt: skip
    client.force_login(stranger)
    assert b"The trash is empty" in client.get(TRASH).content
    client.post(CHANGE, {"action": "purge", "ids": [gone[0].pk]})
    client.post(CHANGE, {"action": "restore", "ids": [gone[1].pk]})
    assert Image.objects.trashed().count() == 2
    client.logout()
    assert client.get(TRASH).status_code == 302


def test_selected_pictures_are_restored_with_undo(client, gone):
    response = client.post(CHANGE, {"action": "restore", "ids": [gone[0].pk]}, follow=True)
    assert b"1 picture restored." in response.content
    assert Image.objects.live().get() == gone[0]
    client.post(reverse("gallery:undo"), {"token": response.context["undo"].token})
    assert not Image.objects.live().exists()


def test_all_are_permanently_deleted_if_the_number_is_unchanged(client, gone):
    response = client.post(CHANGE, {"action": "purge", "all": "1", "expected": "3"}, follow=True)
    assert "Nothing was changed" in response.content.decode()
    client.post(CHANGE, {"action": "purge", "all": "1", "expected": "2"})
    assert not Image.objects.exists()


@pytest.mark.parametrize("data", [{}, {"action": "purge"}, {"action": "x", "ids": [1]}])
def test_an_incomplete_form_changes_nothing(client, gone, data):
    assert client.post(CHANGE, data, follow=True).status_code == 200
    assert Image.objects.trashed().count() == 2


def test_the_page_costs_the_same_for_any_number(client, gone, django_assert_max_num_queries):
    for _ in range(20):
        make_image(gone[0].collection, deleted_at=timezone.now())
    with django_assert_max_num_queries(5):
        client.get(TRASH)


@pytest.mark.parametrize("data", [{"ids": "9" * 5000}, {"all": "1", "expected": "9" * 5000}])
def test_an_invalid_form_changes_nothing(client, gone, data):
    assert client.post(CHANGE, {"action": "purge", **data})["Location"] == TRASH
    assert Image.objects.trashed().count() == 2
