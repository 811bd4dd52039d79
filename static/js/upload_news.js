// Polls the server until all stored files are searchable or have failed.

const POLL_MS = 1500;
const SLOWEST_POLL_MS = 8000;
const SLOWER = 1.15; // each response without changes makes the next pause longer by this factor
export const MAX_POLLED_ROWS = 200; // the server's own limit

export class UploadNews {
  #timer = 0;
  #pause = POLL_MS;

  // `address()` is the batch's URL or ""; `isWanted()` whether there is anything to wait for;
  // `items(limit)` the ids to ask about; `show(body)` renders a response and returns true for changes.
  constructor({ address, isWanted, items, show }) {
    Object.assign(this, { address, isWanted, items, show });
  }

  schedule() {
    if (this.#timer || !this.address() || !this.isWanted()) return;
    this.#timer = setTimeout(() => this.#poll(), this.#pause);
  }

  // Something was just sent or retried: poll again soon.
  hurry() {
    this.#pause = POLL_MS;
  }

  async #poll() {
    const query = this.items(MAX_POLLED_ROWS).map((id) => `item=${id}`).join("&");
    try {
      const answer = await fetch(`${this.address()}status/?${query}`, { headers: { Accept: "application/json" } });
      const body = await answer.json();
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      const isNews = this.show(body);
      this.#pause = isNews ? POLL_MS : Math.min(this.#pause * SLOWER, SLOWEST_POLL_MS);
    } catch {
      this.#pause = SLOWEST_POLL_MS;
    }
    if (document.hidden) this.#pause = SLOWEST_POLL_MS;
    this.#timer = 0;
    this.schedule();
  }
}
