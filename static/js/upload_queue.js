// Decides when each file is sent: a few at a time, in order, with retries while the network is down.
// Knows neither the page nor the server. `send(job)` resolves to the outcome of one attempt:
//
//   { outcome: "stored", body }        the server's response: its rows
//   { outcome: "refused", sentence }   the server or the browser refuses this file
//   { outcome: "unsent", sentence }    someone has to act before it can be sent again
//   { outcome: "busy", pauseMs }       send again later; does not count as an attempt
//   { outcome: "unreachable" }         try again, a few times
//
// Jobs are {file, name, state, attempts, loaded}; state is waiting, sending, stored, refused or unsent.

export const AT_ONCE = 3; // requests; more would only make each one slower
export const MAX_ATTEMPTS = 6;
const FIRST_PAUSE_MS = 1000; // doubles with each attempt

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function untilOnline() {
  if (navigator.onLine) return;
  await new Promise((resolve) => addEventListener("online", resolve, { once: true }));
}

// An empty file counts as one byte, so that shares of the total stay defined.
export const sizeOf = (job) => Math.max(job.file.size, 1);
export const isUnsettled = (job) => job.state === "waiting" || job.state === "sending";

export class UploadQueue {
  jobs = []; // every file of this visit
  next = 0; // jobs before this one have been started
  active = 0;
  #again = []; // jobs to be sent once more

  // `listener` has onStart(job), onSettled(job, result), onPause(job) and onProgress().
  constructor({ send, listener, sleep = pause }) {
    this.send = send;
    this.listener = listener;
    this.sleep = sleep;
  }

  add(found) {
    for (const { file, name } of found) this.jobs.push({ file, name, state: "waiting", attempts: 0, loaded: 0 });
  }

  // Sends waiting files, as many at once as allowed, and continues until none is left.
  pump() {
    while (this.active < AT_ONCE) {
      const job = this.#again.shift() ?? this.jobs[this.next];
      if (!job) break;
      if (job === this.jobs[this.next]) this.next += 1;
      this.active += 1;
      this.#sendWhole(job).finally(() => {
        this.active -= 1;
        this.pump();
      });
    }
    this.listener.onProgress();
  }

  retry(some) {
    for (const job of some) {
      job.state = "waiting";
      job.attempts = 0;
      job.loaded = 0;
      this.#again.push(job);
    }
    this.pump();
  }

  get unsent() {
    return this.jobs.filter((job) => job.state === "unsent");
  }

  get isBusy() {
    return this.jobs.some(isUnsettled);
  }

  // Counts of files, and the share of all bytes that has been sent.
  progress() {
    const bytes = this.jobs.reduce((sum, job) => sum + sizeOf(job), 0);
    const sent = this.jobs.reduce((sum, job) => sum + (isUnsettled(job) ? job.loaded : sizeOf(job)), 0);
    return {
      total: this.jobs.length,
      left: this.jobs.filter(isUnsettled).length,
      unsent: this.unsent.length,
      share: bytes ? sent / bytes : 0,
    };
  }

  async #sendWhole(job) {
    job.state = "sending";
    this.listener.onStart(job);
    for (;;) {
      const result = await this.send(job);
      if (result.outcome === "busy") {
        job.loaded = 0;
        await this.sleep(result.pauseMs);
        continue;
      }
      if (result.outcome !== "unreachable") return this.#settle(job, result);
      job.attempts += 1;
      job.loaded = 0;
      if (job.attempts >= MAX_ATTEMPTS) return this.#settle(job, { ...result, outcome: "unsent" });
      this.listener.onPause(job);
      await this.sleep(FIRST_PAUSE_MS * 2 ** (job.attempts - 1));
      await untilOnline();
    }
  }

  #settle(job, result) {
    job.state = result.outcome;
    this.listener.onSettled(job, result);
  }
}
