"""Collections and their members in the admin."""

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from django.utils import timezone

from gallery.models import Collection, Membership, Visibility
from tests.factories import PASSWORD, make_collection, make_image

LIST = "/admin/gallery/collection/"
NO_MEMBERS = {
    "memberships-TOTAL_FORMS": "0",
    "memberships-INITIAL_FORMS": "0",
    "memberships-MIN_NUM_FORMS": "0",
    "memberships-MAX_NUM_FORMS": "1000",
}


@pytest.fixture
def garden(owner):
    return make_collection(owner, "Garden")


def settings_of(collection, **changes):
    return {
        "name": collection.name,
        "description": collection.description,
        "owner": collection.owner_id,
        "visibility": collection.visibility,
        "cover": collection.cover_id or "",
        **NO_MEMBERS,
        **changes,
    }


def change(client, collection, **changes):
    address = reverse("admin:gallery_collection_change", args=[collection.pk])
    response = client.post(address, settings_of(collection, **changes))
    collection.refresh_from_db()
    return response


def test_the_list_counts_live_pictures_in_a_fixed_number_of_queries(
    admin_page, owner, garden, django_assert_num_queries
):
    make_image(garden)
    make_image(garden, deleted_at=timezone.now())
    page = admin_page.get(LIST)
    assert f'collection__id__exact={garden.pk}">1</a>' in page.content.decode()
    with django_assert_num_queries(QUERIES_OF_THE_LIST):
        admin_page.get(LIST)
    for number in range(20):
        make_image(make_collection(owner, f"More {number}"))
    with django_assert_num_queries(QUERIES_OF_THE_LIST):
        admin_page.get(LIST)


# Session, person, owners in the filter, dates of the drill-down, count, rows.
QUERIES_OF_THE_LIST = 7


def test_a_new_collection_gets_a_slug_and_its_members(admin_page, owner, stranger):
    form = {
        "name": "Summer  trip",
        "description": "",
        "owner": owner.pk,
        "visibility": "private",
        "cover": "",
        **NO_MEMBERS,
        "memberships-TOTAL_FORMS": "1",
        "memberships-0-person": stranger.pk,
        "memberships-0-role": "contributor",
    }
    response = admin_page.post(f"{LIST}add/", form)
    assert response.status_code == 302, response.context["errors"]
    made = Collection.objects.get()
    assert (made.name, made.slug, made.owner) == ("Summer trip", "summer-trip", owner)
    assert Membership.objects.get(collection=made).person == stranger


def test_changing_the_visibility_keeps_the_slug(admin_page, garden):
    response = change(admin_page, garden, name="Winter garden", visibility="public")
    assert response.status_code == 302
    assert (garden.name, garden.slug) == ("Winter garden", "garden")
    assert garden.visibility == Visibility.PUBLIC


def publish(client, collection, **changes):
    return change(client, collection, visibility="public", **changes)


def test_publishing_pictures_asks_with_their_number_and_keeps_the_form(
    admin_page, garden, stranger
):
    make_image(garden)
    make_image(garden)
    make_image(garden, deleted_at=timezone.now())
    member = {
        "memberships-TOTAL_FORMS": "1",
        "memberships-0-person": stranger.pk,
        "memberships-0-role": "contributor",
    }
    asked = publish(admin_page, garden, name="Open garden", **member)
    assert "Make 2 pictures public" in asked.content.decode()
    assert (garden.name, garden.visibility) == ("Garden", "private")
    carried = dict(asked.context["fields"])
    assert carried.pop("publish") == "2"
    address = reverse("admin:gallery_collection_change", args=[garden.pk])
    assert admin_page.post(address, {**carried, "publish": "2"}).status_code == 302
    garden.refresh_from_db()
    assert (garden.name, garden.visibility) == ("Open garden", "public")
    assert Membership.objects.get(collection=garden).person == stranger


def test_publishing_asks_again_when_the_number_changed(admin_page, garden):
    make_image(garden)
    make_image(garden)
    asked = publish(admin_page, garden, publish="1")
    assert "Make 2 pictures public" in asked.content.decode()
    assert garden.visibility == Visibility.PRIVATE


def test_errors_of_the_form_come_before_the_question(admin_page, garden):
    make_image(garden)
    page = publish(admin_page, garden, name=" ")
    assert "pictures public" not in page.content.decode()
    assert page.context["errors"]
    assert garden.visibility == Visibility.PRIVATE


def test_who_may_only_look_is_not_asked_but_refused(client, curator, garden):
    make_image(garden)
    client.login(username="curator", password=PASSWORD)
    page = publish(client, garden)
    assert "public?" not in page.content.decode()
    assert garden.visibility == Visibility.PRIVATE


def test_other_changes_of_a_public_collection_are_not_asked_about(admin_page, garden):
    make_image(garden)
    Collection.objects.filter(pk=garden.pk).update(visibility="public")
    assert publish(admin_page, garden, name="Renamed").status_code == 302
    assert garden.name == "Renamed"


def test_handing_over_ends_the_new_owners_membership(admin_page, garden, stranger):
    Membership.objects.create(collection=garden, person=stranger)
    change(admin_page, garden, owner=stranger.pk)
    assert garden.owner == stranger
    assert not garden.memberships.exists()


def test_the_cover_must_be_a_picture_of_the_collection(admin_page, garden, owner):
    own, foreign = make_image(garden), make_image(make_collection(owner, "Other"))
    refused = change(admin_page, garden, cover=foreign.pk)
    assert "Choose a picture of this collection" in refused.content.decode()
    change(admin_page, garden, cover=own.pk)
    assert garden.cover == own


def test_only_an_empty_collection_can_be_deleted(admin_page, garden):
    image = make_image(garden)
    address = reverse("admin:gallery_collection_delete", args=[garden.pk])
    admin_page.post(address, {"post": "yes"})
    assert Collection.objects.filter(pk=garden.pk).exists()
    image.delete()
    admin_page.post(address, {"post": "yes"})
    assert not Collection.objects.filter(pk=garden.pk).exists()


def test_staff_see_only_collections_that_they_manage(client, curator, garden):
    mine = make_collection(curator, "Mine")
    client.login(username="curator", password=PASSWORD)
    page = client.get(LIST)
    assert list(page.context["cl"].result_list) == [mine]
    assert "Garden" not in page.content.decode()
    assert client.get(f"{LIST}{garden.pk}/change/").status_code == 302


def test_the_owner_must_be_able_to_sign_in(admin_page, garden, stranger):
    stranger.is_active = False
    stranger.save()
    refused = change(admin_page, garden, owner=stranger.pk)
    assert "Choose someone who can sign in." in refused.content.decode()
    assert garden.owner != stranger


def test_staff_cannot_probe_other_peoples_pictures_by_key(client, curator, garden):
    hidden = make_image(garden, title="Hidden rose")
    client.login(username="curator", password=PASSWORD)
    page = client.get(f"{LIST}add/?cover={hidden.pk}")
    assert page.status_code == 200
    assert "Hidden rose" not in page.content.decode()
    for row in (garden, hidden):
        kind = ContentType.objects.get_for_model(row)
        assert client.get(f"/admin/r/{kind.pk}/{row.pk}/").status_code == 404


def test_the_cover_of_an_editable_collection_shows_its_title(admin_page, garden):
    rose = make_image(garden, title="Red rose")
    garden.cover = rose
    garden.save()
    page = admin_page.get(f"{LIST}{garden.pk}/change/").content.decode()
    assert "Red rose" in page
    assert f'href="{garden.get_absolute_url()}"' in page


def test_staff_with_view_permission_can_open_the_page(client, curator):
    mine = make_collection(curator, "Mine")
    curator.user_permissions.set(Permission.objects.filter(codename="view_collection"))
    client.login(username="curator", password=PASSWORD)
    assert client.get(f"{LIST}{mine.pk}/change/").status_code == 200
