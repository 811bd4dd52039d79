"""Addresses lead to one page each, take only what they can mean, and never act on a GET."""

import uuid

import pytest
from django.urls import NoReverseMatch, Resolver404, resolve, reverse

from gallery.urls import urlpatterns

SHA256 = "ab" * 32
# What each kind of address has in it.
PARTS = {
    "pk": {"uuid": uuid.UUID(int=7), "int": 12},
    "slug": {"slug": "my-cats"},
    "token": {"slug": "a-token"},
    "signature": {"regex": "abc.def-1_2"},
    "sha256": {"regex": SHA256},
    "width": {"regex": "640"},
    "language": {"slug": "en"},
    "version": {"slug": "0123abcd"},
}
# What people do rather than look at: each changes something, so a link or a crawler must not do it.
ACTIONS = (
    "image-trash", "image-restore", "upload-files", "upload-retry", "upload-caption",
    "collection-delete", "collection-member-save", "collection-member-remove", "selection",
    "trash-change", "undo",
)  # fmt: skip


def arguments_of(pattern):
    """Arguments that the address of a pattern accepts."""
    converters = getattr(pattern.pattern, "converters", None)
    if not converters:
        return {name: PARTS[name]["regex"] for name in pattern.pattern.regex.groupindex}
    kinds = {"UUIDConverter": "uuid", "IntConverter": "int", "SlugConverter": "slug"}
    return {
        name: PARTS[name][kinds[type(converter).__name__]] for name, converter in converters.items()
    }


def address_of(name):
    """The address with this name, filled in."""
    (pattern,) = (each for each in urlpatterns if each.name == name)
    return reverse(f"gallery:{name}", kwargs=arguments_of(pattern))


@pytest.mark.parametrize("pattern", urlpatterns, ids=lambda pattern: pattern.name)
def test_an_address_leads_back_to_its_own_page(pattern):
    """No pattern above it takes its address away, as “collections/<slug>/” could take “new”."""
    found = resolve(address_of(pattern.name))
    assert found.view_name == f"gallery:{pattern.name}"
    assert found.func is pattern.callback


def test_names_are_unique():
    names = [pattern.name for pattern in urlpatterns]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", ACTIONS)
def test_what_changes_something_refuses_to_be_looked_at(client, owner, name):
    client.force_login(owner)
    assert client.get(address_of(name)).status_code == 405


@pytest.mark.parametrize("name", ["image-edit", "collection-new", "trash", "upload", *ACTIONS])
def test_visitors_are_sent_to_the_sign_in_page(client, db, name):
    response = client.post(address_of(name))
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize(
    "address",
    [
        "/images/cat/",
        "/images/-1/",
        "/upload/12/",
        "/collections/my cats/",
        f"/pictures/abc/{SHA256[:-1]}/640.webp",  # not a whole fingerprint
        f"/pictures/abc/{SHA256.upper()}/640.webp",
        f"/pictures/abc/{SHA256}/640000.webp",
        f"/pictures/abc/{SHA256}/640.jpg",
        f"/pictures/{'a' * 81}/{SHA256}/640.webp",
        f"/pictures/abc/{SHA256}/640.webp/more",
        "/search/picture/../../secret.webp",
    ],
)
def test_what_an_address_cannot_mean_is_not_found(address):
    with pytest.raises(Resolver404):
        resolve(address)


def test_an_address_is_not_written_with_what_it_cannot_mean():
    with pytest.raises(NoReverseMatch):
        reverse("gallery:rendition", kwargs={"signature": "a", "sha256": "short", "width": 640})
