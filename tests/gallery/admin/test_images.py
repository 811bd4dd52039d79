"""The list of pictures, its filters, and actions on exactly what is selected."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from gallery.models import EmbeddingJob, Image, Visibility
from tests.factories import PASSWORD, make_collection, make_image

LIST = "/admin/gallery/image/"
VECTOR = [1.0] + [0.0] * 63


@pytest.fixture
def holidays(owner):
    return make_collection(owner, "Holidays")


@pytest.fixture
def garden(owner):
    return make_collection(owner, "Garden", visibility=Visibility.PUBLIC)


def shown(response):
    return {image.pk for image in response.context["cl"].result_list}


def fingerprint(response):
    return re.search(r'name="fingerprint" value="(\w+)"', response.content.decode()).group(1)


def test_the_list_shows_thumbnails_titles_and_states(admin_page, holidays, encoder):
    make_image(holidays, title="A red kite", vector=VECTOR)
    make_image(holidays, original_name="plain.jpg")
    page = admin_page.get(LIST).content.decode()
    assert page.count('class="thumbnail"') == 2
    assert "A red kite" in page
    assert "plain.jpg" in page
    assert "Waiting" in page


def test_the_list_takes_as_many_queries_for_thirty_pictures_as_for_one(
    admin_page, holidays, encoder, django_assert_num_queries
):
    make_image(holidays, vector=VECTOR)
    admin_page.get(LIST)
    with django_assert_num_queries(QUERIES_OF_THE_LIST):
        admin_page.get(LIST)
    for _ in range(29):
        make_image(holidays)
    with django_assert_num_queries(QUERIES_OF_THE_LIST):
        admin_page.get(LIST)


# Session, person, collections of the filter, types of the filter, dates of the drill-down (2),
# count, rows, choices of the collection filter.
QUERIES_OF_THE_LIST = 8


def test_pictures_in_the_trash_are_hidden_by_default(admin_page, holidays):
    live = make_image(holidays)
    trashed = make_image(holidays, deleted_at=timezone.now())
    assert shown(admin_page.get(LIST)) == {live.pk}
    assert shown(admin_page.get(LIST, {"place": "trash"})) == {trashed.pk}
    assert shown(admin_page.get(LIST, {"place": "both"})) == {live.pk, trashed.pk}


def test_filters_by_collection_type_and_searchable(admin_page, holidays, garden, encoder):
    searchable = make_image(holidays, vector=VECTOR)
    waiting = make_image(garden, media_type="image/png")
    failed = make_image(garden)
    EmbeddingJob.objects.create(
        image=failed, encoder=encoder, attempts=3, quarantined_at=timezone.now()
    )
    assert shown(admin_page.get(LIST, {"searchable": "yes"})) == {searchable.pk}
    assert shown(admin_page.get(LIST, {"searchable": "waiting"})) == {waiting.pk}
    assert shown(admin_page.get(LIST, {"searchable": "failed"})) == {failed.pk}
    assert shown(admin_page.get(LIST, {"media_type": "image/png"})) == {waiting.pk}
    by_collection = {"collection__id__exact": garden.pk}
    assert shown(admin_page.get(LIST, by_collection)) == {waiting.pk, failed.pk}


def test_search_finds_titles_captions_tags_and_file_names(admin_page, holidays):
    titled = make_image(holidays, title="Lighthouse")
    captioned = make_image(holidays, caption="A lighthouse at night")
    tagged = make_image(holidays, tags=["lighthouse"])
    named = make_image(holidays, original_name="lighthouse.jpg")
    make_image(holidays, title="Cow")
    wanted = {titled.pk, captioned.pk, tagged.pk, named.pk}
    assert shown(admin_page.get(LIST, {"q": "lighthouse"})) == wanted


def test_trash_and_restore_affect_only_the_selection(admin_page, holidays, run_action, said):
    ticked, left = make_image(holidays), make_image(holidays)
    response = run_action(admin_page, "image", "trash_selected", [ticked])
    assert said(response) == ["1 picture moved to the trash."]
    assert list(Image.objects.live()) == [left]
    run_action(admin_page, "image", "restore_selected", [ticked], query="?place=trash")
    assert Image.objects.live().count() == 2


def test_select_all_acts_on_all_that_match_the_filter_and_nothing_else(
    admin_page, holidays, garden, run_action, said
):
    pictures = [make_image(holidays) for _ in range(105)]  # Spans more than one page.
    other = make_image(garden)
    query = f"?collection__id__exact={holidays.pk}"
    response = run_action(
        admin_page, "image", "trash_selected", pictures[:1], query=query, everything=True
    )
    assert said(response) == ["105 pictures moved to the trash."]
    assert list(Image.objects.live()) == [other]


def test_moving_asks_for_a_collection_and_moves_exactly_the_selection(
    admin_page, holidays, garden, run_action, said
):
    chosen, left = make_image(holidays), make_image(holidays)
    asked = run_action(admin_page, "image", "move_selected", [chosen])
    assert "Move 1 picture" in asked.content.decode()
    assert Image.objects.get(pk=chosen.pk).collection == holidays
    response = run_action(
        admin_page,
        "image",
        "move_selected",
        [chosen],
        confirmed="yes",
        fingerprint=fingerprint(asked),
        collection=garden.pk,
    )
    assert said(response) == ["1 picture moved to Garden."]
    assert Image.objects.get(pk=chosen.pk).collection == garden
    assert Image.objects.get(pk=left.pk).collection == holidays


def test_moving_all_matches_is_refused_if_the_selection_has_grown(
    admin_page, holidays, garden, run_action
):
    pictures = [make_image(holidays) for _ in range(3)]
    query = f"?collection__id__exact={holidays.pk}"
    asked = run_action(
        admin_page, "image", "move_selected", pictures[:1], query=query, everything=True
    )
    assert asked.content.decode().count('name="_selected_action"') == 1, "a flag, not a list"
    make_image(holidays)
    again = run_action(
        admin_page,
        "image",
        "move_selected",
        pictures[:1],
        query=query,
        everything=True,
        confirmed="yes",
        fingerprint=fingerprint(asked),
        collection=garden.pk,
    )
    assert "The selection changed" in again.content.decode()
    assert "Move 4 pictures" in again.content.decode()
    assert garden.images.count() == 0


def test_a_duplicate_in_the_target_is_skipped_and_reported(
    admin_page, holidays, garden, run_action, said
):
    image = make_image(holidays)
    make_image(garden, sha256=image.sha256)
    asked = run_action(admin_page, "image", "move_selected", [image])
    response = run_action(
        admin_page,
        "image",
        "move_selected",
        [image],
        confirmed="yes",
        fingerprint=fingerprint(asked),
        collection=garden.pk,
    )
    assert said(response) == [
        "0 pictures moved to Garden. 1 wasn’t moved because the same file is already there."
    ]


def test_embedding_again_queues_the_selection_and_sends_a_hint(
    admin_page, holidays, encoder, run_action, monkeypatch
):
    hints = []
    monkeypatch.setattr("gallery.admin.images.hint_workers", lambda: hints.append(1))
    chosen, _left = make_image(holidays, vector=VECTOR), make_image(holidays, vector=VECTOR)
    run_action(admin_page, "image", "embed_selected_again", [chosen])
    assert EmbeddingJob.objects.get().image == chosen
    assert hints == [1]


def test_retrying_resets_the_failed_jobs_of_the_selection(
    admin_page, holidays, encoder, run_action
):
    chosen, left = make_image(holidays), make_image(holidays)
    for image in (chosen, left):
        EmbeddingJob.objects.create(
            image=image, encoder=encoder, attempts=3, quarantined_at=timezone.now(), reason="Bad."
        )
    run_action(admin_page, "image", "retry_selected", [chosen])
    assert EmbeddingJob.objects.quarantined().get().image == left


def test_permanent_deletion_asks_for_confirmation_and_affects_only_the_trash(
    admin_page, holidays, run_action, said
):
    live, trashed = make_image(holidays), make_image(holidays, deleted_at=timezone.now())
    both = "?place=both"
    asked = run_action(admin_page, "image", "delete_selected_forever", [live, trashed], query=both)
    assert "Delete 1 picture permanently" in asked.content.decode()
    run_action(
        admin_page,
        "image",
        "delete_selected_forever",
        [live, trashed],
        query=both,
        confirmed="yes",
        fingerprint=fingerprint(asked),
    )
    assert list(Image.objects.all()) == [live]
    response = run_action(admin_page, "image", "delete_selected_forever", [live])
    assert said(response)[-1:] == ["None of these pictures is in the trash. Move them there first."]


def test_djangos_own_delete_is_not_offered(admin_page, holidays):
    image = make_image(holidays)
    assert "delete_selected" not in dict(
        admin_page.get(LIST).context["action_form"].fields["action"].choices
    )
    assert admin_page.post(f"{LIST}{image.pk}/delete/", {"post": "yes"}).status_code == 403
    assert admin_page.get(f"{LIST}add/").status_code == 403


def test_editing_saves_cleaned_text_and_nothing_else(admin_page, holidays):
    image = make_image(holidays, title="Old")
    response = admin_page.post(
        reverse("admin:gallery_image_change", args=[image.pk]),
        {"title": "  New   title ", "caption": "A caption", "tags": "Sea, Sun", "sha256": "0" * 64},
    )
    assert response.status_code == 302, response.context["adminform"].form.errors
    changed = Image.objects.get(pk=image.pk)
    assert (changed.title, changed.caption) == ("New title", "A caption")
    assert changed.tags == ["sea", "sun"]
    assert changed.sha256 == image.sha256


def test_staff_see_only_pictures_that_they_can_edit(client, curator, holidays, run_action):
    theirs = make_image(make_collection(curator, "Mine"))
    private = make_image(holidays, title="Secret")
    client.login(username="curator", password=PASSWORD)
    page = client.get(LIST, {"place": "both"})
    assert shown(page) == {theirs.pk}
    assert "Holidays" not in page.content.decode()
    assert client.get(f"{LIST}{private.pk}/change/").status_code == 302
    run_action(client, "image", "trash_selected", [private])
    assert not Image.objects.get(pk=private.pk).is_trashed


def test_a_picture_page_opens_for_live_and_trashed_pictures(admin_page, holidays):
    live, trashed = make_image(holidays), make_image(holidays, deleted_at=timezone.now())
    for image in (live, trashed):
        page = admin_page.get(reverse("admin:gallery_image_change", args=[image.pk]))
        assert page.status_code == 200
        assert image.sha256 in page.content.decode()


def test_too_many_tags_are_refused_in_the_form(admin_page, holidays):
    image = make_image(holidays, title="Old")
    tags = ", ".join(f"tag{number}" for number in range(51))
    response = admin_page.post(
        reverse("admin:gallery_image_change", args=[image.pk]),
        {"title": "New", "caption": "", "tags": tags},
    )
    assert "A picture can have up to 50 tags." in response.content.decode()
    assert Image.objects.get(pk=image.pk).title == "Old"
