// The list of files on the upload page: a row for each file with its state. Rows are made
// from the page's templates and replaced by the server's once a file is stored.

import { gettext, interpolate, ngettext, number } from "./i18n.js";
import { sizeOf } from "./upload_queue.js";
import { isArchive } from "./upload_request.js";
import { fromHtml, keepThumbnail, placeRow, showThumbnail } from "./upload_rows.js";
import { addTags } from "./upload_words.js";

export const ROWS_AHEAD = 200; // rows made in advance: a folder of 20,000 files must not freeze the page

export class UploadList {
  tagsForAll = []; // tags for the whole upload, also sent with later files
  #made = 0; // jobs before this one have a row

  // `onRetry(job)` is called when someone clicks Retry on an unsent file.
  constructor(work, { onRetry }) {
    this.work = work;
    this.rows = work.querySelector("[data-rows]");
    this.more = work.querySelector("[data-more-rows]");
    this.onRetry = onRetry;
  }

  // Makes the rows of the next jobs, and shows how many more there are.
  extend(jobs, next) {
    const made = document.createDocumentFragment();
    while (this.#made < jobs.length && this.#made < next + ROWS_AHEAD) made.append(this.#makeRow(jobs[this.#made++]));
    this.rows.append(made);
    const count = jobs.length - this.#made;
    const sentence = ngettext("%(count)s more file will appear when its turn comes.", "%(count)s more files will appear when their turn comes.", count);
    this.more.hidden = !count;
    this.more.textContent = count ? interpolate(sentence, { count: number(count) }) : "";
  }

  #makeRow(job) {
    const row = this.#fresh("row").firstElementChild;
    row.querySelector("bdi").textContent = job.name;
    const [caption, tags] = ["caption", "tags"].map((name) => row.querySelector(`[name=${name}]`));
    addTags(tags, this.tagsForAll);
    caption.setAttribute("aria-label", interpolate(gettext("Caption of %(name)s"), { name: job.name }));
    tags.setAttribute("aria-label", interpolate(gettext("Tags of %(name)s"), { name: job.name }));
    job.row = row;
    showThumbnail(row, job.file);
    return row;
  }

  #fresh(template) {
    return this.work.querySelector(`[data-${template}-template]`).content.cloneNode(true);
  }

  // What has been typed beside a file; stored, so that later changes can be detected.
  fieldsOf(job) {
    return [...job.row.querySelectorAll("[name=caption], [name=tags]")].map((field) => {
      field.dataset.sent = field.value;
      return [field.name, field.value];
    });
  }

  showSending(job, loaded = 0) {
    const bar = job.row.querySelector("progress");
    bar.hidden = false;
    if (loaded < Infinity) {
      bar.value = loaded / sizeOf(job);
      this.#say(job, gettext("Sending"));
    } else {
      bar.removeAttribute("value");
      this.#say(job, isArchive(job.name) ? gettext("Sent. Unpacking…") : gettext("Sent. Processing…"));
    }
  }

  showPause(job) {
    const bar = job.row.querySelector("progress");
    bar.value = 0;
    bar.hidden = true;
    this.#say(job, gettext("No connection. Retrying soon…"));
  }

  #say(job, words) {
    const place = job.row.querySelector("[data-words-state]");
    if (place && place.textContent !== words) place.textContent = words;
  }

  showWaiting(job) {
    job.row.dataset.progress = "sending";
    job.row.querySelector(".upload-row__state").replaceWith(this.#fresh("row").querySelector(".upload-row__state"));
  }

  showRefused(job, sentence) {
    job.row.dataset.progress = "refused";
    job.row.querySelector(".upload-row__words")?.remove();
    this.#setState(job, "refused", sentence);
  }

  showUnsent(job, sentence) {
    job.row.dataset.progress = "unsent";
    this.#setState(job, "again", sentence);
    job.row.querySelector("[data-again]").addEventListener("click", () => this.onRetry(job));
  }

  #setState(job, template, sentence) {
    const piece = this.#fresh(template);
    piece.querySelector("span").textContent = sentence;
    job.row.querySelector(".upload-row__state").replaceChildren(piece);
  }

  // Replaces a sent file's row with the server's: one row, or one per picture for a zip.
  showStored(job, [first, ...others]) {
    const focus = job.row.contains(document.activeElement) ? document.activeElement : null;
    if (focus?.name) focus.dataset.focused = `${focus.selectionStart},${focus.selectionEnd}`;
    let row = placeRow(job.row, first);
    keepThumbnail(job.row, row);
    job.row = row;
    for (const item of others) {
      const more = fromHtml(item.html);
      row.after(more);
      row = more;
    }
  }

  // Ids of stored files that are not searchable yet, and of failed ones that were retried.
  pendingItems(limit) {
    return [...this.rows.querySelectorAll("[data-item][data-progress=waiting]")].slice(0, limit).map((row) => row.dataset.item);
  }

  // Updates the rows of stored files from the server; true if anything changed.
  update(items) {
    let isChanged = false;
    for (const item of items) {
      const row = document.getElementById(`item-${item.id}`);
      if (!row || (row.dataset.progress === item.progress && row.dataset.stale === undefined)) continue;
      delete row.dataset.stale;
      row.dataset.progress = item.progress;
      row.querySelector(".upload-row__state").replaceWith(fromHtml(item.html).querySelector(".upload-row__state"));
      isChanged = true;
    }
    return isChanged;
  }

  // Failed files were returned to the queue: their rows count as waiting again.
  expectRetried() {
    for (const row of this.rows.querySelectorAll("[data-progress=failed]")) {
      row.dataset.progress = "waiting";
      row.dataset.stale = ""; // so that the same state is rendered again
    }
  }
}
