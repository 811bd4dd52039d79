// Reads the files from a drop: single files, and folders of any size with their subfolders.

// Files that operating systems leave in folders and no one wants to upload.
const LITTER = /^(\.|__MACOSX$|Thumbs\.db$|desktop\.ini$)/i;
const isLitter = (path) => path.split("/").some((part) => LITTER.test(part));

// Browsers return at most 100 entries at a time: read until there are none.
async function entriesOf(folder) {
  const reader = folder.createReader();
  const all = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return all;
    all.push(...some);
  }
}

const fileOf = (entry) => new Promise((resolve, reject) => entry.file(resolve, reject));

async function* walk(entry) {
  const name = entry.fullPath.replace(/^\//, "");
  if (isLitter(name)) return;
  if (entry.isFile) {
    yield { file: await fileOf(entry), name };
    return;
  }
  const inside = await entriesOf(entry);
  inside.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
  for (const each of inside) yield* walk(each);
}

// Calls found([{file, name}, …]) as files are read; names include their folders. Must be called from
// inside the drop event: the browser drops the entries right after it.
export async function collectDropped(files, dataTransfer, found) {
  const entries = [...(dataTransfer?.items ?? [])]
    .filter((item) => item.kind === "file")
    .map((item) => item.webkitGetAsEntry?.());
  if (!entries.length || entries.some((entry) => !entry)) {
    found(fromInput(files));
    return;
  }
  let some = [];
  for (const entry of entries) {
    for await (const each of walk(entry)) {
      some.push(each);
      if (some.length === 100) {
        found(some);
        some = [];
      }
    }
  }
  found(some);
}

// The same for an <input type="file">, with or without webkitdirectory.
export function fromInput(files) {
  return [...files]
    .map((file) => ({ file, name: file.webkitRelativePath || file.name }))
    .filter(({ name }) => !isLitter(name));
}
