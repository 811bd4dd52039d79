"""Uploading and selecting, where the browser's own behaviour matters."""

import re

from playwright.sync_api import expect

from gallery.models import Image
from tests.images import jpeg

DROP_A_FILE = """(color) => {
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d");
  pen.fillStyle = color;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  const [head, data] = canvas.toDataURL("image/png").split(",");
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const carrier = new DataTransfer();
  carrier.items.add(new File([bytes], `${color}.png`, { type: "image/png" }));
  document.body.dispatchEvent(
    new DragEvent("drop", { dataTransfer: carrier, bubbles: true, cancelable: true })
  );
}"""

FOLDER_OF_1050 = """async () => {
  const { collectDropped } = await import("/static/js/folders.js");
  const file = (path) => ({
    isFile: true, name: path.split("/").pop(), fullPath: path,
    file: (done) => done(new File(["x"], path.split("/").pop())),
  });
  const folder = (path, inside) => ({
    isFile: false, name: path.split("/").pop(), fullPath: path,
    createReader() {
      let at = 0; // as browsers do: at most 100 at a time
      return { readEntries: (done) => { done(inside.slice(at, at + 100)); at += 100; } };
    },
  });
  const many = [...Array(1050).keys()].map((n) => file(`/trip/p${n}.jpg`));
  const root = folder("/trip", [
    ...many, file("/trip/.DS_Store"), folder("/trip/deep", [file("/trip/deep/last.jpg")]),
    folder("/trip/__MACOSX", [file("/trip/__MACOSX/p1.jpg")]),
  ]);
  const names = [];
  const items = [{ kind: "file", webkitGetAsEntry: () => root }];
  await collectDropped([], { items }, (some) => names.push(...some.map((one) => one.name)));
  return names;
}"""


def test_a_dropped_folder_of_any_size_is_read_completely(library, new_page):
    page = new_page()
    page.goto("/collections/")
    names = page.evaluate(FOLDER_OF_1050)
    assert len(names) == len(set(names)) == 1051
    assert "trip/deep/last.jpg" in names
    assert not [name for name in names if "DS_Store" in name or "MACOSX" in name]


def test_an_upload_survives_a_lost_connection(library, olga, new_page, tmp_path):
    picture = tmp_path / "pink.jpg"
    picture.write_bytes(jpeg(color="pink"))
    page = new_page(person=olga, expect=("ERR_FAILED",))
    failures = iter([True])
    page.route(
        re.compile("/files/$"),
        lambda route: route.abort() if next(failures, False) else route.continue_(),
    )
    page.goto("/upload/?collection=colours")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose pictures").click()
    chooser.value.set_files(picture)
    expect(page.locator(".upload-row__state")).to_contain_text("Retrying soon")
    expect(page.locator(".upload-row__state")).to_contain_text("Stored")
    assert Image.objects.filter(original_name="pink.jpg").count() == 1


def test_files_chosen_before_the_collection_is_named_wait_for_its_name(
    library, olga, new_page, tmp_path
):
    pictures = [tmp_path / "pink.jpg", tmp_path / "teal.jpg"]
    for picture in pictures:
        picture.write_bytes(jpeg(color=picture.stem))
    page = new_page(person=olga)
    posted = []
    page.on("request", lambda request: posted.append(request.url) if request.post_data else None)
    page.goto("/upload/")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose pictures").click()
    chooser.value.set_files(pictures)
    sentence = "2 files are ready. Name the collection to send them."
    expect(page.locator("[data-sending-words]")).to_have_text(sentence)
    expect(page.locator("[data-live]")).to_have_text(sentence)
    expect(page.locator(".upload-row__name")).to_have_text(["pink.jpg", "teal.jpg"])
    expect(page.locator(".upload-row__thumb img")).to_have_count(2)
    name = page.get_by_label("Name of the new collection")
    expect(name).to_be_focused()
    name.press("Enter")  # The collection still has no name.
    expect(page.locator("[data-sending-words]")).to_have_text(sentence)
    assert not posted
    name.fill("Holidays")
    name.press("Enter")
    expect(page.locator(".upload-row__state")).to_contain_text(["Stored", "Stored"])
    expect(page.locator("[data-upload-lede]")).to_contain_text("Uploading to Holidays.")
    expect(page.get_by_role("button", name="Choose pictures")).to_be_focused()
    assert Image.objects.filter(collection__name="Holidays").count() == 2
    assert len([url for url in posted if url.endswith("/upload/")]) == 1


def test_captions_and_tags_are_typed_while_files_upload(library, olga, new_page, tmp_path):
    pictures = [tmp_path / "pink.jpg", tmp_path / "teal.jpg"]
    for picture in pictures:
        picture.write_bytes(jpeg(color=picture.stem))
    page = new_page(person=olga)
    held = []  # uploads that wait until something has been typed
    page.route(re.compile("/files/$"), lambda route: held.append(route), times=2)
    page.goto("/upload/?collection=colours")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose pictures").click()
    chooser.value.set_files(pictures)
    pink, teal = (page.locator(".upload-row", has_text=f"{name}.jpg") for name in ("pink", "teal"))
    pink.get_by_placeholder("Caption").fill("Flamingo")
    pink.get_by_placeholder("Tags").press_sequentially("Bird, gr")
    page.get_by_role("option", name="green").click()
    for route in held:
        route.continue_()  # what was typed since the request began must be saved too
    expect(page.locator(".upload-row__state")).to_contain_text(["Stored", "Stored"])
    expect(pink.get_by_placeholder("Caption")).to_have_value("Flamingo")
    teal.get_by_placeholder("Tags").fill("duck")
    teal.get_by_placeholder("Tags").press("Tab")
    expect(teal.locator("[data-saved]")).to_be_visible()
    everywhere = page.get_by_label("Tags for all files")
    everywhere.press_sequentially("yel")
    page.get_by_role("option", name="yellow").click()
    everywhere.press_sequentially("zoo")
    everywhere.press("Enter")
    expect(page.locator(".toasts")).to_contain_text("2 pictures")
    words = {image.original_name: (image.caption, image.tags) for image in Image.objects.live()}
    assert words["pink.jpg"] == ("Flamingo", ["bird", "green", "yellow", "zoo"])
    assert words["teal.jpg"] == ("", ["duck", "yellow", "zoo"])
    page.reload()
    expect(pink.get_by_placeholder("Tags")).to_have_value("bird, green, yellow, zoo")


def test_long_choices_end_before_the_arrow(library, olga, new_page):
    page = new_page(person=olga)
    page.goto("/upload/")
    for name in ("collection", "visibility"):
        padding = page.locator(f"select[name={name}]").evaluate(
            "select => parseFloat(getComputedStyle(select).paddingRight)"
        )
        assert padding > 30, name
    expect(page.get_by_label("Visibility")).to_have_value("private")
    expect(page.get_by_label("Visibility").locator("option")).to_have_text(["Private", "Public"])
    expect(page.locator("#visibility-hint")).to_be_visible()


def test_dropped_files_wait_until_a_collection_is_chosen(library, olga, new_page):
    page = new_page(person=olga)
    page.goto("/upload/")
    page.evaluate(DROP_A_FILE, "pink")
    expect(page.locator("[data-sending-words]")).to_have_text(
        "1 file is ready. Name the collection to send it."
    )
    page.evaluate(DROP_A_FILE, "teal")
    expect(page.locator("[data-live]")).to_contain_text("2 files are ready")
    page.get_by_label("Collection", exact=True).select_option("colours")
    expect(page.locator("[data-sending-words]")).to_have_text("All 2 files sent")
    expect(page.locator("[data-upload-lede]")).to_contain_text("Uploading to Colours")
    assert library.images.filter(original_name__in=["pink.png", "teal.png"]).count() == 2


def test_files_are_kept_when_the_upload_could_not_start(library, olga, new_page):
    page = new_page(person=olga, expect=("ERR_FAILED",))
    failures = iter([True])
    page.route(
        re.compile("/upload/$"),
        lambda route: (
            route.abort()
            if route.request.method == "POST" and next(failures, False)
            else route.continue_()
        ),
    )
    page.goto("/upload/")
    page.evaluate(DROP_A_FILE, "pink")
    name = page.get_by_label("Name of the new collection")
    name.fill("Holidays")
    name.press("Tab")
    expect(page.locator("[data-live]")).to_have_text(
        "1 file is waiting. The upload couldn’t start."
    )
    expect(page.locator(".toasts")).to_contain_text("Your files are kept here")
    page.get_by_role("button", name="Retry failed files").click()
    expect(page.locator(".upload-row__state")).to_contain_text("Stored")
    assert Image.objects.get(original_name="pink.png").collection.name == "Holidays"


def test_a_file_over_the_limit_is_refused_before_it_is_sent(
    library, olga, new_page, tmp_path, settings
):
    settings.MAX_UPLOAD_BYTES = 1000
    picture = tmp_path / "large.jpg"
    picture.write_bytes(jpeg(color="pink"))
    page = new_page(person=olga)
    sent = []
    page.on("request", lambda request: sent.append(request.url))
    page.goto("/upload/?collection=colours")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose pictures").click()
    chooser.value.set_files(picture)
    expect(page.locator(".upload-row__state")).to_contain_text("larger than 1,000 bytes")
    assert not [url for url in sent if url.endswith("/files/")]


def test_selecting_a_range_with_the_keyboard_and_shift_then_delete_and_undo(
    library, olga, new_page
):
    page = new_page(person=olga)
    page.goto("/collections/colours/")
    page.keyboard.press("x")
    tiles = page.locator(".tile")
    tiles.nth(1).click()
    tiles.nth(4).click(modifiers=["Shift"])
    expect(page.locator("[data-count]")).to_have_text("4 pictures selected")
    page.get_by_role("button", name="Delete").click()
    expect(page.locator(".undo")).to_contain_text("4 pictures moved to the trash.")
    assert Image.objects.live().count() == 2
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".toasts")).to_contain_text("4 pictures restored")
    assert Image.objects.live().count() == 6


def test_all_selects_the_number_shown(library, olga, new_page):
    page = new_page(person=olga)
    page.goto("/collections/colours/?tag=red")
    page.keyboard.press("x")
    page.get_by_label("All 1 that match").check()
    expect(page.locator("[data-count]")).to_have_text("1 picture selected")
    page.get_by_role("button", name="Delete").click()
    expect(page.locator(".undo")).to_contain_text("1 picture moved to the trash.")
    assert Image.objects.trashed().get().tags == ["drawn", "red"]
    page.keyboard.press("x")
    expect(page.locator("#selection")).to_be_hidden()
    expect(page.locator("[data-start-selecting]")).to_be_hidden()
