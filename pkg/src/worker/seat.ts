/**
 * Where the handle lives: in a worker, on the page, or nowhere any more.
 *
 * Each seat answers calls by name. A worker's seat is given up when it says nothing in time.
 */

import { flaneurError } from "../errors.js";
import { newId } from "../id.js";
import { checkRequest, emptyProfile, emptyReplay, noIntent, shopOrder, silence } from "../passthrough.js";
import type { DecideRequest, Flaneur, FlaneurEvents, OpenOptions } from "../types.js";
import { Desk } from "./desk.js";
import type { Answer, Legacy, PostedError, PostedOptions, State } from "./desk.js";

/** Hears what happens at a seat. */
export interface Listener {
  news(event: FlaneurEvents[keyof FlaneurEvents]): void;
  state(state: State): void;
}

/** A place to ask. */
export interface Seat {
  readonly thread: "worker" | "page";
  /**
   * # Errors
   * Rejects with the handle's coded error, or with {@link GONE} when nobody answers any more.
   */
  ask(method: string, args: unknown[], milliseconds: number): Promise<unknown>;
  leave(): void;
}

/** Nobody is at that seat any more. */
export const GONE = Symbol("gone");

/** How long a worker's script may take to load, in milliseconds. */
const HELLO_MS = 10_000;
/** How long opening may take there, catalog included. */
const OPEN_MS = 45_000;

interface Waiting {
  resolve(value: unknown): void;
  reject(reason: unknown): void;
  timer: ReturnType<typeof setTimeout>;
}

/** A handle in a worker of its own. */
export class WorkerSeat implements Seat {
  readonly thread = "worker";
  readonly #worker: Worker;
  readonly #listener: Listener;
  readonly #waiting = new Map<number, Waiting>();
  #hello: (() => void) | undefined;
  #next = 0;
  #gone = false;

  private constructor(worker: Worker, listener: Listener) {
    this.#worker = worker;
    this.#listener = listener;
    worker.addEventListener("message", (event: MessageEvent<Answer>) => this.#hear(event.data));
    worker.addEventListener("error", () => this.#hello && this.leave()); // once it is there it only reports, and goes on
    worker.addEventListener("messageerror", () => this.leave());
  }

  /**
   * Starts a worker and opens the shop in it.
   *
   * # Errors
   * Rejects with {@link GONE} when the worker does not start, else with the coded error of `open`.
   */
  static async take(make: () => Worker, options: PostedOptions, listener: Listener): Promise<WorkerSeat> {
    let worker: Worker;
    try {
      worker = make();
    } catch {
      throw GONE;
    }
    const seat = new WorkerSeat(worker, listener);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => seat.leave(), HELLO_MS);
      seat.#hello = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    try {
      await seat.ask("open", [options], OPEN_MS);
      return seat;
    } catch (e) {
      seat.leave();
      throw e;
    }
  }

  ask(method: string, args: unknown[], milliseconds: number): Promise<unknown> {
    if (this.#gone) return Promise.reject(GONE);
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      const due = Date.now() + milliseconds;
      // An answer that came while the page itself was stopped is handled before the second timer. A page that was
      // frozen a while had its worker frozen along, which has its time again.
      const late = (): void => void setTimeout(() => this.#waiting.has(id) && this.leave(), Date.now() > due + milliseconds ? milliseconds : 0);
      this.#waiting.set(id, { resolve, reject, timer: setTimeout(late, milliseconds) });
      try {
        try {
          this.#worker.postMessage({ id, method, args });
        } catch {
          this.#worker.postMessage({ id, method, args: plain(args) });
        }
      } catch (cause) {
        this.#settle(id)?.reject(flaneurError("value_malformed", "This cannot be posted to a worker; give plain data.", method, cause));
      }
    });
  }

  leave(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#worker.terminate();
    this.#hello?.();
    for (const id of [...this.#waiting.keys()]) this.#settle(id)?.reject(GONE);
  }

  #hear(answer: Answer): void {
    if (this.#gone) return;
    if ("ready" in answer) {
      this.#hello?.();
      this.#hello = undefined;
      return;
    }
    if (answer.state.status) this.#listener.state(answer.state);
    if ("event" in answer) {
      this.#listener.news(answer.event);
      return;
    }
    const waiting = this.#settle(answer.id);
    if (answer.error) waiting?.reject(revived(answer.error));
    else waiting?.resolve(answer.value);
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    clearTimeout(waiting?.timer);
    this.#waiting.delete(id);
    return waiting;
  }
}

/** A handle on the page itself, asked in the same way. */
export class PageSeat implements Seat {
  readonly thread = "page";
  readonly #desk: Desk;
  readonly #listener: Listener;

  private constructor(desk: Desk, listener: Listener) {
    this.#desk = desk;
    this.#listener = listener;
    listener.state(desk.state);
  }

  static async take(open: (options: OpenOptions) => Promise<Flaneur>, options: OpenOptions, listener: Listener): Promise<PageSeat> {
    const desk = new Desk(await open(options), (event) => {
      listener.state(desk.state);
      listener.news(event);
    });
    return new PageSeat(desk, listener);
  }

  async ask(method: string, args: unknown[]): Promise<unknown> {
    try {
      return await this.#desk.run(method, args);
    } finally {
      this.#listener.state(this.#desk.state);
    }
  }

  leave(): void {
    void this.#desk.run("close", []);
  }
}

/** Nobody's seat: the shop's own order, once the shop is closed or no engine can be had any more. */
export class EmptySeat implements Seat {
  readonly thread = "page";
  readonly #legacy: Legacy;
  readonly #answers: Record<string, () => unknown>;

  constructor(shop: string, incomplete: string, legacy: Legacy) {
    this.#legacy = legacy;
    const { receipts } = legacy;
    const file = (content: object): Blob =>
      new Blob([JSON.stringify({ flaneur: 1, shop, exported: new Date().toISOString(), ...content }, null, 2)], { type: "application/json" });
    this.#answers = {
      intent: noIntent,
      flush: () => false,
      "profile.inspect": emptyProfile,
      "profile.replay": emptyReplay,
      "profile.experiments": () => [],
      "profile.undo": () => false,
      "profile.export": () => file({ events: [], incomplete }),
      "profile.import": () => ({ added: 0, known: 0, refused: [] }),
      "consent.receipts": () => receipts,
      "consent.export": () => file({ receipts }),
    };
  }

  async ask(method: string, [request]: unknown[]): Promise<unknown> {
    if (method === "decide") return silence((Object(request) as DecideRequest).slot, newId());
    if (method !== "rank") return this.#answers[method]?.();
    checkRequest(request);
    return shopOrder(request, this.#legacy.order, newId());
  }

  leave(): void {}
}

/** What is posted as it is, of what is neither a list nor a plain object. */
const POSTED = /Date|Blob|File|Buffer|Array|Module/;

/**
 * A copy that can be posted: a framework's proxies are what they stand for, and what says nothing to the engine, such
 * as functions and elements, is null.
 */
export function plain(value: unknown): unknown {
  if (typeof value === "function" || typeof value === "symbol") return null;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  const kind = Object.getPrototypeOf(value) as object | null;
  if (kind && Object.getPrototypeOf(kind)) return POSTED.test(Object.prototype.toString.call(value)) ? value : null;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
}

function revived({ message, code, path }: PostedError): Error {
  return code === undefined ? new Error(message) : flaneurError(code, message, path);
}
