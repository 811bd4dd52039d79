// The line above the list of files: how many are sent, why they wait, and what is announced.

import { gettext, interpolate, ngettext, number } from "./i18n.js";
import { showInTitle } from "./upload_title.js";
import { waitingWords } from "./upload_where.js";

const DRAW_EVERY_MS = 100; // regardless of the number of events; often enough to look smooth
const SPEAK_EVERY_MS = 10_000; // announced from time to time, not for every file
const HELD_PAUSE_MS = 500; // files of a folder arrive in many parts: announce only the last number

// The sentence for UploadQueue.progress().
export function sendingWords({ total, left, unsent }) {
  const values = { total: number(total), done: number(total - left), unsent: number(unsent) };
  if (left) {
    return interpolate(ngettext("Sending %(total)s file", "Sending files: %(done)s of %(total)s", total), values);
  }
  if (unsent) {
    return interpolate(ngettext("%(unsent)s of %(total)s file wasn’t sent", "%(unsent)s of %(total)s files weren’t sent", total), values);
  }
  return interpolate(ngettext("%(total)s file sent", "All %(total)s files sent", total), values);
}

export class UploadSummary {
  #lastSpoken = -Infinity;
  #isDrawing = false;
  #heldTimer = 0;

  constructor(work) {
    this.work = work;
    this.live = this.#part("live");
    this.retryButton = this.#part("retry-unsent");
  }

  #part(name) {
    return this.work.querySelector(`[data-${name}]`);
  }

  // Schedules a redraw; `read()` returns {progress, held} at that moment. See drawHeld() for `held`.
  schedule(read) {
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    setTimeout(() => {
      this.#isDrawing = false;
      const { progress, held } = read();
      if (!progress.total) return;
      if (held) this.#drawHeld(progress.total, held);
      else this.#drawSending(progress);
    }, DRAW_EVERY_MS);
  }

  // Files wait although none was sent: "unnamed" (no collection yet) or "failed" (could not start).
  #drawHeld(total, held) {
    const words = waitingWords(total, held === "unnamed");
    showInTitle({ total, left: 0 });
    this.#show(words, null);
    this.retryButton.hidden = held !== "failed";
    this.#heldTimer = setTimeout(() => this.say(words, { isLast: true }), HELD_PAUSE_MS);
  }

  #drawSending(progress) {
    const words = sendingWords(progress);
    showInTitle(progress);
    this.#show(words, progress.share);
    this.retryButton.hidden = !progress.unsent || progress.left > 0;
    this.say(words, { isLast: !progress.left });
  }

  #show(words, share) {
    clearTimeout(this.#heldTimer);
    const bar = this.#part("sending-bar");
    this.#part("sending").hidden = false;
    this.#part("sending-words").textContent = words;
    bar.hidden = share === null;
    if (share !== null) bar.value = share;
  }

  // Announces progress to screen readers: from time to time, and always at the end.
  say(words, { isLast }) {
    if (this.live.textContent === words || (!isLast && performance.now() - this.#lastSpoken < SPEAK_EVERY_MS)) return;
    this.#lastSpoken = performance.now();
    this.live.textContent = words;
  }

  // The counts of stored files by state, as the server renders them.
  showCounts(html) {
    this.#part("summary").innerHTML = html;
  }

  sayAllSearchable() {
    this.say(gettext("All files are sent, and every stored picture is searchable."), { isLast: true });
  }
}
