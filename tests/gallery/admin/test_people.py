"""Accounts in the admin: deleting one, handing over, and who may grant permissions."""

import pytest
from django.urls import reverse

from gallery.models import Collection, Image, User
from tests.factories import PASSWORD, make_collection, make_image, make_person

LIST = "/admin/gallery/user/"


def delete_address(person):
    return reverse("admin:gallery_user_delete", args=[person.pk])


def test_the_list_and_the_forms_open(admin_page, owner):
    for address in (LIST, f"{LIST}add/", f"{LIST}{owner.pk}/change/"):
        assert admin_page.get(address).status_code == 200


def test_a_name_that_differs_only_by_case_is_refused_beside_the_field(admin_page, owner, stranger):
    form = {
        "username": "Stranger", "date_joined_0": "2026-01-01", "date_joined_1": "12:00",
        "is_active": "on",
    }  # fmt: skip
    page = admin_page.post(f"{LIST}{owner.pk}/change/", form)
    assert page.context["errors"] == [["A person with that user name already exists."]]


def test_a_user_who_owns_pictures_can_be_deleted_after_handing_them_over(
    admin_page, owner, stranger, said
):
    make_image(make_collection(owner, "Holiday"))
    make_collection(stranger, "holiday", slug="theirs")
    asked = admin_page.get(delete_address(owner)).content.decode()
    assert "1 picture" in asked and "1 collection" in asked
    response = admin_page.post(delete_address(owner), {"recipient": stranger.pk})
    assert response.status_code == 302
    assert not User.objects.filter(pk=owner.pk).exists()
    assert (Image.objects.get().owner, Collection.objects.filter(owner=stranger).count()) == (
        stranger,
        2,
    )
    assert said(response) == [
        "stranger received 1 picture and 1 collection from olga. "
        "Renamed, because the name was taken: “Holiday (2)”.",
        "The account olga was deleted.",
    ]


@pytest.mark.parametrize("wrong", ["", "self", "disabled"])
def test_nothing_happens_without_a_recipient(admin_page, owner, wrong):
    make_image(make_collection(owner))
    disabled = make_person("gone", is_active=False)
    recipient = {"": "", "self": owner.pk, "disabled": disabled.pk}[wrong]
    page = admin_page.post(delete_address(owner), {"recipient": recipient})
    assert page.status_code == 200
    assert page.context["form"].errors["recipient"]
    assert Image.objects.get().owner == owner


def test_a_user_who_owns_nothing_can_be_deleted(admin_page, stranger):
    admin_page.post(delete_address(stranger), {"post": "yes"})
    assert not User.objects.filter(pk=stranger.pk).exists()


def test_the_action_hands_over_and_keeps_the_accounts(
    admin_page, run_action, owner, stranger, administrator
):
    make_image(make_collection(owner))
    make_image(make_collection(stranger))
    asked = run_action(admin_page, "user", "hand_over_selected", [owner, stranger])
    assert "Hand over to" in asked.content.decode()
    run_action(
        admin_page, "user", "hand_over_selected", [owner, stranger],
        confirmed="yes", recipient=administrator.pk,
    )  # fmt: skip
    assert administrator.images.count() == administrator.collections.count() == 2
    assert User.objects.count() == 3


def test_staff_cannot_grant_permissions_or_change_administrators(
    client, curator, administrator, owner, run_action
):
    make_image(make_collection(owner))
    client.login(username="curator", password=PASSWORD)
    form = {
        "username": "curator", "date_joined_0": "2026-01-01", "date_joined_1": "12:00",
        "is_active": "on", "is_staff": "on", "is_superuser": "on",
    }  # fmt: skip
    client.post(f"{LIST}{curator.pk}/change/", form)
    curator.refresh_from_db()
    assert not curator.is_superuser
    assert client.post(f"{LIST}{administrator.pk}/change/", form).status_code == 403
    assert client.get(f"{LIST}{administrator.pk}/password/").status_code == 403
    assert client.post(delete_address(administrator), {"post": "yes"}).status_code == 403
    client.post(delete_address(owner), {"recipient": curator.pk, "post": "yes"})
    run_action(client, "user", "hand_over_selected", [owner], confirmed="yes", recipient=curator.pk)
    assert Image.objects.get().owner == owner


@pytest.mark.parametrize(
    ("address", "title"), [("/admin/gallery/user/", "People"), ("/admin/auth/group/", "Groups")]
)
def test_lists_are_titled_by_what_they_contain(admin_page, address, title):
    assert admin_page.get(address).context["title"] == title
