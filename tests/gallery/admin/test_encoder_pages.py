"""Adding, activating and removing encoders in the admin, each after confirmation."""

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from gallery.embedding.removal import request_removal
from gallery.models import Embedding, EmbeddingJob, Encoder, EncoderRequest, EncoderState
from tests.factories import PASSWORD, make_collection, make_image, make_person

LIST = "/admin/gallery/encoder/"
VECTOR = [1.0] + [0.0] * 63


@pytest.fixture
def second(encoder):
    return Encoder.objects.create(key="tiny:second", dimension=64, state=EncoderState.READY)


@pytest.fixture
def pictures(owner, encoder):
    collection = make_collection(owner)
    return [make_image(collection, vector=VECTOR) for _ in range(3)]


@pytest.fixture
def hints(monkeypatch):
    """Record the hints sent to workers."""
    sent = []
    monkeypatch.setattr("gallery.admin.encoder_pages.hint_workers", lambda: sent.append(1))
    return sent


def embed(pictures, encoder):
    for image in pictures:
        Embedding.objects.create(image=image, encoder=encoder, vector=VECTOR)


def test_adding_asks_for_confirmation_and_shows_the_costs(admin_page, pictures):
    key = "openclip:ViT-L-14/datacomp_xl_s13b_b90k"
    page = admin_page.get(f"{LIST}add/", {"key": key}).content.decode()
    assert "1.6\xa0GB" in page, "the download"
    assert "3 pictures" in page
    assert not EncoderRequest.objects.exists()


def test_adding_creates_a_request_for_the_workers(admin_page, encoder, said, hints):
    response = admin_page.post(f"{LIST}add/", {"key": "tiny:third"})
    assert said(response) == ["tiny:third will be added in the background."]
    assert EncoderRequest.objects.get().key == "tiny:third"
    assert not Encoder.objects.filter(key="tiny:third").exists(), "no web thread loads it"
    assert hints
    page = admin_page.get(LIST).content.decode()
    assert "Waiting for a worker" in page
    assert '<noscript><meta http-equiv="refresh"' in page


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"key": "", "other": ""}, "Choose an encoder from the list, or enter a key."),
        ({"other": "nonsense"}, "There’s no encoder “nonsense”"),
        ({"other": " tiny:second "}, "tiny:second has already been added."),
    ],
)
def test_an_invalid_key_is_refused_with_a_message(admin_page, second, fields, sentence):
    page = admin_page.get(f"{LIST}add/", fields)
    assert sentence in page.content.decode()
    admin_page.post(f"{LIST}add/", fields)
    assert not EncoderRequest.objects.exists()


def test_a_typed_key_takes_precedence_over_the_list(admin_page, encoder):
    admin_page.post(f"{LIST}add/", {"key": "starter", "other": "tiny:third"})
    assert EncoderRequest.objects.get().key == "tiny:third"


def test_a_failed_request_can_be_retried_or_dismissed(admin_page, encoder, hints):
    failed = EncoderRequest.objects.create(key="tiny:third", failure="No network.")
    assert "No network." in admin_page.get(LIST).content.decode()
    admin_page.post(f"{LIST}requests/{failed.pk}/retry/")
    failed.refresh_from_db()
    assert (failed.failure, failed.heartbeat_at) == ("", None)
    assert hints
    admin_page.post(f"{LIST}requests/{failed.pk}/cancel/")
    assert not EncoderRequest.objects.exists()


def test_a_request_is_polled_until_it_ends(admin_page, encoder):
    wanted = EncoderRequest.objects.create(
        key="openclip:ViT-L-14/datacomp_xl_s13b_b90k",
        heartbeat_at=timezone.now(),
        downloaded_bytes=855_000_000,
    )
    address = f"{LIST}requests/{wanted.pk}/status/"
    page = admin_page.get(address)
    assert "Downloading: 815.4\xa0MB of about 1.6\xa0GB" in page.content.decode()
    assert "HX-Refresh" not in page
    EncoderRequest.objects.update(failure="No network.")
    assert admin_page.get(address)["HX-Refresh"] == "true"


def test_an_encoder_is_polled_until_nothing_waits(admin_page, pictures, second):
    address = f"{LIST}{second.pk}/status/"
    job = EmbeddingJob.objects.create(image=pictures[0], encoder=second)
    page = admin_page.get(address)
    assert "0 of 3 pictures embedded" in page.content.decode()
    assert 'hx-trigger="every 2s"' in page.content.decode()
    job.delete()
    assert admin_page.get(address)["HX-Refresh"] == "true"


@pytest.mark.django_db(transaction=True)
def test_activation_asks_for_confirmation_and_then_switches(admin_page, said, request):
    pictures = request.getfixturevalue("pictures")
    second = request.getfixturevalue("second")
    embed(pictures, second)
    address = f"{LIST}{second.pk}/activate/"
    assert "switch back at any time" in admin_page.get(address).content.decode()
    assert Encoder.objects.active().key == "tiny"
    assert said(admin_page.post(address)) == ["Searches now use tiny:second."]
    assert Encoder.objects.active() == second
    assert Encoder.objects.filter(state=EncoderState.ACTIVE).count() == 1


@pytest.mark.django_db(transaction=True)
def test_activation_without_all_vectors_has_to_be_forced(admin_page, said, request):
    pictures = request.getfixturevalue("pictures")
    second = request.getfixturevalue("second")
    embed(pictures[:1], second)
    address = f"{LIST}{second.pk}/activate/"
    assert "2 pictures have no vectors" in admin_page.get(address).content.decode()
    assert "1 of 3 pictures" in said(admin_page.post(address))[0]
    assert Encoder.objects.active().key == "tiny"
    admin_page.post(address, {"force": "on"})
    assert Encoder.objects.active() == second


def test_an_encoder_being_built_cannot_be_forced(admin_page, pictures, second, said):
    Encoder.objects.filter(pk=second.pk).update(state=EncoderState.BUILDING)
    address = f"{LIST}{second.pk}/activate/"
    assert 'name="force"' not in admin_page.get(address).content.decode()
    assert "0 of 3 pictures" in said(admin_page.post(address, {"force": "on"}))[0]
    assert Encoder.objects.active().key == "tiny"


def test_removing_asks_and_leaves_the_work_to_workers(
    admin_page, said, pictures, second, monkeypatch
):
    sent = []
    monkeypatch.setattr("gallery.admin.encoder_pages.hint_removal", lambda: sent.append(1))
    embed(pictures, second)
    address = f"{LIST}{second.pk}/remove/"
    assert "3 vectors" in admin_page.get(address).content.decode()
    assert not sent
    assert said(admin_page.post(address)) == ["tiny:second will be removed in the background."]
    assert sent
    second.refresh_from_db()
    assert second.state == EncoderState.REMOVING
    assert second.embeddings.count() == 3, "no web thread deletes them"


def test_a_removal_is_watched_until_the_encoder_is_gone(admin_page, pictures, second):
    embed(pictures, second)
    request_removal(second.key)
    page = admin_page.get(LIST).content.decode()
    assert "Being removed" in page
    assert f"{LIST}{second.pk}/activate/" not in page
    assert f"{LIST}{second.pk}/remove/" not in page
    address = f"{LIST}{second.pk}/status/"
    assert "3 vectors still to delete" in admin_page.get(address).content.decode()
    second.embeddings.all().delete()
    assert "Deleting its index" in admin_page.get(address).content.decode()
    second.delete()
    assert admin_page.get(address)["HX-Refresh"] == "true"


def test_a_key_that_is_being_removed_cannot_be_added_yet(admin_page, second):
    request_removal(second.key)
    page = admin_page.get(f"{LIST}add/", {"other": second.key}).content.decode()
    assert "is being removed" in page


def test_the_active_encoder_cannot_be_removed(admin_page, encoder, said):
    response = admin_page.post(f"{LIST}{encoder.pk}/remove/")
    assert "activate another one" in said(response)[0]
    assert Encoder.objects.filter(pk=encoder.pk).exists()


@pytest.mark.parametrize("page", ["add/?key=tiny:third", "{pk}/activate/", "{pk}/remove/"])
def test_staff_with_view_permission_change_nothing(client, second, page):
    person = make_person("looker", is_staff=True)
    person.user_permissions.add(Permission.objects.get(codename="view_encoder"))
    client.login(username="looker", password=PASSWORD)
    listing = client.get(LIST)
    assert listing.status_code == 200
    assert "Add an encoder" not in listing.content.decode()
    address = LIST + page.format(pk=second.pk)
    assert client.get(address).status_code == client.post(address).status_code == 403
    assert client.get(f"{LIST}{second.pk}/status/").status_code == 200


def test_strangers_see_nothing(client, second):
    for page in ("", f"{second.pk}/status/", f"{second.pk}/activate/"):
        assert client.get(LIST + page).status_code == 302
    client.login(username=make_person("staff", is_staff=True).username, password=PASSWORD)
    for page in ("", f"{second.pk}/status/", f"{second.pk}/activate/"):
        assert client.get(LIST + page).status_code == 403
