// An upload's batch on the server: an existing one, or created before the first file is sent.

import { gettext } from "./i18n.js";
import { settleWhere } from "./upload_where.js";

export class UploadBatch {
  #beginning = null;

  constructor(work, form) {
    this.work = work;
    this.form = form;
    this.url = work.dataset.batchUrl;
  }

  get isStarted() {
    return Boolean(this.url || this.#beginning);
  }

  get token() {
    return this.form.querySelector("[name=csrfmiddlewaretoken]").value;
  }

  // True once there is a batch; concurrent callers wait for the same response. If it can't be created,
  // the first caller gets an error with a sentence for people, the others false.
  async begin() {
    if (this.url) return true;
    this.#beginning ??= this.#create();
    const mine = this.#beginning;
    try {
      await mine;
      return true;
    } catch (problem) {
      if (this.#beginning !== mine) return false;
      this.#beginning = null;
      throw problem;
    }
  }

  async #create() {
    const data = new FormData(this.form);
    data.delete("files");
    const answer = await fetch(this.work.dataset.beginUrl, {
      method: "POST",
      body: data,
      headers: { Accept: "application/json" },
    }).catch(() => null);
    if (!answer) throw new Error(gettext("The site can’t be reached. Your files are kept here: retry in a moment."));
    const body = await answer.json().catch(() => null);
    if (!answer.ok || !body?.url) throw new Error(body?.sentence ?? gettext("The upload couldn’t start. Reload the page and try again."));
    this.url = body.url;
    this.work.querySelector("[data-tag-all]").action = `${this.url}caption/`;
    // Reloading or coming back shows the batch; a collection's own page stays where it is.
    const where = document.querySelector("[data-where]");
    if (!where) return;
    history.replaceState(null, "", this.url);
    settleWhere(this.form, where);
  }
}
