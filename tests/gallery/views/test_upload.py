import json
import zipfile
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gallery.models import (
    Collection,
    EmbeddingJob,
    Fate,
    Image,
    Membership,
    Role,
    UploadBatch,
    UploadItem,
)
from tests.factories import make_collection, make_image
from tests.images import png

JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture
def batch(owner, client, encoder):
    """Create a batch of the signed-in owner."""
    client.force_login(owner)
    return UploadBatch.objects.create(owner=owner, collection=make_collection(owner, "Cats"))


def send(client, batch, *files, **fields):
    """Post files as the script does."""
    address = reverse("gallery:upload-files", kwargs={"pk": batch.pk})
    return client.post(address, {"files": list(files), **fields}, **JSON)


def upload(name, content):
    """Return one file for a form."""
    return SimpleUploadedFile(name, content)


def test_uploading_requires_an_account(client, db):
    response = client.get(reverse("gallery:upload"))
    assert response.status_code == 302
    assert reverse("login") in response["Location"]
    assert client.post(reverse("gallery:upload")).status_code == 302


def test_a_plain_form_creates_a_collection_and_a_batch(client, owner, encoder):
    client.force_login(owner)
    files = [upload("red.png", png(color="red")), upload("notes.jpg", b"only text")]
    data = {"new_collection": "Holidays", "visibility": "private", "files": files}
    response = client.post(reverse("gallery:upload"), data, follow=True)
    batch = UploadBatch.objects.get()
    assert response.redirect_chain == [(batch.get_absolute_url(), 302)]
    assert (batch.collection.name, batch.collection.is_public) == ("Holidays", False)
    assert b"Stored, searchable soon" in response.content
    assert "“notes.jpg” is" in response.content.decode()
    assert EmbeddingJob.objects.count() == 1


def test_a_form_without_a_collection_shows_an_error(client, owner):
    client.force_login(owner)
    response = client.post(reverse("gallery:upload"), {"new_collection": " "})
    assert response.status_code == 422
    assert b"Choose a collection, or enter a name for a new one." in response.content
    assert not UploadBatch.objects.exists()


def test_the_script_gets_the_url_of_a_new_batch(client, owner):
    client.force_login(owner)
    make_collection(owner, "Cats")
    response = client.post(reverse("gallery:upload"), {"collection": "cats"}, **JSON)
    assert response.status_code == 201
    assert response.json() == {"url": UploadBatch.objects.get().get_absolute_url()}


def test_uploads_to_a_collection_need_more_than_viewing_rights(client, owner, stranger):
    collection = make_collection(owner, "Cats", visibility="public")
    Membership.objects.create(collection=collection, person=stranger, role=Role.VIEWER)
    client.force_login(stranger)
    response = client.post(reverse("gallery:upload"), {"collection": "cats"}, **JSON)
    assert response.status_code == 422
    assert not UploadBatch.objects.exists()


def test_each_file_has_its_own_outcome_and_the_others_continue(client, batch):
    red = png(color="red")
    response = send(
        client, batch, upload("red.png", red), upload("a.svg", b"<svg/>"), upload("again.png", red),
        upload("empty.png", b""),
    )  # fmt: skip
    body = response.json()
    assert response.status_code == 200
    fates = dict(batch.items.values_list("name", "fate"))
    assert fates == {
        "red.png": Fate.STORED,
        "a.svg": Fate.REFUSED,
        "again.png": Fate.DUPLICATE,
        "empty.png": Fate.REFUSED,
    }
    assert body["pending"] is True
    assert {item["progress"] for item in body["items"]} == {"waiting", "refused", "duplicate"}
    assert "1</strong> stored" in body["summary"]


def test_names_keep_their_folders_and_captions_are_sent_with_the_file(client, batch):
    fields = {"name": "summer/beach/red.png", "caption": "The beach", "tags": "Summer, sea"}
    send(client, batch, upload("red.png", png(color="red")), **fields)
    item = batch.items.get()
    assert item.name == "summer/beach/red.png"
    assert (item.image.caption, item.image.tags) == ("The beach", ["summer", "sea"])


def test_a_plain_forms_names_get_their_quotes_back_and_the_scripts_are_left_alone(client, batch):
    client.force_login(batch.owner)
    send(client, batch, upload("a %22red%22 one.png", png()))
    send(client, batch, upload("x.png", png(color="blue")), name="really%22.png")
    assert sorted(batch.items.values_list("name", flat=True)) == [
        'a "red" one.png', "really%22.png",
    ]  # fmt: skip


def test_a_zip_is_a_row_for_each_of_its_files(client, batch):
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("one/red.png", png(color="red"))
        archive.writestr("two/blue.png", png(color="blue"))
        archive.writestr("notes.txt", "hello")
    body = send(client, batch, upload("all.zip", packed.getvalue())).json()
    assert [item["progress"] for item in body["items"]].count("waiting") == 2
    assert batch.items.count() == 3


def test_oversized_uploads_are_refused_before_they_are_read(client, batch, settings):
    settings.MAX_ARCHIVE_BYTES = 10
    address = reverse("gallery:upload-files", kwargs={"pk": batch.pk})
    body = b"x" * (2 * 1024 * 1024)
    response = client.post(address, body, content_type="multipart/form-data; boundary=x", **JSON)
    assert response.status_code == 413
    assert response.json()["reason"] == "too_many_bytes"
    response = client.post(address, body, content_type="multipart/form-data; boundary=x")
    assert response.status_code == 413
    assert b"can be up to" in response.content


def test_uploads_need_the_token_of_the_form(owner, batch):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(owner)
    for address in (reverse("gallery:upload"), f"{batch.get_absolute_url()}files/"):
        response = strict.post(address, {"collection": "cats", "files": upload("a.png", b"x")})
        assert response.status_code == 403
    assert not UploadItem.objects.exists()


@pytest.mark.parametrize("role", [Role.CONTRIBUTOR, Role.MANAGER])
def test_other_contributors_cannot_open_a_batch(client, batch, stranger, role):
    send(client, batch, upload("red.png", png(color="red")))
    Membership.objects.create(collection=batch.collection, person=stranger, role=role)
    client.force_login(stranger)
    own = UploadBatch.objects.create(owner=stranger, collection=batch.collection)
    assert client.get(own.get_absolute_url()).status_code == 200
    page = batch.get_absolute_url()
    for address in (page, f"{page}status/"):
        assert client.get(address).status_code == 404
    assert send(client, batch, upload("blue.png", png(color="blue"))).status_code == 404
    for address in (f"{page}retry/", f"{page}caption/"):
        assert client.post(address, {"tags": "mine"}).status_code == 404
    assert batch.items.count() == 1
    assert batch.items.get().image.tags == []


def test_a_batch_belongs_to_its_owner_while_they_may_add_pictures(client, batch, stranger, owner):
    addresses = [batch.get_absolute_url(), f"{batch.get_absolute_url()}status/"]
    client.force_login(stranger)
    assert [client.get(address).status_code for address in addresses] == [404, 404]
    assert send(client, batch, upload("red.png", png(color="red"))).status_code == 404
    client.force_login(owner)
    Collection.objects.update(owner=stranger)
    assert [client.get(address).status_code for address in addresses] == [404, 404]


def test_returning_shows_the_progress_in_few_queries(client, batch, django_assert_max_num_queries):
    for number in range(20):
        image = make_image(batch.collection)
        batch.items.create(name=f"{number}.jpg", fate=Fate.STORED, image=image)
    with django_assert_max_num_queries(8):
        response = client.get(batch.get_absolute_url())
    assert response.content.count(b"Stored, searchable soon") == 20
    assert b"0 of 20 searchable" in response.content


def test_a_large_batch_is_paged_with_the_refused_first(client, batch):
    UploadItem.objects.bulk_create(
        UploadItem(
            batch=batch, name=f"{n}.jpg", fate=Fate.REFUSED if n == 3 else Fate.DUPLICATE,
            sentence="No.",
        )
        for n in range(150)
    )  # fmt: skip
    with CaptureQueriesContext(connection) as first:
        content = client.get(batch.get_absolute_url()).content.decode()
    assert content.index("3.jpg") < content.index("149.jpg")
    assert "Page 1 of 2" in content
    UploadItem.objects.bulk_create(
        UploadItem(batch=batch, name=f"{n}.jpg", fate=Fate.DUPLICATE) for n in range(3000)
    )
    with CaptureQueriesContext(connection) as larger:
        client.get(batch.get_absolute_url(), {"page": 20})
    assert len(larger) == len(first)
    last = client.get(batch.get_absolute_url(), {"page": 32}).content.decode()
    assert "Page 32 of 32" in last


def test_a_moved_picture_shows_only_its_name(client, batch, stranger):
    image = make_image(make_collection(stranger), caption="Secret")
    batch.items.create(name="red.png", fate=Fate.STORED, image=image)
    content = client.get(batch.get_absolute_url()).content.decode()
    assert "red.png" in content
    assert "Secret" not in content
    assert image.sha256 not in content


def test_status_returns_the_rows_asked_for_and_stops_when_all_is_done(client, batch, encoder):
    from gallery.models import Embedding

    send(client, batch, upload("red.png", png(color="red")))
    item = batch.items.get()
    address = f"{batch.get_absolute_url()}status/"
    body = client.get(address, {"item": [item.pk, "junk", "9" * 30]}).json()
    assert (body["pending"], body["items"][0]["progress"]) == (True, "waiting")
    EmbeddingJob.objects.all().delete()
    vector = [1.0] + [0.0] * 63
    Embedding.objects.create(image=item.image, encoder=encoder, vector=vector)
    body = client.get(address, {"item": item.pk}).json()
    assert (body["pending"], body["items"][0]["progress"]) == (False, "searchable")
    assert client.get(address).json()["items"] == []


def test_failed_pictures_show_the_reason_and_can_be_retried(client, batch):
    from django.utils import timezone

    send(client, batch, upload("red.png", png(color="red")))
    EmbeddingJob.objects.update(quarantined_at=timezone.now(), attempts=3, reason="It broke.")
    assert b"It broke." in client.get(batch.get_absolute_url()).content
    other = make_image(batch.collection)
    foreign = EmbeddingJob.objects.create(
        image=other, encoder_id=EmbeddingJob.objects.get().encoder_id, quarantined_at=timezone.now()
    )
    item = batch.items.get()
    response = client.post(f"{batch.get_absolute_url()}retry/", {"item": item.pk}, **JSON)
    assert response.json() == {"sentence": "Retrying 1 picture."}
    assert EmbeddingJob.objects.quarantined().get() == foreign


def test_retrying_a_batch_leaves_other_batches_alone(client, batch, owner):
    from django.utils import timezone

    send(client, batch, upload("red.png", png(color="red")), upload("blue.png", png(color="blue")))
    others = UploadBatch.objects.create(owner=owner, collection=make_collection(owner))
    send(client, others, upload("green.png", png(color="green")))
    EmbeddingJob.objects.update(quarantined_at=timezone.now(), attempts=3, reason="It broke.")
    response = client.post(f"{batch.get_absolute_url()}retry/", **JSON)
    assert response.json() == {"sentence": "Retrying 2 pictures."}
    assert EmbeddingJob.objects.quarantined().get().image == others.items.get().image


def test_captions_are_saved_for_one_file_and_tags_for_all(client, batch):
    send(client, batch, upload("red.png", png(color="red")), upload("blue.png", png(color="blue")))
    first = batch.items.order_by("pk").first()
    address = f"{batch.get_absolute_url()}caption/"
    client.post(address, {"item": first.pk, "caption": "A red square", "tags": "red"})
    response = client.post(address, {"tags": "shapes"}, **JSON)
    assert response.json() == {"sentence": "2 pictures tagged."}
    first.image.refresh_from_db()
    assert (first.image.caption, first.image.tags) == ("A red square", ["red", "shapes"])
    assert Image.objects.filter(tags=["shapes"]).count() == 1


def test_words_for_a_picture_that_was_moved_away_are_refused(client, batch, owner):
    """It is changed where it is now, by those who may change it there."""
    send(client, batch, upload("red.png", png(color="red")), upload("blue.png", png(color="blue")))
    moved, stayed = batch.items.order_by("pk")
    Image.objects.filter(pk=moved.image_id).update(collection=make_collection(owner))
    address = f"{batch.get_absolute_url()}caption/"
    assert client.post(address, {"item": moved.pk, "caption": "Mine"}).status_code == 404
    assert client.post(address, {"tags": "shapes"}, **JSON).json() == {
        "sentence": "1 picture tagged."
    }
    assert list(Image.objects.filter(tags=["shapes"])) == [stayed.image]
    assert not Image.objects.exclude(caption="").exists()


def test_captions_for_a_picture_of_another_batch_are_refused(client, batch, owner):
    other = UploadBatch.objects.create(owner=owner, collection=batch.collection)
    item = other.items.create(name="x", fate=Fate.STORED, image=make_image(batch.collection))
    address = f"{batch.get_absolute_url()}caption/"
    assert client.post(address, {"item": item.pk, "caption": "Mine"}).status_code == 404
    response = client.post(address, {"tags": "x" * 70}, **JSON)
    assert (response.status_code, json.loads(response.content)["reason"]) == (422, "tag_too_long")


def test_the_upload_page_starts_with_the_collection_of_the_last_batch(client, batch):
    batch.items.create(name="x.png", fate=Fate.REFUSED)
    content = client.get(reverse("gallery:upload")).content.decode()
    assert '<option value="cats" selected>' in content
    assert batch.get_absolute_url() in content


def test_a_new_collection_name_takes_precedence_over_the_chosen_one(client, batch):
    data = {"collection": "cats", "new_collection": "Dogs", "visibility": "private"}
    client.post(reverse("gallery:upload"), data)
    assert UploadBatch.objects.newest_first()[0].collection.name == "Dogs"


def test_recent_uploads_are_those_that_the_person_may_still_continue(client, batch, stranger):
    """The batch of a collection that is closed to them would be a link to nothing."""
    closed = make_collection(stranger, "Closed")
    member = Membership.objects.create(collection=closed, person=batch.owner, role=Role.CONTRIBUTOR)
    other = UploadBatch.objects.create(owner=batch.owner, collection=closed)
    UploadBatch.objects.create(owner=batch.owner, collection=batch.collection)  # without a file
    for each in (batch, other):
        each.items.create(name="x", fate=Fate.STORED, image=make_image(each.collection))
    assert list(client.get("/upload/").context["recent"]) == [other, batch]
    member.delete()
    assert list(client.get("/upload/").context["recent"]) == [batch]


def test_one_poll_returns_a_bounded_number_of_rows(client, batch, monkeypatch):
    monkeypatch.setattr("gallery.views.upload.MAX_ROWS_PER_POLL", 2)
    items = [batch.items.create(name=f"{n}", fate=Fate.REFUSED) for n in range(4)]
    address = f"{batch.get_absolute_url()}status/"
    wanted = [item.pk for item in items[:3]]
    found = client.get(address, {"item": wanted}).json()
    assert {row["id"] for row in found["items"]} == set(wanted[:2])
