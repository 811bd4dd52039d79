from datetime import UTC, datetime

import pytest
from django.urls import reverse

from gallery.library.collections import update_collection
from gallery.models import Collection, Image, Membership, Visibility
from tests.factories import make_collection, make_image, make_person


def page_of(collection, **params):
    address = collection.get_absolute_url()
    return f"{address}?{'&'.join(f'{k}={v}' for k, v in params.items())}" if params else address


def settings_of(collection):
    return reverse("gallery:collection-settings", kwargs={"slug": collection.slug})


def member(collection, name, role):
    person = make_person(name)
    Membership.objects.create(collection=collection, person=person, role=role)
    return person


@pytest.mark.parametrize(
    ("who", "sees", "edits", "manages"),
    [
        (None, False, False, False),
        ("stranger", False, False, False),
        ("viewer", True, False, False),
        ("contributor", True, True, False),
        ("manager", True, True, True),
        ("olga", True, True, True),
        ("admin", True, True, True),
    ],
)
def test_a_private_collection_by_role(
    client, owner, stranger, administrator, who, sees, edits, manages
):
    collection = make_collection(owner, "Cats")
    make_image(collection, title="Secret cat")
    people = {"olga": owner, "stranger": stranger, "admin": administrator}
    people |= {
        role: member(collection, role, role) for role in ("viewer", "contributor", "manager")
    }
    if who:
        client.force_login(people[who])
    page = client.get(page_of(collection))
    assert page.status_code == (200 if sees else 404)
    listed = client.get(reverse("gallery:collections")).content
    assert (b"Cats" in listed) is sees
    if sees:
        assert (b'id="selection"' in page.content) is bool(who)
        assert (b'value="trash"' in page.content) is edits
        assert (settings_of(collection).encode() in page.content) is manages
    expected = 200 if manages else (404 if who else 302)
    assert client.get(settings_of(collection)).status_code == expected


def test_the_list_shows_counts_and_covers_in_a_fixed_number_of_queries(
    client, owner, django_assert_num_queries
):
    for number in range(6):
        collection = make_collection(owner, f"Public {number}", visibility=Visibility.PUBLIC)
        for _ in range(number):
            make_image(collection)
    with django_assert_num_queries(3):
        response = client.get(reverse("gallery:collections"))
    assert b"5 pictures" in response.content
    assert b"1 picture<" in response.content


def test_a_collections_page_costs_the_same_for_any_number_of_pictures(
    client, owner, encoder, django_assert_max_num_queries
):
    collection = make_collection(owner)
    for _ in range(30):
        make_image(collection, tags=["cat"])
    client.force_login(owner)
    with django_assert_max_num_queries(14):
        response = client.get(page_of(collection))
    assert response.content.count(b"data-similar=") == 30


def test_filters_narrow_the_page_and_the_selection_of_all(client, owner):
    collection = make_collection(owner)
    make_image(collection, title="Tabby", tags=["cat"])
    make_image(collection, title="Rex", tags=["dog"])
    client.force_login(owner)
    content = client.get(page_of(collection, tag="cat")).content.decode()
    assert "Tabby" in content
    assert "Rex" not in content
    assert "All 1 that match" in content
    assert '<input type="hidden" name="tag" value="cat">' in content


def test_pages_continue_with_and_without_a_script(client, owner, settings):
    settings.SEARCH_PAGE_SIZE = 2
    collection = make_collection(owner, visibility=Visibility.PUBLIC)
    images = [make_image(collection) for _ in range(3)]
    first = client.get(page_of(collection))
    following = first.context["next_url"]
    second = client.get(following)
    assert [one.pk for one in second.context["images"]] == [images[0].pk]
    piece = client.get(following, HTTP_HX_REQUEST="true")
    assert b"<html" not in piece.content
    assert b"hx-swap-oob" in piece.content
    # The same URL has two responses, which a cache must not mix up.
    assert "HX-Request" in first["Vary"]
    assert "HX-Request" in piece["Vary"]


def test_dates_narrow_the_page_and_the_selection_of_all(client, owner):
    collection = make_collection(owner)
    for month in (4, 5):
        make_image(collection, taken_at=datetime(2024, month, 12, 12, tzinfo=UTC), tags=["cat"])
    client.force_login(owner)
    address = f"{page_of(collection)}?tag=cat&from=2024-05-01&to=2024-05-31"
    content = client.get(address).content.decode()
    assert "All 1 that match" in content
    assert "tag=cat&amp;from=2024-05-01&amp;to=2024-05-31" in content
    assert "Until 31 May 2024" in content


def test_creating_a_collection(client, owner):
    client.force_login(owner)
    address = reverse("gallery:collection-new")
    assert client.get(address).status_code == 200
    assert client.post(address, {"name": "", "visibility": "private"}).status_code == 422
    response = client.post(address, {"name": "My cats", "visibility": "public"})
    made = Collection.objects.get()
    assert response["Location"] == made.get_absolute_url() == "/collections/my-cats/"
    assert (made.owner, made.is_public) == (owner, True)


def test_settings_are_saved_unless_a_field_is_invalid(client, owner):
    collection, elsewhere = make_collection(owner, "Cats"), make_collection(owner)
    cover, foreign = make_image(collection), make_image(elsewhere)
    client.force_login(owner)
    data = {"name": "Dogs", "description": "Good ones", "visibility": "public", "cover": cover.pk}
    data["publish"] = "1"
    wrong = client.post(settings_of(collection), {**data, "cover": foreign.pk})
    assert wrong.status_code == 422
    assert "Settings of Cats" in wrong.content.decode()
    assert client.post(settings_of(collection), data).status_code == 302
    collection.refresh_from_db()
    assert (collection.name, collection.is_public, collection.cover) == ("Dogs", True, cover)
    assert collection.slug == "cats"


def test_a_cover_that_was_just_moved_is_an_error_beside_the_cover(client, owner, monkeypatch):
    collection, elsewhere = make_collection(owner, "Cats"), make_collection(owner)
    cover = make_image(collection)

    def move_first(found, **changes):
        Image.objects.filter(pk=cover.pk).update(collection=elsewhere)
        changes["cover"] = Image.objects.get(pk=cover.pk)
        update_collection(found, **changes)

    monkeypatch.setattr("gallery.views.collection_settings.update_collection", move_first)
    client.force_login(owner)
    data = {"name": "Cats", "description": "", "visibility": "private", "cover": cover.pk}
    page = client.post(settings_of(collection), data)
    assert page.status_code == 422
    assert page.context["form"].errors == {}
    assert list(page.context["cover_form"].errors) == ["cover"]
    assert "must be a picture of this collection" in page.content.decode()


def test_only_an_empty_collection_is_deleted(client, owner):
    collection = make_collection(owner)
    image = make_image(collection)
    client.force_login(owner)
    delete = reverse("gallery:collection-delete", kwargs={"slug": collection.slug})
    response = client.post(delete, follow=True)
    assert b"Only an empty collection can be deleted" in response.content
    image.delete()
    client.post(delete)
    assert not Collection.objects.exists()


def test_a_cover_moved_to_a_private_collection_is_not_shown(client, owner, stranger):
    collection = make_collection(owner, visibility=Visibility.PUBLIC)
    secret = make_image(make_collection(owner))
    collection.cover = secret
    collection.save()
    content = client.get(reverse("gallery:collections")).content.decode()
    assert secret.sha256 not in content
    assert Image.objects.count() == 1


@pytest.mark.parametrize("name", ["Cats", " cats "])
def test_a_duplicate_name_is_an_error_beside_the_field(client, owner, name):
    make_collection(owner, "Cats")
    other = make_collection(owner, "Dogs")
    client.force_login(owner)
    form = {"name": name, "description": "", "visibility": "private", "new_collection": name}
    settings = reverse("gallery:collection-settings", kwargs={"slug": other.slug})
    sentence = "There is already a collection named “Cats”. Choose another name."
    for address, field in (
        (reverse("gallery:collection-new"), "name"),
        (settings, "name"),
        (reverse("gallery:upload"), "new_collection"),
    ):
        page = client.post(address, form)
        assert page.status_code == 422, address
        assert page.context["form"].errors[field] == [sentence]
    assert owner.collections.count() == 2
