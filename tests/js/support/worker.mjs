/** The worker entry with workers that run here, and can fall silent. Import `database.mjs` first for a disk. */

import { open as openHere } from "../../../pkg/dist/embedded.js";
import { openRemote } from "../../../pkg/dist/worker/remote.js";
import { serve } from "../../../pkg/dist/worker/service.js";
import { ITEMS, freshShop } from "./shop.mjs";

const inline = async () => (await import("../../../pkg/dist/inline.js")).default;

/** A `Worker` whose script runs in this thread. What is posted is cloned, and arrives in a task of its own. */
export class NearWorker {
  #page = [];
  #script = [];
  #onmessageerror;
  /** Says and hears nothing any more. */
  silent = false;
  terminated = false;
  /** What the page asked, in order. */
  asked = [];

  constructor() {
    serve({
      postMessage: (data) => this.#deliver(this.#page, data),
      addEventListener: (type, listener) => this.#script.push(listener),
      close: () => (this.#script.length = 0), // what it said before still arrives
    });
  }

  addEventListener(type, listener) {
    if (type === "message") this.#page.push(listener);
    if (type === "messageerror") this.#onmessageerror = listener;
  }

  /** Ends as a worker does whose answers cannot be read. */
  fail() {
    this.silent = true;
    this.#onmessageerror();
  }

  postMessage(data) {
    this.asked.push(data.method);
    this.#deliver(this.#script, data);
  }

  terminate() {
    this.terminated = this.silent = true;
  }

  #deliver(to, sent) {
    const data = structuredClone(sent);
    setImmediate(() => this.silent || to.forEach((listener) => listener({ data })));
  }
}

/** Opens a shop in such workers until the test ends, and tells which were made. */
export async function openNear(t, options = {}, parts = {}) {
  const workers = [];
  const make = () => {
    workers.push(new NearWorker());
    return workers.at(-1);
  };
  const shop = await openRemote(
    { sources: { inline }, worker: make, open: openHere, ...parts },
    { shop: freshShop(), catalog: ITEMS, consent: { learn: true, rank: true }, storage: "memory", seed: 1, timeout: 50, ...options },
  );
  t.after(() => shop.close());
  /** Silences the worker of now. */
  const kill = () => (workers.at(-1).silent = true);
  return { shop, workers, kill };
}
