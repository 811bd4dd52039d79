"""Upload batches in the admin, which are read-only."""

from django.urls import reverse

from gallery.models import Fate, Image, UploadBatch, UploadItem
from tests.factories import PASSWORD, make_collection, make_image

LIST = "/admin/gallery/uploadbatch/"
QUERIES_OF_THE_LIST = 8


def make_batch(owner, *, stored=0, refused=0):
    collection = make_collection(owner)
    batch = UploadBatch.objects.create(owner=owner, collection=collection)
    for number in range(stored):
        image = make_image(collection)
        UploadItem.objects.create(
            batch=batch, name=f"good{number}.jpg", fate=Fate.STORED, image=image
        )
    for number in range(refused):
        UploadItem.objects.create(
            batch=batch, name=f"bad{number}.txt", fate=Fate.REFUSED, sentence="This is a text."
        )
    return batch


def test_the_list_counts_outcomes_in_a_fixed_number_of_queries(
    admin_page, owner, django_assert_num_queries
):
    make_batch(owner, stored=2, refused=1)
    batch = admin_page.get(LIST).context["cl"].result_list[0]
    assert (batch.stored_count, batch.duplicate_count, batch.refused_count) == (2, 0, 1)
    with django_assert_num_queries(QUERIES_OF_THE_LIST):
        admin_page.get(LIST)
    for _ in range(10):
        make_batch(owner, stored=1)
    with django_assert_num_queries(QUERIES_OF_THE_LIST):
        admin_page.get(LIST)


def test_a_batch_page_lists_each_file_with_its_reason(admin_page, owner):
    batch = make_batch(owner, stored=1, refused=1)
    page = admin_page.get(reverse("admin:gallery_uploadbatch_change", args=[batch.pk]))
    assert "good0.jpg" in page.content.decode()
    assert "This is a text." in page.content.decode()


def test_batches_are_read_only(admin_page, owner):
    batch = make_batch(owner, stored=1)
    address = reverse("admin:gallery_uploadbatch_change", args=[batch.pk])
    assert admin_page.post(address, {}).status_code == 403
    assert admin_page.get(f"{LIST}add/").status_code == 403


def test_staff_see_only_batches_into_their_own_collections(client, curator, owner):
    make_batch(owner, stored=1)
    mine = make_batch(curator, stored=1)
    client.login(username="curator", password=PASSWORD)
    assert list(client.get(LIST).context["cl"].result_list) == [mine]


def test_a_picture_that_has_been_moved_is_not_named(client, curator, owner):
    batch = make_batch(curator, stored=1)
    Image.objects.update(collection=make_collection(owner), title="Nobody else's")
    client.login(username="curator", password=PASSWORD)
    page = client.get(reverse("admin:gallery_uploadbatch_change", args=[batch.pk]))
    assert "good0.jpg" in page.content.decode()
    assert "Nobody else" not in page.content.decode()
