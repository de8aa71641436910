/**
 * Pages that drive themselves: a page asks the server what to do, does it, and posts what came of it.
 *
 * It needs no driver, so it works alike in every engine, and a browser can be killed and started
 * again on its profile in the middle of anything.
 */

import { randomUUID } from "node:crypto";

/** How long a page waits for something to do before it asks again, in milliseconds. */
const POLL_MS = 15_000;
/** Multiplies every time-out of the harness, for machines that are slow or busy. */
export const PATIENCE = Number(process.env.FLANEUR_PATIENCE ?? 1);
/** How long an answer may take, in milliseconds. */
const ANSWER_MS = 30_000 * PATIENCE;

/** The pages of one server. */
export class Remote {
  #pages = new Map();

  /** A page that will ask under this address, sooner or later. */
  page(origin, path = "/remote.html") {
    const page = new RemotePage(origin, path);
    this.#pages.set(page.id, page);
    return page;
  }

  /** Answers a request of a page; false when it is none. */
  handle(request, response) {
    const { pathname, searchParams } = new URL(request.url, "http://server");
    if (!pathname.startsWith("/remote/")) return false;
    const page = this.#pages.get(searchParams.get("page"));
    const reply = (status, body) => {
      response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store", "access-control-allow-origin": "*" });
      response.end(body === undefined ? undefined : JSON.stringify(body));
    };
    if (!page) reply(410);
    else if (pathname === "/remote/next") page.poll(searchParams.get("document"), reply);
    else {
      let text = "";
      request.setEncoding("utf8").on("data", (part) => (text += part));
      request.on("end", () => {
        page.hear(pathname.slice("/remote/".length), JSON.parse(text));
        reply(204);
      });
    }
    return true;
  }
}

class RemotePage {
  id = randomUUID();
  /** What the page said by itself, in order. */
  notes = [];
  /** Errors and unhandled rejections that reached the page. */
  mishaps = [];
  #origin;
  #path;
  #document;
  /** Documents of browsers that were killed. */
  #dead = new Set();
  #waiting;
  #outgoing = [];
  #answers = new Map();
  #calls = 0;
  #arrivals = [];

  constructor(origin, path) {
    this.#origin = origin;
    this.#path = path;
  }

  /** Where the page is, or another path under the same name. */
  url(path = this.#path) {
    return `${this.#origin}${path}${path.includes("?") ? "&" : "?"}page=${this.id}`;
  }

  /** Resolves when a document that was not there before asks for something to do. */
  arrival(milliseconds = ANSWER_MS) {
    return limited("the page did not arrive", milliseconds, (resolve) => this.#arrivals.push(resolve));
  }

  /** Runs a function in the page, by its source, and returns what it returns. */
  run(action, ...given) {
    return this.#send({ source: String(action), given }, String(action).slice(0, 160));
  }

  /** Leads the page to an address, which may be another page's. */
  depart(url) {
    return this.#send({ leave: url }, `leaving for ${url}`);
  }

  /** Leads the page to another path, and waits until it is there. */
  async go(path = this.#path) {
    const arrived = this.arrival();
    await this.depart(this.url(path));
    await arrived;
  }

  /** Runs a function and leaves in the same task, as a click on a link does; waits for the next document. */
  async flee(action, ...given) {
    const arrived = this.arrival();
    await this.#send({ source: String(action), given, leave: this.url() }, `fleeing from ${String(action).slice(0, 100)}`);
    await arrived;
  }

  #send(message, what, milliseconds = ANSWER_MS) {
    const call = ++this.#calls;
    return limited(`no answer to: ${what}`, milliseconds, (resolve, reject) => {
      this.#answers.set(call, { resolve, reject });
      this.#outgoing.push({ call, ...message });
      this.#deliver();
    });
  }

  /** The browser is gone: what was on its way will not be answered. */
  reset() {
    this.#outgoing = [];
    this.#answers.clear();
    this.#waiting = undefined;
    this.#dead.add(this.#document);
    this.#document = undefined;
  }

  /** The page is not needed any more: it closes, if it is still there. */
  dismiss() {
    this.#outgoing = [{ call: 0, source: "() => void setTimeout(close, 0)", given: [] }];
    this.#deliver();
  }

  poll(document, reply) {
    if (this.#dead.has(document)) return reply(410); // asked before it was killed, and read after: nobody is there
    this.#waiting?.(204);
    if (document !== this.#document) {
      this.#document = document;
      for (const arrived of this.#arrivals.splice(0)) arrived();
    }
    const waiting = (status, body) => {
      clearTimeout(timer);
      if (this.#waiting === waiting) this.#waiting = undefined;
      reply(status, body);
    };
    const timer = setTimeout(() => waiting(204), POLL_MS);
    this.#waiting = waiting;
    this.#deliver();
  }

  hear(what, body) {
    if (what === "note") this.notes.push(body);
    else if (what === "mishap") this.mishaps.push(body);
    else {
      const answer = this.#answers.get(body.call);
      this.#answers.delete(body.call);
      if ("error" in body) answer?.reject(new Error(`in the page: ${body.error}`));
      else answer?.resolve(body.value);
    }
  }

  #deliver() {
    if (this.#waiting && this.#outgoing.length > 0) this.#waiting(200, this.#outgoing.shift());
  }
}

function limited(what, milliseconds, begin) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${what} (after ${milliseconds} ms)`)), milliseconds);
    const end = (settle) => (value) => {
      clearTimeout(timer);
      settle(value);
    };
    begin(end(resolve), end(reject));
  });
}
