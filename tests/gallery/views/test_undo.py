"""The undo button works for the change it was shown with, and for the person who made it."""

import pytest
from django.urls import reverse

from gallery.models import Image
from tests.factories import make_collection, make_image


@pytest.fixture
def offer(client, owner):
    """Return the offer of the page after the owner has moved the only picture to the trash."""
    client.force_login(owner)
    collection = make_collection(owner)
    image = make_image(collection)
    address = reverse("gallery:selection")
    return client.post(address, {"action": "trash", "ids": [image.pk]}, follow=True).context["undo"]


def press(client, **data):
    return client.post(reverse("gallery:undo"), data, follow=True)


@pytest.mark.parametrize("data", [{}, {"token": ""}, {"token": "of an older page"}])
def test_a_token_of_another_change_undoes_nothing(client, offer, data):
    page = press(client, **data)
    assert "can’t be undone anymore" in page.content.decode()
    assert not Image.objects.live().exists()
    press(client, token=offer.token)
    assert Image.objects.live().count() == 1


def test_someone_elses_token_undoes_nothing(client, offer, stranger):
    client.force_login(stranger)
    press(client, token=offer.token)
    assert not Image.objects.live().exists()
