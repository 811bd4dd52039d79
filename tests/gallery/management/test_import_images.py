"""`manage.py import_images`: what lands in the collection, what stdout says, what it refuses."""

import json

import pytest
from django.core.management import CommandError, call_command

from gallery.management import waiting
from gallery.models import Collection, Embedding, Image, Membership, Role
from tests import images
from tests.factories import make_collection, make_person


@pytest.fixture
def folder(tmp_path):
    """A folder with a picture, a picture further down, a zip, and a file that is no picture."""
    top = tmp_path / "top"
    (top / "sub").mkdir(parents=True)
    (top / "red.jpg").write_bytes(images.jpeg(color="red"))
    (top / "sub" / "blue.jpg").write_bytes(images.jpeg(color="blue"))
    (top / "more.zip").write_bytes(images.make_zip({"in/green.png": images.png(color="lime")}))
    (top / "notes.txt").write_bytes(images.text_file())
    return top


@pytest.fixture
def captions(folder):
    """Captions lying among the pictures."""
    file = folder / "captions.csv"
    file.write_text("file,caption\nred.jpg,A red one\ngreen.png,A green one\nnever.jpg,Nowhere\n")
    return file


def run(capsys, *arguments):
    call_command("import_images", *map(str, arguments), "--json")
    return json.loads(capsys.readouterr().out)


def test_folders_files_and_zips_are_imported_with_captions(administrator, folder, captions, capsys):
    report = run(capsys, folder, "--collection", "My pictures", "--captions", captions)
    seconds = report.pop("seconds")
    assert report == {
        "imported": 3,
        "duplicate": 0,
        "refused": [
            {
                "file": "notes.txt",
                "reason": "“notes.txt” is text, which isn’t supported:"
                " use JPEG, PNG, WebP, GIF, BMP, TIFF, HEIC or AVIF.",
            }
        ],
        "collection": "my-pictures",
        "searchable": 0,
    }
    assert seconds >= 0
    assert dict(Image.objects.values_list("original_name", "caption")) == {
        "red.jpg": "A red one",
        "blue.jpg": "",
        "green.png": "A green one",
    }
    collection = Collection.objects.get()
    assert (collection.owner, collection.is_public) == (administrator, False)


def test_stdout_is_json_only_and_stderr_names_unused_captions(
    administrator, folder, captions, capsys
):
    call_command(
        "import_images", str(folder), "--collection", "x", "--captions", str(captions), "--json"
    )
    printed = capsys.readouterr()
    json.loads(printed.out)
    assert "1 captions are for files that weren’t found: never.jpg" in printed.err


def test_a_second_import_finds_duplicates(administrator, folder, capsys):
    run(capsys, folder, "--collection", "x")
    again = run(capsys, folder, "--collection", "x")
    assert (again["imported"], again["duplicate"]) == (0, 3)


def test_the_report_ends_with_counts_and_reasons(administrator, folder, capsys):
    call_command("import_images", str(folder), "--collection", "x")
    out = capsys.readouterr().out
    assert "3 imported, 0 duplicate, 1 refused" in out
    assert "“notes.txt” is text" in out


def test_a_collection_is_found_by_slug_and_by_name(administrator, folder, capsys):
    mine = make_collection(administrator, "Sea Side")
    assert run(capsys, folder, "--collection", "sea-side")["collection"] == mine.slug
    assert run(capsys, folder, "--collection", "SEA side")["collection"] == mine.slug
    assert Collection.objects.count() == 1


def test_public_and_owner_are_as_asked(administrator, folder, capsys):
    ada = make_person("ada")
    run(capsys, folder, "--collection", "New", "--public", "--owner", "ada")
    collection = Collection.objects.get()
    assert (collection.owner, collection.is_public) == (ada, True)
    assert set(Image.objects.values_list("owner__username", flat=True)) == {"ada"}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--owner", "nobody"], "No user named “nobody”."),
        (["--captions", "/no/such.csv"], "The captions in /no/such.csv can’t be read"),
    ],
)
def test_impossible_requests_are_reported(administrator, folder, arguments, sentence):
    with pytest.raises(CommandError, match=sentence.replace(".", r"\.")):
        call_command("import_images", str(folder), "--collection", "x", *arguments)
    assert not Collection.objects.exists()


def test_without_an_administrator_it_says_what_to_do(db, folder):
    with pytest.raises(CommandError, match="createsuperuser"):
        call_command("import_images", str(folder), "--collection", "x")


def test_a_missing_path_is_reported_before_anything_is_created(administrator, tmp_path):
    with pytest.raises(CommandError, match="There’s no file or folder"):
        call_command("import_images", str(tmp_path / "gone"), "--collection", "x")
    assert not Collection.objects.exists()


def test_a_name_never_means_someone_elses_collection(administrator, folder, capsys):
    """A public collection of the same name, which the owner can see but not add to."""
    ada, bob = make_person("ada"), make_person("bob")
    theirs = make_collection(ada, "Holidays", visibility="public")
    for name in ("holidays", "Holidays"):
        found = run(capsys, folder, "--collection", name, "--owner", "bob")
        assert found["collection"] == "holidays-2"
    assert not theirs.images.exists()
    assert set(bob.collections.get().images.values_list("owner", flat=True)) == {bob.pk}


def test_the_owners_collection_takes_precedence_over_a_shared_one(administrator, folder, capsys):
    ada, bob = make_person("ada"), make_person("bob")
    shared = make_collection(ada, "Holidays")
    Membership.objects.create(collection=shared, person=bob, role=Role.CONTRIBUTOR)
    to = ("--owner", "bob", "--collection", "holidays")
    assert run(capsys, folder, *to)["collection"] == "holidays"
    make_collection(bob, "Holidays", slug="bobs")
    assert run(capsys, folder, *to)["collection"] == "bobs"


def test_a_name_that_several_collections_have_is_refused(administrator, folder, capsys):
    for name in ("ada", "bob"):
        make_collection(make_person(name), "Same", slug=f"same-{name}")
    with pytest.raises(CommandError, match="Use one of these instead: same-ada, same-bob"):
        call_command("import_images", str(folder), "--collection", "same")
    found = run(capsys, folder, "--collection", "same-bob")
    assert found["collection"] == "same-bob"


def test_a_disabled_owner_is_refused(administrator, folder):
    make_person("gone", is_active=False)
    with pytest.raises(CommandError, match="gone's account is disabled"):
        call_command("import_images", str(folder), "--collection", "x", "--owner", "gone")


def test_waiting_without_a_worker_embeds_in_the_command(
    transactional_db, administrator, encoder, folder, capsys, monkeypatch
):
    monkeypatch.setattr(waiting, "_worker_is_there", lambda: False)
    report = run(capsys, folder, "--collection", "x", "--wait")
    assert (report["imported"], report["searchable"]) == (3, 3)
    assert Embedding.objects.count() == 3


def test_waiting_with_a_worker_shows_its_progress(
    transactional_db, administrator, encoder, folder, capsys, monkeypatch
):
    """The worker here is a step of the clock: each look at the queue finds it one batch further."""
    from gallery.embedding.queue import embed_pending

    monkeypatch.setattr(waiting, "_worker_is_there", lambda: True)
    monkeypatch.setattr(waiting.time, "sleep", lambda _: embed_pending(limit=2))
    assert run(capsys, folder, "--collection", "x", "--wait")["searchable"] == 3


def test_an_unavailable_broker_means_no_worker():
    assert waiting._worker_is_there() is False


def test_an_import_that_stored_nothing_exits_with_status_1(administrator, folder, capsys):
    with pytest.raises(SystemExit) as ended:
        run(capsys, folder / "notes.txt", "--collection", "Nothing")
    assert ended.value.code == 1
    assert json.loads(capsys.readouterr().out)["imported"] == 0


def test_an_empty_folder_is_reported_and_creates_no_collection(administrator, tmp_path):
    with pytest.raises(CommandError, match="no files"):
        call_command("import_images", str(tmp_path), "--collection", "Empty")
    assert not Collection.objects.exists()
