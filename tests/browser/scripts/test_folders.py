"""Collect files from drops and file inputs, skipping the files that systems leave in folders."""

TREE = """
const file = (path) => ({
  isFile: true, name: path.split("/").pop(), fullPath: `/${path}`,
  file: (found) => found(new File(["x"], path.split("/").pop())),
});
const folder = (path, inside) => ({
  isFile: false, name: path.split("/").pop(), fullPath: `/${path}`,
  createReader() {
    let rest = [...inside];
    return { readEntries: (found) => { found(rest.slice(0, 100)); rest = rest.slice(100); } };
  },
});
const drop = (...entries) => ({
  items: entries.map((entry) => ({ kind: "file", webkitGetAsEntry: () => entry })),
});
const { collectDropped, fromInput } = await import("/js/folders.js");
const lots = [];
const found = (some) => lots.push(some.map(({ name }) => name));
"""


def test_a_large_folder_is_read_completely_and_in_order_of_name(script_page):
    lots = script_page().run(
        TREE
        + """
        const names = Array.from({ length: 250 }, (_, number) => file(`trip/${number}.jpg`));
        await collectDropped([], drop(folder("trip", names.reverse())), found);
        return lots;
        """
    )
    assert [len(lot) for lot in lots] == [100, 100, 50]
    assert lots[0][:3] == ["trip/0.jpg", "trip/1.jpg", "trip/2.jpg"]
    assert lots[2][-1] == "trip/249.jpg"


def test_folders_inside_folders_keep_their_path_and_system_files_are_skipped(script_page):
    lots = script_page().run(
        TREE
        + """
        const inner = folder("a/b", [file("a/b/cat.jpg"), file("a/b/Thumbs.db")]);
        const litter = folder("a/__MACOSX", [file("a/__MACOSX/._cat.jpg")]);
        await collectDropped([], drop(folder("a", [inner, litter, file("a/.DS_Store")])), found);
        return lots;
        """
    )
    assert lots == [["a/b/cat.jpg"]]


def test_browsers_without_directory_entries_return_plain_files(script_page):
    lots = script_page().run(
        TREE
        + """
        const files = [new File(["x"], "cat.jpg"), new File(["x"], "desktop.ini")];
        const items = [{ kind: "file", webkitGetAsEntry: () => null }];
        await collectDropped(files, { items }, found);
        await collectDropped(files, null, found);
        return lots;
        """
    )
    assert lots == [["cat.jpg"], ["cat.jpg"]]


def test_a_chosen_folder_keeps_its_path(script_page):
    names = script_page().run(
        TREE
        + """
        const file2 = new File(["x"], "cat.jpg");
        Object.defineProperty(file2, "webkitRelativePath", { value: "trip/cat.jpg" });
        return fromInput([file2]).map(({ name }) => name);
        """
    )
    assert names == ["trip/cat.jpg"]
