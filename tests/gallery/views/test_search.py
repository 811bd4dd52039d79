"""The search page: results in two parts, chips, refinement, every state, and permissions."""

import re
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from gallery.models import QueryImage, Visibility
from tests import images
from tests.factories import make_collection
from tests.gallery.search.conftest import make_background, make_coloured


@pytest.fixture
def public(owner, encoder):
    """Create a collection that anyone may see, with pictures that hardly any query matches."""
    collection = make_collection(owner, "Public", visibility=Visibility.PUBLIC)
    make_background(collection)
    return collection


def text(response):
    """Return the page as text with single spaces."""
    return re.sub(r"\s+", " ", response.content.decode())


def main(response):
    """Return the markup between the header and the footer."""
    return text(response).partition("<main")[2].partition("</main>")[0]


def links(response):
    """Return all URLs on the page."""
    return [unescape(link) for link in re.findall(r'href="([^"]+)"', text(response))]


def test_the_right_picture_comes_first_and_weak_ones_are_folded(client, public):
    red = make_coloured(public, red=1, fields={"caption": "a red thing"})
    page = text(client.get("/search/?q=red"))
    first = re.search(r'<li class="tile [^>]*data-id="(\d+)"', page)[1]
    assert int(first) == red.pk
    good, _, weak = page.partition("Less likely matches")
    assert f'data-id="{red.pk}"' in good
    assert good.count('<li class="tile') == 1
    peek, _, folded = weak.partition('<details class="fold">')
    assert peek.count('<li class="tile') == 4
    assert folded.count('<li class="tile') == 36
    assert "1 good match, 40 less likely." in page
    assert 'role="status" data-announce="1 good match, 40 less likely.' in page
    assert "41 pictures searched in" in page
    assert "End of results" in page


def test_the_closest_pictures_are_shown_and_labelled_without_good_matches(client, public):
    page = text(client.get("/search/?q=purple"))
    assert '<details class="fold"' not in page
    assert "No good matches, 40 less likely." in page
    assert "Nothing matches clearly" in page


def test_the_whole_query_is_shown_in_parts_that_can_be_removed(client, public):
    red = make_coloured(public, red=1, fields={"title": "Red square"})
    response = client.get(f"/search/?q=red&not=blue&like={red.pk}&unlike={red.pk + 0}&tag=x")
    page = text(response)
    assert 'aria-label="Remove red"' in page
    assert 'aria-label="Remove blue"' in page
    assert 'aria-label="Remove Red square"' in page
    assert f"/search/?q=red&not=blue&unlike={red.pk}&tag=x" in links(response)
    assert f"/search/?q=red&not=blue&like={red.pk}&unlike={red.pk}" in links(response)
    assert 'name="w"' in page


def test_the_header_keeps_the_rest_of_the_query(client, public):
    red = make_coloured(public, red=1)
    page = text(client.get(f"/search/?q=red&like={red.pk}&tag=a+b&page=2"))
    header = page[page.index('<form class="search-box"') : page.index("</header>")]
    assert 'name="q" value="red"' in header
    assert f'name="like" value="{red.pk}"' in header
    assert 'name="tag" value="a b"' in header
    assert 'name="page"' not in header


def test_each_result_links_to_more_and_less_like_it(client, public):
    red = make_coloured(public, red=1)
    found = links(client.get("/search/?q=red&sort=date&page=1"))
    assert f"/search/?q=red&like={red.pk}" in found
    assert f"/search/?q=red&sort=date&unlike={red.pk}" in found
    assert f"/images/{red.pk}/?from=search%3Fq%3Dred%26sort%3Ddate" in found


def test_pages_link_to_the_next_and_previous_one(client, public, settings):
    settings.SEARCH_PAGE_SIZE = 10
    first = client.get("/search/?q=red")
    assert "/search/?q=red&page=2" in links(first)
    second = client.get("/search/?q=red&page=2")
    assert "/search/?q=red" in links(second)
    assert "Page 2." in text(second)


def test_more_continues_after_the_folded_results(client, public, settings):
    settings.SEARCH_PAGE_SIZE = 20
    make_coloured(public, red=1)
    pages = [text(client.get(f"/search/?q=red&page={number}")) for number in (1, 2, 3)]
    before, _, folded = pages[0].partition('<details class="fold">')
    # The link to the next page follows the folded results.
    assert 'rel="next"' not in before.partition("<main")[2]
    assert folded.index('rel="next"') > folded.rindex('<li class="tile')
    assert all('<details class="fold"' not in page for page in pages[1:])
    shown = [re.findall(r'<li class="tile [^>]*data-id="(\d+)"', page) for page in pages]
    assert [len(each) for each in shown] == [20, 20, 1]
    assert len({pk for each in shown for pk in each}) == 41


def test_a_few_less_likely_results_are_not_folded(client, public, settings):
    settings.SEARCH_PAGE_SIZE = 9
    make_coloured(public, red=1)
    page = text(client.get("/search/?q=red"))
    assert '<details class="fold"' not in page
    assert "Less likely matches" in page


def test_marks_are_shown_if_they_differ(client, public):
    make_coloured(public, red=1)
    assert "Strong match" not in text(client.get("/search/?q=red"))
    make_coloured(public, grey=1, fields={"caption": "a red thing"})
    page = text(client.get("/search/?q=red"))
    assert page.index("Strong match") < page.index("Fair match")
    assert "weak match" not in page.lower()


def test_the_number_left_out_is_shown_beside_the_words(client, public):
    blue = make_coloured(public, seed=1, blue=1)
    make_coloured(public, seed=2, red=1, blue=1)
    chips = text(client.get("/search/?q=red&not=blue")).partition('<ul class="chip-row"')[2]
    assert '<span class="chip__note">2 left out</span>' in chips.partition("</ul>")[0]
    chips = text(client.get(f"/search/?q=red&unlike={blue.pk}")).partition('<ul class="chip-row"')[
        2
    ]
    assert '<span class="chip__note">1 left out</span>' in chips.partition("</ul>")[0]


def test_a_list_longer_than_its_pages_does_not_count_what_they_leave_out(
    client, public, settings, monkeypatch
):
    monkeypatch.setattr("gallery.search.listing.MAX_LISTED", 3)
    monkeypatch.setattr("gallery.search.engine.MAX_LISTED", 3)
    settings.SEARCH_PAGE_SIZE = 3
    page = text(client.get("/search/?orientation=landscape"))
    assert "End of this list." in page
    assert "These were the first 3." in page
    assert "in all" not in page


def test_filters_alone_list_pictures_without_marks(client, public):
    make_coloured(public, red=1, fields={"tags": ["t"]})
    page = text(client.get("/search/?tag=t"))
    assert "Strong match" not in page
    assert "Relevance" not in page
    assert "1 picture searched" in page


def test_a_search_explains_the_counts_of_its_filters(client, public):
    make_coloured(public, red=1, fields={"tags": ["warm"]})
    make_coloured(public, blue=1, fields={"tags": ["cold"]})
    note = "not just the results of this search"
    page = text(client.get("/search/?q=red"))
    assert 'href="/search/?q=red&amp;tag=cold"' in page
    assert note in page
    assert note not in text(client.get("/search/?tag=warm"))


def test_an_empty_search_explains_how_to_start(client, public):
    make_coloured(public, red=1, fields={"caption": "red boat"})
    page = text(client.get("/search/"))
    assert "Describe the picture you’re looking for" in page
    assert "/search/?q=red%20boat" in page


def test_an_empty_result_explains_what_to_do(client, public):
    page = text(client.get("/search/?q=red&tag=nothing"))
    assert "Nothing found" in page
    assert "Remove one of them" in page


def test_an_invalid_query_is_explained_and_can_be_corrected(client, public):
    response = client.get("/search/?q=red&like=999999")
    assert response.status_code == 400
    assert "This search can’t be run" in text(response)
    assert "/search/?q=red" in links(response)


def test_a_missing_encoder_is_explained(client, db):
    response = client.get("/search/?q=red")
    assert response.status_code == 503
    assert "This search can’t be run" in text(response)


def test_pictures_that_are_not_searchable_yet_are_counted(client, public):
    from tests.factories import make_image

    make_image(public)
    assert "1 more is not searchable yet" in text(client.get("/search/?q=red"))


def test_a_private_picture_leaves_no_trace(client, owner, stranger, public):
    secret = make_collection(owner, "Secret")
    hidden = make_coloured(secret, red=1, fields={"title": "Hidden plan", "tags": ["hush"]})
    for viewer in (None, stranger):
        if viewer:
            client.force_login(viewer)
        page = text(client.get("/search/?q=red"))
        assert "Hidden" not in page
        assert "hush" not in page
        assert f'data-id="{hidden.pk}"' not in page
        assert "40 pictures searched" in page
        missing = main(client.get(f"/search/?q=red&unlike={10**9}"))
        unseen = main(client.get(f"/search/?q=red&unlike={hidden.pk}"))
        assert unseen.replace(str(hidden.pk), "") == missing.replace(str(10**9), "")
    client.force_login(owner)
    assert "Hidden plan" in text(client.get("/search/?q=red"))


@pytest.mark.parametrize(
    "address",
    [
        "?q=" + "x" * 5000,
        "?q=%00%ff",
        "?page=99999999999999999999&q=red",
        "?w=nan&like=abc&unlike=-1&year=0&from=9999-99-99&sort=;drop&q=red",
        "?collection=../..&tag=%F0%9F%90%B1&q=red",
        "?q='--%20or%201=1",
    ],
)
def test_hostile_urls_get_a_page(client, public, address):
    assert client.get("/search/" + address).status_code in {200, 400}


def test_words_are_escaped(client, public):
    page = text(client.get("/search/?q=%3Cscript%3Ealert(1)%3C/script%3E"))
    assert "<script>alert" not in page


def test_a_search_takes_a_fixed_number_of_queries(client, public, django_assert_num_queries):
    for number in range(20):
        make_coloured(public, seed=number, red=1)
    client.get("/search/?q=red")
    with django_assert_num_queries(12):
        client.get("/search/?q=red")
    for number in range(20):
        make_coloured(public, seed=50 + number, red=1)
    client.get("/search/?q=red")
    with django_assert_num_queries(12):
        client.get("/search/?q=red")


def test_an_uploaded_picture_becomes_a_query(client, public):
    red = make_coloured(public, red=1)
    file = SimpleUploadedFile("red.jpg", images.jpeg(color="red"), content_type="image/jpeg")
    response = client.post("/search/picture/", {"picture": file, "q": "bright", "tag": ""})
    kept = QueryImage.objects.get()
    assert response.status_code == 302
    assert response["Location"] == f"/search/?q=bright&picture={kept.token}"
    page = text(client.get(f"/search/?picture={kept.token}"))
    assert re.search(r'data-id="(\d+)"', page)[1] == str(red.pk)
    assert f"/search/picture/{kept.token}.webp" in page
    assert client.get(f"/search/picture/{kept.token}.webp")["Content-Type"] == "image/webp"


@pytest.mark.parametrize(
    "data", [b"", images.text_file(), images.svg(), images.truncated_jpeg(), images.huge_png()]
)
def test_a_file_that_is_not_a_picture_is_refused_with_a_message(client, public, data):
    file = SimpleUploadedFile("x.jpg", data, content_type="image/jpeg")
    response = client.post("/search/picture/", {"picture": file})
    if response.status_code == 302:
        # A truncated photograph still shows most of itself, and ingest accepts it.
        assert QueryImage.objects.count() == 1
        return
    assert response.status_code == 400
    assert 'role="alert"' in text(response)
    assert not QueryImage.objects.exists()


def test_a_missing_file_shows_a_message(client, db):
    response = client.post("/search/picture/", {"q": "red"})
    assert response.status_code == 400
    assert "Choose a picture first." in text(response)
    assert 'value="red"' in text(response)


def test_the_form_has_its_own_page(client, db):
    page = text(client.get("/search/picture/"))
    assert 'enctype="multipart/form-data"' in page
    assert page.count('name="picture"') == 2  # The page's own form, and the one in the dialog.


def test_a_picture_with_too_many_bytes_is_413(client, public, settings):
    settings.MAX_UPLOAD_BYTES = 1000
    file = SimpleUploadedFile("big.jpg", images.jpeg(), content_type="image/jpeg")
    response = client.post("/search/picture/", {"picture": file})
    assert response.status_code == 413
    assert "“big.jpg” is larger than" in text(response)
    assert not QueryImage.objects.exists()


def send_part(client, source):
    """Search for a part of a stored picture. Return the URL of the results."""
    file = SimpleUploadedFile("part.jpg", images.jpeg(), content_type="image/jpeg")
    return client.post("/search/picture/", {"picture": file, "part_of": source}).url


def test_a_part_of_a_picture_is_labelled_for_people_who_may_see_it(client, public, owner):
    image = make_coloured(make_collection(owner, "Secret"), red=1, fields={"title": "A red boat"})
    client.force_login(owner)
    address = send_part(client, image.pk)
    assert "Part of A red boat" in main(client.get(address))
    client.logout()
    page = main(client.get(address))
    assert "Your picture" in page
    assert "boat" not in page


@pytest.mark.parametrize("source", ["", "junk", "999999", "9" * 40, "hidden"])
def test_a_part_of_a_hidden_picture_is_labelled_as_a_picture(client, public, owner, source):
    hidden = make_coloured(make_collection(owner, "Secret"), red=1, fields={"title": "A red boat"})
    address = send_part(client, hidden.pk if source == "hidden" else source)
    assert QueryImage.objects.get().part_of is None
    assert "Your picture" in main(client.get(address))


def test_a_part_outlives_its_picture(client, public):
    image = make_coloured(public, red=1, fields={"title": "A red boat"})
    address = send_part(client, image.pk)
    image.delete()
    assert "Your picture" in main(client.get(address))


def chip(response, name):
    """Return the markup of one part of the query."""
    chips = main(response).partition('<ul class="chip-row"')[2].partition("</ul>")[0]
    return next(item for item in chips.split("<li ")[1:] if f"Remove {name}" in item)


def test_each_part_links_to_its_other_weights(client, public):
    response = client.get("/search/?q=red&not=blue&more=q&page=2")
    assert "/search/?q=red&not=blue&less=q" in links(response)
    assert "/search/?q=red&not=blue" in links(response)
    assert "/search/?q=red&not=blue&more=q&more=not.blue" in links(response)
    red, blue = chip(response, "red"), chip(response, "blue")
    assert '<span class="visually-hidden">, more important</span>' in red
    assert 'aria-label="Importance of red"' in red
    assert red.count('aria-current="true"') == blue.count('aria-current="true"') == 1
    assert 'aria-current="true">More</a>' in red
    assert 'aria-current="true">Normal</a>' in blue
    assert "important</span>" not in blue
    assert "rank lower, but keep" in blue
    assert "rank lower, but keep" not in red


def test_a_single_part_has_no_importance_links(client, public):
    assert "Importance of" not in text(client.get("/search/?q=red&tag=x"))
    assert "Importance of red" in text(client.get("/search/?q=red&less=q"))


def test_forms_keep_the_weights(client, public):
    page = main(client.get("/search/?q=red&not=blue&less=not.blue"))
    assert '<input type="hidden" name="less" value="not.blue">' in page


def test_a_less_important_part_shows_no_number_left_out(client, public):
    make_coloured(public, red=1, blue=1)
    assert "left out" in chip(client.get("/search/?q=red&not=blue"), "blue")
    less = chip(client.get("/search/?q=red&not=blue&less=not.blue"), "blue")
    assert "left out" not in less
    assert ", less important" in less
