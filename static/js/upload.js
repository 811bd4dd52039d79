// The upload page: joins the queue (upload_queue.js), the list of files, the line above it and the
// server's news. Without this file the same form sends files and ends on the batch's page.

import { collectDropped, fromInput } from "./folders.js";
import { gettext } from "./i18n.js";
import { toast } from "./toast.js";
import { UploadBatch } from "./upload_batch.js";
import { UploadList } from "./upload_list.js";
import { UploadNews } from "./upload_news.js";
import { UploadQueue, sizeOf } from "./upload_queue.js";
import { postFile, tooLarge } from "./upload_request.js";
import { UploadSummary } from "./upload_summary.js";
import { askForName, isNameMissing, showWhere } from "./upload_where.js";
import { addTags, listOf, saveWords, sendForm } from "./upload_words.js";

const work = document.querySelector("[data-upload]");
const form = document.querySelector("[data-upload-form]");

// Notifies the rest of the page, such as the grid of a collection, about files.
function report(kind, detail) {
  document.dispatchEvent(new CustomEvent("semblance:upload", { detail: { kind, ...detail } }));
}

class Upload {
  held = ""; // why no file has been sent yet: "unnamed", or "failed" to start the batch
  isPending = work.dataset.pending === "true"; // some stored file is not searchable yet
  isAwaited = this.isPending; // … and the page has shown that

  constructor() {
    this.batch = new UploadBatch(work, form);
    this.list = new UploadList(work, { onRetry: (job) => this.retry([job]) });
    this.summary = new UploadSummary(work);
    this.queue = new UploadQueue({ send: (job) => this.send(job), listener: this });
    this.news = new UploadNews({
      address: () => this.batch.url,
      isWanted: () => this.isPending || this.queue.active > 0,
      items: (limit) => this.list.pendingItems(limit),
      show: (body) => this.showNews(body),
    });
  }

  add(found) {
    if (!found.length) return;
    this.queue.add(found);
    work.hidden = false;
    form.classList.add("is-busy");
    document.querySelector("[data-recent]")?.setAttribute("hidden", "");
    this.list.extend(this.queue.jobs, this.queue.next);
    this.start();
  }

  // Sends waiting files. Without a name for the new collection they stay listed until there is one.
  async start() {
    if (!this.queue.jobs.length) return;
    if (!this.batch.isStarted && isNameMissing(form)) {
      if (this.held !== "unnamed") askForName(form); // only once: later files must not take the focus from a caption
      this.hold("unnamed");
      return;
    }
    this.hold("");
    try {
      if (await this.batch.begin()) this.queue.pump();
    } catch (problem) {
      toast(problem.message, "error");
      this.hold("failed");
    }
  }

  hold(why) {
    this.held = why;
    this.drawSummary();
  }

  retry(jobs) {
    for (const job of jobs) this.list.showWaiting(job);
    this.queue.retry(jobs);
  }

  retryAll() {
    if (this.held) this.start();
    else this.retry(this.queue.unsent);
  }

  // --- callbacks of the queue ---------------------------------------------------------------------

  async send(job) {
    const sentence = tooLarge(job.file, job.name, work.dataset);
    if (sentence) return { outcome: "refused", sentence };
    this.list.showSending(job);
    return postFile(`${this.batch.url}files/`, {
      file: job.file,
      name: job.name,
      fields: [["csrfmiddlewaretoken", this.batch.token], ...this.list.fieldsOf(job)],
      onSent: (bytes) => {
        job.loaded = Math.min(bytes, sizeOf(job));
        this.list.showSending(job, bytes === Infinity ? bytes : job.loaded);
        this.drawSummary();
      },
    });
  }

  onStart(job) {
    this.list.extend(this.queue.jobs, this.queue.next);
    report("sending", { job });
  }

  onPause(job) {
    this.list.showPause(job);
  }

  onSettled(job, { outcome, sentence, body }) {
    if (outcome === "refused") this.list.showRefused(job, sentence);
    else if (outcome === "unsent") this.list.showUnsent(job, sentence);
    else {
      this.list.showStored(job, body.items);
      this.news.hurry();
      this.showCounts(body);
    }
    report("settled", { job, items: outcome === "stored" ? body.items : [] });
  }

  onProgress() {
    this.drawSummary();
    this.news.schedule();
  }

  // --- display ------------------------------------------------------------------------------------

  drawSummary() {
    this.summary.schedule(() => ({ progress: this.queue.progress(), held: this.held }));
  }

  showNews(body) {
    const isNews = this.list.update(body.items);
    this.showCounts(body);
    report("news", { items: body.items });
    return isNews;
  }

  showCounts(body) {
    this.isPending = body.pending;
    this.isAwaited ||= this.isPending;
    this.summary.showCounts(body.summary);
    this.news.schedule();
    if (!this.isAwaited || this.isPending || this.queue.isBusy) return;
    this.isAwaited = false;
    this.summary.sayAllSearchable();
  }

  // --- forms of the page --------------------------------------------------------------------------

  // Tags stored pictures on the server; files not sent yet are sent with the tags.
  async tagAll(target) {
    const tags = listOf(target.querySelector("[name=tags]").value);
    if (work.querySelector("[data-item]") && !(await sendForm(target))) return;
    this.list.tagsForAll.push(...tags);
    for (const field of work.querySelectorAll(".upload-row__words [name=tags]")) addTags(field, tags);
    target.reset();
  }

  async submit(target) {
    if (target.matches("[data-tag-all]")) await this.tagAll(target);
    else if (target.matches("[data-words]")) await saveWords(target.closest(".upload-row"));
    else if (await sendForm(target)) {
      this.isPending = true;
      this.list.expectRetried();
      this.news.hurry();
      this.news.schedule();
    }
  }
}

function choose(kind, add) {
  const input = document.createElement("input");
  input.type = "file";
  if (kind === "folder") input.webkitdirectory = true;
  else {
    input.multiple = true;
    input.accept = form.querySelector("input[type=file]")?.accept ?? "";
  }
  input.addEventListener("change", () => {
    const found = fromInput(input.files);
    // Browsers list a folder in any order.
    if (kind === "folder") found.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
    add(found);
  });
  input.click();
}

function listenToForm(upload) {
  showWhere(form);
  form.addEventListener("change", () => {
    showWhere(form);
    if (!upload.batch.url) upload.start();
  });
  form.addEventListener("submit", (event) => { // Enter in the name; without files the server answers
    if (!upload.queue.jobs.length) return;
    event.preventDefault();
    upload.start();
  });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-choose]");
    if (button) choose(button.dataset.choose, (found) => upload.add(found));
  });
  document.addEventListener("semblance:files", ({ detail }) => {
    collectDropped(detail.files, detail.dataTransfer, (found) => upload.add(found)).catch(() =>
      toast(gettext("Some of what you dropped couldn’t be read. Choose the folder instead."), "error"));
  });
}

function listenToList(upload) {
  work.addEventListener("change", (event) => {
    const row = event.target.closest(".upload-row[data-item]");
    if (row && event.target.matches("[name=caption], [name=tags]")) saveWords(row);
  });
  work.addEventListener("submit", (event) => {
    event.preventDefault();
    upload.submit(event.target);
  });
  upload.summary.retryButton.addEventListener("click", () => upload.retryAll());
  addEventListener("beforeunload", (event) => {
    if (upload.queue.isBusy) event.preventDefault();
  });
}

if (work && form) {
  const upload = new Upload();
  listenToForm(upload);
  listenToList(upload);
  upload.news.schedule();
}
