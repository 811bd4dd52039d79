from urllib.parse import urlencode

import pytest
from django.urls import reverse

from gallery.models import Image, Membership, Role
from tests.factories import make_collection, make_image
from tests.gallery.search.conftest import make_background, make_coloured


@pytest.fixture
def collection(owner, client):
    """Create a collection of the signed-in owner."""
    client.force_login(owner)
    return make_collection(owner, "Cats")


def act(client, collection, action, **data):
    """Post the selection form and follow the redirect."""
    address = reverse("gallery:selection")
    filters = urlencode({name: data.pop(name) for name in ("tag", "year") if name in data})
    trail = f"collections/{collection.slug}?{filters}"
    return client.post(address, {"action": action, "from": trail, **data}, follow=True)


def undo(client, response):
    """Press the undo button of a page."""
    offer = response.context["undo"]
    return client.post(reverse("gallery:undo"), {"token": offer.token, "next": "/trash/"})


def test_selected_pictures_go_to_the_trash_and_undo_restores_exactly_those(client, collection):
    one, two, kept = (make_image(collection) for _ in range(3))
    before = make_image(collection, deleted_at=one.created_at)
    response = act(client, collection, "trash", ids=[one.pk, two.pk])
    assert b"2 pictures moved to the trash." in response.content
    assert set(Image.objects.live()) == {kept}
    assert undo(client, response)["Location"] == "/trash/"
    assert set(Image.objects.live()) == {one, two, kept}
    before.refresh_from_db()
    assert before.is_trashed


def test_undo_is_offered_once_and_works_once(client, collection):
    image = make_image(collection)
    first = act(client, collection, "trash", ids=[image.pk])
    assert client.get(collection.get_absolute_url()).context["undo"] is None
    undo(client, first)
    response = client.post(
        reverse("gallery:undo"), {"token": first.context["undo"].token}, follow=True
    )
    assert "can’t be undone anymore" in response.content.decode()


def test_undo_never_sends_people_to_another_site(client, collection):
    image = make_image(collection)
    token = act(client, collection, "trash", ids=[image.pk]).context["undo"].token
    data = {"token": token, "next": "https://evil.example/"}
    assert client.post(reverse("gallery:undo"), data)["Location"] == reverse("gallery:browse")


def test_all_selects_all_matches_and_nothing_else(client, collection, owner):
    cats = {make_image(collection, tags=["cat"]) for _ in range(3)}
    dog = make_image(collection, tags=["dog"])
    elsewhere = make_image(make_collection(owner), tags=["cat"])
    act(client, collection, "trash", all="1", expected="3", tag="cat", ids=[dog.pk])
    assert set(Image.objects.trashed()) == cats
    assert set(Image.objects.live()) == {dog, elsewhere}


@pytest.mark.parametrize("expected", ["2", "", "invalid"])
def test_a_changed_selection_changes_nothing(client, collection, expected):
    make_image(collection)
    response = act(client, collection, "trash", all="1", expected=expected)
    assert "select again" in response.content.decode().lower()
    assert Image.objects.live().count() == 1


def test_ids_of_other_collections_are_not_touched(client, collection, owner):
    mine, other = make_image(collection), make_image(make_collection(owner))
    act(client, collection, "trash", ids=[mine.pk, other.pk])
    assert Image.objects.live().count() == 2


def test_moving_reports_skipped_pictures(client, collection, owner):
    target = make_collection(owner, "Target")
    moved, duplicate = make_image(collection), make_image(collection)
    make_image(target, sha256=duplicate.sha256)
    response = act(client, collection, "move", ids=[moved.pk, duplicate.pk], target="target")
    assert b"1 picture moved to Target. 1 wasn\xe2\x80\x99t moved" in response.content
    undo(client, response)
    assert set(collection.images.all()) == {moved, duplicate}


def test_tags_and_captions_for_many(client, collection):
    one, two = make_image(collection, caption="Mine"), make_image(collection)
    ids = [one.pk, two.pk]
    act(client, collection, "tag", ids=ids, tags="Summer, sea")
    act(client, collection, "untag", ids=ids, tags="sea")
    act(client, collection, "caption", ids=ids, caption="The beach")
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.tags, one.caption) == (["summer"], "Mine")
    assert (two.tags, two.caption) == (["summer"], "The beach")
    act(client, collection, "caption", ids=ids, caption="All", replace="1")
    assert set(Image.objects.values_list("caption", flat=True)) == {"All"}


@pytest.mark.parametrize(
    ("action", "data", "words"),
    [
        ("explode", {"ids": [1]}, "Choose an action"),
        ("trash", {}, "Select at least one picture"),
        ("trash", {"ids": ["x", "9" * 40]}, "Select at least one picture"),
        ("move", {"ids": [1]}, "Choose a collection"),
        ("tag", {"ids": [1], "tags": " , "}, "Enter at least one tag"),
        ("caption", {"ids": [1]}, "Enter a caption"),
    ],
)
def test_an_incomplete_form_shows_a_message(client, collection, action, data, words):
    make_image(collection)
    assert words in act(client, collection, action, **data).content.decode()


def test_filters_are_kept_after_a_change(client, collection):
    image = make_image(collection, tags=["cat"])
    response = act(client, collection, "caption", ids=[image.pk], caption="A", tag="cat")
    place = f"?tag=cat&at={image.pk}#image-{image.pk}"
    assert response.redirect_chain[-1][0] == collection.get_absolute_url() + place


def test_only_editors_can_change_pictures(client, collection, stranger):
    image = make_image(collection)
    Membership.objects.create(collection=collection, person=stranger, role=Role.VIEWER)
    client.force_login(stranger)
    response = act(client, collection, "trash", ids=[image.pk])
    assert "You can see these pictures but not change them" in response.content.decode()
    client.logout()
    assert "/accounts/login/" in act(client, collection, "trash", ids=[1]).redirect_chain[0][0]
    assert Image.objects.live().count() == 1


@pytest.mark.parametrize(
    "data",
    [
        {"action": "move", "target": "a\x00b"},
        {"action": "trash", "ids": "9" * 5000},
        {"action": "trash", "all": "1", "expected": "9" * 5000},
    ],
)
def test_an_invalid_form_changes_nothing(client, collection, data):
    image = make_image(collection)
    response = act(client, collection, **{"ids": [image.pk], **data})
    assert response.status_code == 200
    assert Image.objects.live().filter(collection=collection).get() == image


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "nonsense", "a.b", "admin:logout", ""]
)
def test_undo_redirects_only_within_the_site(client, collection, elsewhere):
    response = client.post(reverse("gallery:undo"), {"token": "x", "next": elsewhere})
    assert response["Location"] == reverse("gallery:browse")


def test_a_change_saved_by_an_earlier_version_gets_a_message_not_an_error(client, collection):
    make_image(collection)
    session = client.session
    session["last_change"] = {"token": "x", "sentence": "", "change": "old", "shown": True}
    session.save()
    response = client.post(reverse("gallery:undo"), {"token": "x", "next": "/"}, follow=True)
    assert "can’t be undone anymore" in response.content.decode()


def post(client, action, *, trail="browse", htmx=False, **data):
    """Post the form of any list."""
    headers = {"HX-Request": "true"} if htmx else {}
    return client.post(
        reverse("gallery:selection"),
        {"action": action, "from": trail, **data},
        headers=headers,
        follow=not htmx,
    )


def test_browse_changes_only_editable_pictures_and_counts_the_rest(client, collection, stranger):
    mine = [make_image(collection) for _ in range(2)]
    theirs = make_image(make_collection(stranger, visibility="public"))
    ids = [image.pk for image in (*mine, theirs)]
    page = client.get("/").content.decode()
    assert page.count("data-read-only>") + page.count("data-read-only ") == 1
    assert 'data-total="3" data-read-only="1"' in page
    response = post(client, "trash", ids=ids)
    words = response.content.decode()
    assert "2 pictures moved to the trash." in words
    assert "1 wasn’t changed because you can’t edit it." in words
    assert list(Image.objects.live()) == [theirs]
    undo(client, response)
    assert Image.objects.live().count() == 3


def test_all_on_browse_is_limited_by_the_filters(client, collection, stranger):
    cats = {make_image(collection, tags=["cat"]) for _ in range(2)}
    make_image(collection, tags=["dog"])
    hidden = make_image(make_collection(stranger), tags=["cat"])
    post(client, "trash", trail="browse?tag=cat", all="1", expected="2")
    assert set(Image.objects.trashed()) == cats
    assert not Image.objects.get(pk=hidden.pk).is_trashed


def test_hidden_pictures_can_be_neither_copied_nor_downloaded(client, collection, stranger):
    hidden = make_image(make_collection(stranger))
    for action in ("copy", "download", "tag"):
        response = post(client, action, ids=[hidden.pk], target=collection.slug, tags="x")
        assert "Nothing was changed" in response.content.decode(), action
    assert not collection.images.exists()


@pytest.fixture
def reds(encoder, collection, stranger):
    """Create twelve red pictures of the owner's and two of the stranger's, among many others."""
    make_background(collection)
    theirs = make_collection(stranger, "Theirs", visibility="public")
    return [
        make_coloured(place, seed=n, red=1)
        for n, place in enumerate([collection] * 12 + [theirs] * 2)
    ]


def test_all_of_a_search_is_its_good_matches_on_all_pages(client, collection, reds, settings):
    settings.SEARCH_PAGE_SIZE = 5
    page = client.get("/search/?q=red").content.decode()
    assert 'data-total="14" data-read-only="2"' in page
    assert "All 14 good matches" in page
    for trail in ("search?q=red&page=2", "search?q=red&sort=date"):
        response = post(client, "trash", trail=trail, all="1", expected="14")
        assert "12 pictures moved to the trash. 2 weren’t changed" in response.content.decode()
        assert set(Image.objects.trashed()) == set(reds[:12])
        undo(client, response)


def test_all_of_a_search_and_a_less_likely_one_are_counted_together(client, collection, reds):
    other = make_coloured(collection, grey=1, brown=0.5)
    post(client, "tag", trail="search?q=red", all="1", expected="14", tags="x", ids=[other.pk])
    assert set(Image.objects.filter(tags__contains=["x"])) == {*reds[:12], other}


def test_all_of_a_search_changes_nothing_if_more_match_now(client, collection, reds):
    response = post(client, "trash", trail="search?q=red", all="1", expected="13")
    assert "14 match now, not 13" in response.content.decode()
    assert not Image.objects.trashed().exists()


def test_all_of_a_search_with_filters_alone_is_what_they_match(client, collection, reds, settings):
    settings.SEARCH_PAGE_SIZE = 5
    Image.objects.filter(pk__in=[image.pk for image in reds[:7]]).update(tags=["warm"])
    page = client.get("/search/?tag=warm").content.decode()
    assert "All 7 that match" in page
    post(client, "trash", trail="search?tag=warm", all="1", expected="7")
    assert set(Image.objects.trashed()) == set(reds[:7])


def test_a_search_that_fails_changes_nothing(client, collection, reds):
    response = post(client, "trash", trail="search?like=999999", all="1", expected="14")
    assert not Image.objects.trashed().exists()
    assert response.status_code in (200, 400)


def test_a_copy_is_reported_and_undone(client, collection, stranger):
    theirs = make_image(make_collection(stranger, visibility="public"))
    response = post(client, "copy", ids=[theirs.pk], target=collection.slug)
    assert "1 picture copied to Cats." in response.content.decode()
    assert collection.images.get().sha256 == theirs.sha256
    page = client.post(
        reverse("gallery:undo"), {"token": response.context["undo"].token}, follow=True
    )
    assert "1 copy deleted" in page.content.decode()
    assert not collection.images.exists()


def test_visitors_cannot_select(client, stranger):
    make_image(make_collection(stranger, visibility="public"))
    page = client.get("/").content.decode()
    assert "data-start-selecting" not in page
    assert 'id="selection"' not in page
    address = client.post(reverse("gallery:selection"), {"action": "download"})["Location"]
    assert "/accounts/login/" in address


def test_a_picture_is_moved_from_its_own_page(client, collection, owner):
    image = make_image(collection)
    target = make_collection(owner, "Target")
    data = {"ids": [image.pk], "picture": image.pk, "target": target.slug}
    response = post(client, "move", trail="browse?tag=cat", **data)
    assert response.redirect_chain[-1][0] == f"/images/{image.pk}/?from=browse%3Ftag%3Dcat"
    image.refresh_from_db()
    assert image.collection == target
    assert "1 picture moved to Target." in response.content.decode()
