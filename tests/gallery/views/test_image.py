"""The page of a picture: who can see it, neighbours, details, editing, the trash."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.utils import timezone

from gallery.models import Image, Role, Visibility
from tests.factories import make_collection, make_image, make_person
from tests.gallery.search.conftest import make_background, make_coloured

NOON = datetime(2024, 5, 12, 12, tzinfo=UTC)


@pytest.fixture
def public(owner, encoder):
    """Create a collection that anyone may see."""
    return make_collection(owner, "Public", visibility=Visibility.PUBLIC)


@pytest.fixture
def private(owner, encoder):
    """Create a collection for its owner and members."""
    return make_collection(owner, "Secret")


def text(response):
    """Return the page as text with single spaces."""
    return re.sub(r"\s+", " ", unescape(response.content.decode()))


def steps(response):
    """Return the URLs of the previous and next picture."""
    page = text(response)
    found = [re.search(rf'href="([^"]+)"[^>]* data-key-{key}', page) for key in
             ("arrowleft", "arrowright")]  # fmt: skip
    plain = [re.search(rf'rel="{rel}" href="([^"]+)"', page) for rel in ("prev", "next")]
    return [match[1] if match else "" for match in (plain if any(plain) else found)]


def test_the_page_shows_all_details(client, public):
    image = make_image(
        public,
        title="Harbour",
        caption="Boats at dusk.\nThe tide is out.",
        tags=["boats", "sea & sky"],
        taken_at=NOON,
        camera="Leica M6",
        exif={"lens": "Summicron", "exposure_s": 0.004, "f_number": 2.0, "iso": 400,
              "focal_length_mm": 35},
        width=4000,
        height=3000,
        size_bytes=2_500_000,
    )  # fmt: skip
    page = text(client.get(f"/images/{image.pk}/"))
    for words in (
        "Harbour", "The tide is out.", "/?tag=sea%20%26%20sky", "12 May 2024, 12:00", "Leica M6",
        "Summicron", "1/250 s, f/2, ISO 400, 35 mm", "4,000 × 3,000, 2.4", "IMG_",
        "Anyone who can open this site", "/collections/public/", f"/images/{image.pk}/original",
    ):  # fmt: skip
        assert words in page, words
    assert "Move to trash" not in page


def test_the_page_shows_who_can_see_the_picture(client, owner, private):
    image = make_image(private)
    client.force_login(owner)
    assert "olga and administrators" in text(client.get(f"/images/{image.pk}/"))
    private.memberships.create(person=make_person("max"), role=Role.VIEWER)
    assert "olga, 1 member and administrators" in text(client.get(f"/images/{image.pk}/"))


@pytest.mark.parametrize("path", ["", "similar/", "original"])
def test_what_the_viewer_may_not_see_does_not_exist(client, stranger, private, path):
    hidden = make_image(private, title="Hidden")
    gone = make_image(private, deleted_at=NOON)
    for viewer in (None, stranger):
        if viewer:
            client.force_login(viewer)
        for pk in (hidden.pk, gone.pk, 10**9):
            response = client.get(f"/images/{pk}/{path}")
            assert response.status_code == 404
            assert "Hidden" not in text(response)


def test_neighbours_without_a_list_are_the_newest_pictures(client, public):
    made = [make_image(public, created_at=NOON + timedelta(seconds=n)) for n in range(3)]
    response = client.get(f"/images/{made[1].pk}/")
    assert steps(response) == [
        f"/images/{made[2].pk}/?from=browse",
        f"/images/{made[0].pk}/?from=browse",
    ]


def test_neighbours_come_from_the_list_that_was_left(client, public):
    made = [
        make_image(public, created_at=NOON + timedelta(seconds=n), tags=["cat"] if n % 2 else [])
        for n in range(6)
    ]
    response = client.get(f"/images/{made[3].pk}/?from=browse%3Ftag%3Dcat")
    assert steps(response) == [
        f"/images/{made[5].pk}/?from=browse%3Ftag%3Dcat",
        f"/images/{made[1].pk}/?from=browse%3Ftag%3Dcat",
    ]
    assert 'href="/?tag=cat"' in text(response)


def test_date_filters_and_the_trail_do_not_collide(client, public):
    """Both have a from= parameter in the URL, one inside the other."""
    days = [make_image(public, taken_at=NOON.replace(day=n)) for n in (1, 2, 3)]
    response = client.get(
        f"/images/{days[1].pk}/?from=browse%3Ffrom%3D2024-05-02%26to%3D2024-05-03"
    )
    trail = "browse%3Ffrom%3D2024-05-02%26to%3D2024-05-03"
    assert steps(response) == [f"/images/{days[2].pk}/?from={trail}", ""]
    back = f"/?from=2024-05-02&to=2024-05-03&at={days[1].pk}#image-{days[1].pk}"
    assert f'href="{back}"' in text(response)


def test_a_collection_is_a_list_too(client, owner, public):
    other = make_collection(owner, "Other", visibility=Visibility.PUBLIC)
    first = make_image(public, created_at=NOON)
    make_image(other, created_at=NOON + timedelta(seconds=1))
    last = make_image(public, created_at=NOON + timedelta(seconds=2))
    response = client.get(f"/images/{last.pk}/?from=collections%2Fpublic")
    assert steps(response) == ["", f"/images/{first.pk}/?from=collections%2Fpublic"]
    assert 'href="/collections/public/"' in text(response)


def test_neighbours_in_results_span_pages(client, public, settings):
    settings.SEARCH_PAGE_SIZE = 2
    make_background(public, count=20)
    reds = [make_coloured(public, red=1, blue=n / 10) for n in range(4)]
    response = client.get(f"/images/{reds[1].pk}/?from=search%3Fq%3Dred")
    assert steps(response) == [
        f"/images/{reds[0].pk}/?from=search%3Fq%3Dred",
        f"/images/{reds[2].pk}/?from=search%3Fq%3Dred%26page%3D2",
    ]
    back = client.get(f"/images/{reds[2].pk}/?from=search%3Fq%3Dred%26page%3D2")
    assert steps(back)[0] == f"/images/{reds[1].pk}/?from=search%3Fq%3Dred"
    assert f'href="/search/?q=red&page=2#image-{reds[2].pk}"' in text(back)


@pytest.mark.parametrize(
    "invalid",
    ["x", "https://evil.example/", "//evil.example", "collections/../admin", "search?like=999999",
     "search", "browse?after=%00", "search?q=" + "x" * 5000],
)  # fmt: skip
def test_an_invalid_trail_is_ignored(client, public, invalid):
    image = make_image(public)
    response = client.get(f"/images/{image.pk}/", {"from": invalid})
    assert response.status_code == 200
    assert "evil" not in text(response)


def test_neighbours_that_the_viewer_may_not_see_are_skipped(client, public, private):
    first = make_image(public, created_at=NOON)
    make_image(private, created_at=NOON + timedelta(seconds=1))
    last = make_image(public, created_at=NOON + timedelta(seconds=2))
    assert steps(client.get(f"/images/{first.pk}/"))[0].startswith(f"/images/{last.pk}/")


def test_similar_pictures_are_rendered_as_a_fragment(client, public):
    make_background(public)
    red, other = make_coloured(public, red=1), make_coloured(public, red=1, brown=0.1)
    page = text(client.get(f"/images/{red.pk}/similar/"))
    assert re.search(r'data-id="(\d+)"', page)[1] == str(other.pk)
    assert f'data-id="{red.pk}"' not in page
    assert "<html" not in page


def test_a_picture_without_a_vector_is_explained(client, public):
    assert "isn’t searchable yet" in text(client.get(f"/images/{make_image(public).pk}/similar/"))


def test_an_editor_changes_the_text(client, owner, public):
    image = make_image(public)
    client.force_login(owner)
    words = {"title": " New ", "caption": "Seen.", "tags": "Cat, dog ,cat", "from": "browse?tag=a"}
    response = client.post(f"/images/{image.pk}/edit/", words)
    assert response["Location"] == f"/images/{image.pk}/?from=browse%3Ftag%3Da"
    image.refresh_from_db()
    assert (image.title, image.caption, image.tags) == ("New", "Seen.", ["cat", "dog"])


def test_htmx_gets_only_the_details(client, owner, public):
    image = make_image(public)
    client.force_login(owner)
    response = client.post(
        f"/images/{image.pk}/edit/",
        {"title": "New", "caption": "", "tags": ""},
        headers={"HX-Request": "true"},
    )
    assert "<html" not in text(response)
    assert "<h1>New</h1>" in text(response)


@pytest.mark.parametrize(("headers", "status"), [({}, 400), ({"HX-Request": "true"}, 200)])
def test_invalid_text_is_reported_and_kept_in_the_form(client, owner, public, headers, status):
    image = make_image(public, title="Old")
    client.force_login(owner)
    response = client.post(
        f"/images/{image.pk}/edit/",
        {"title": "x" * 300, "caption": "typed", "tags": ""},
        headers=headers,
    )
    assert response.status_code == status
    assert "That title is too long" in text(response)
    assert "typed</textarea>" in text(response)
    image.refresh_from_db()
    assert (image.title, image.caption) == ("Old", "")


@pytest.mark.parametrize("action", ["edit", "trash"])
def test_only_editors_change_anything(client, owner, stranger, public, private, action):
    seen, hidden = make_image(public, title="Old"), make_image(private)
    assert "/accounts/login/" in client.post(f"/images/{seen.pk}/{action}/")["Location"]
    client.force_login(stranger)
    assert client.post(f"/images/{seen.pk}/{action}/", {"title": "X"}).status_code == 403
    assert client.post(f"/images/{hidden.pk}/{action}/").status_code == 404
    private.memberships.create(person=stranger, role=Role.VIEWER)
    assert client.post(f"/images/{hidden.pk}/{action}/").status_code == 403
    assert Image.objects.live().filter(title="Old", pk=seen.pk).exists()
    assert client.get(f"/images/{seen.pk}/{action}/").status_code == 405
    private.memberships.update(role=Role.CONTRIBUTOR)
    assert client.post(f"/images/{hidden.pk}/{action}/").status_code == 302


def test_trashing_shows_the_next_picture_and_undo_returns(client, owner, public):
    made = [
        make_image(public, created_at=NOON + timedelta(seconds=n), tags=["a"] if n != 1 else [])
        for n in range(3)
    ]
    client.force_login(owner)
    address = f"/images/{made[2].pk}/trash/"
    response = client.post(address, {"from": "browse?tag=a"}, follow=True)
    assert response.redirect_chain == [(f"/images/{made[0].pk}/?from=browse%3Ftag%3Da", 302)]
    assert not Image.objects.live().filter(pk=made[2].pk).exists()
    assert "1 picture moved to the trash." in text(response)
    undo = {
        name: re.search(rf'name="{name}" value="([^"]+)"', text(response))[1]
        for name in ("token", "next")
    }
    back = client.post("/undo/", undo)
    assert back["Location"] == f"/images/{made[2].pk}/?from=browse%3Ftag%3Da"
    assert Image.objects.live().filter(pk=made[2].pk).exists()


def test_trashing_the_last_picture_shows_the_previous_one_and_then_the_list(client, owner, public):
    newer = make_image(public, created_at=NOON + timedelta(seconds=1))
    last = make_image(public, created_at=NOON)
    client.force_login(owner)
    response = client.post(f"/images/{last.pk}/trash/", {"from": "collections/public"})
    assert response["Location"] == f"/images/{newer.pk}/?from=collections%2Fpublic"
    response = client.post(f"/images/{newer.pk}/trash/", {"from": "collections/public"})
    assert response["Location"] == "/collections/public/"


def test_links_to_similar_pictures_keep_the_trail(client, owner, public, private):
    make_background(public)
    red, other = make_coloured(public, red=1), make_coloured(public, red=1, brown=0.1)
    page = text(client.get(f"/images/{red.pk}/?from=browse%3Ftag%3Da"))
    address = re.search(r'hx-get="(/images/\d+/similar/[^"]*)"', page)[1]
    strip = text(client.get(address))
    link = f"/images/{other.pk}/?from={red.pk}~browse%3Ftag%3Da"
    assert f'href="{link}"' in strip
    assert f'href="/images/{red.pk}/?from=browse%3Ftag%3Da#image-{other.pk}"' in text(
        client.get(link)
    )
    hidden = make_image(private)
    shared = text(client.get(f"/images/{other.pk}/?from={hidden.pk}~browse"))
    assert f'href="/?at={other.pk}#image-{other.pk}"' in shared


def test_the_page_takes_a_fixed_number_of_queries(client, owner, public, django_assert_num_queries):
    image = make_image(public, tags=["a", "b"])
    with django_assert_num_queries(3):
        client.get(f"/images/{image.pk}/")
    client.force_login(owner)
    with django_assert_num_queries(7):
        client.get(f"/images/{image.pk}/")


def test_a_small_picture_is_not_enlarged(client, public):
    small = make_image(public, width=64, height=64)
    large = make_image(public, width=3000, height=2000)
    assert "stage__picture--small" in text(client.get(f"/images/{small.pk}/"))
    assert "stage__picture--small" not in text(client.get(f"/images/{large.pk}/"))


def test_a_picture_in_the_trash_offers_to_restore_it_to_those_who_may(client, owner, stranger):
    collection = make_collection(owner, visibility="public")
    image = make_image(collection, title="A boat", deleted_at=timezone.now())
    address = f"/images/{image.pk}/?from=browse%3Ftag%3Dsea"
    assert client.get(address).status_code == 404
    client.force_login(stranger)
    assert client.get(address).status_code == 404
    assert client.post(f"/images/{image.pk}/restore/").status_code == 404
    client.force_login(owner)
    page = client.get(address)
    assert page.status_code == 200
    assert "This picture is in the trash" in page.content.decode()
    response = client.post(f"/images/{image.pk}/restore/", {"from": "browse?tag=sea"})
    assert response["Location"] == address
    assert "1 picture restored." in client.get(address).content.decode()


def test_the_form_is_open_without_javascript_if_the_url_says_so(client, owner):
    image = make_image(make_collection(owner))
    client.force_login(owner)
    assert 'id="edit" hidden' in client.get(f"/images/{image.pk}/").content.decode()
    page = client.get(f"/images/{image.pk}/?edit=1").content.decode()
    assert 'id="edit">' in page
    assert "autofocus" in page
