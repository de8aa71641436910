/**
 * Answers calls by name on a handle, wherever the handle lives: in the worker, or on the page when
 * there is no worker. What it answers can be posted.
 */

import type { Moment } from "../canonical.js";
import { isFlaneurError } from "../errors.js";
import type { Found } from "../loader.js";
import type { Catalog, Decision, EventInput, Flaneur, FlaneurEvents, Gates, OpenOptions, Receipt, Slate, Status } from "../types.js";

/** What the page posts to open a shop. */
export interface PostedOptions extends Omit<OpenOptions, "wasm" | "now" | "consent" | "catalog"> {
  catalog: PostedCatalog;
  consent?: Partial<Gates>;
  /** The page has a consent source: these are its first answer, and `consent` messages the later ones. */
  source?: boolean;
  engine: Found;
}

/** What a page asks of a worker. */
export interface Question {
  id: number;
  /** A method of the handle, such as `"rank"` or `"profile.forget"`. */
  method: string;
  args: unknown[];
}

/** What the facade shows without asking. */
export interface State {
  status: Status;
  gates: Gates;
}

/** A coded error, without what cannot be posted. */
export interface PostedError {
  message: string;
  code?: string;
  path?: string;
}

/** What a worker says: it is there, an answer, or news. */
export type Answer =
  | { ready: true }
  | { id: number; state: State; value?: unknown; error?: PostedError }
  | { event: FlaneurEvents[keyof FlaneurEvents]; state: State };

/** A slate as it is posted; `seen` goes by its id. */
export type PostedSlate = Omit<Slate, "seen">;
/** A decision as it is posted, likewise. */
export type PostedDecision = Omit<Decision, "seen">;

/** A catalog as it is posted. A response goes as its bytes, which may be a pack or JSON; without them it failed. */
export type PostedCatalog = Exclude<Catalog, URL | Response> | { response: ArrayBuffer | null };

/** What a shop that closed leaves for its page to answer. */
export interface Legacy {
  /** The first ids of the shop's order. */
  order: string[];
  receipts: Receipt[];
}

type Methods = Record<string, unknown>;

/** Most places of a slate. */
const MAX_SIZE = 1000;
/** So many slates and decisions can still be told what was seen of them. */
const SLATES = 64;

/** One handle, called by name. */
export class Desk {
  readonly #shop: Flaneur;
  readonly #seen = new Map<string, (ids?: string[]) => void>();

  constructor(shop: Flaneur, news: (event: FlaneurEvents[keyof FlaneurEvents]) => void) {
    this.#shop = shop;
    for (const type of ["change", "consent", "status"] as const) shop.on(type, news);
  }

  get state(): State {
    return { status: this.#shop.status, gates: this.#shop.consent.gates };
  }

  /** What the method gives, in a form that can be posted. */
  async run(method: string, args: unknown[]): Promise<unknown> {
    if (method === "ping" || method === "consent") return undefined; // the second is for a worker without the page's consent source
    if (method === "seen") {
      const [slate, ids] = args as [string, string[] | undefined];
      this.#seen.get(slate)?.(ids);
      return undefined;
    }
    if (method === "close") return this.#close();
    if (method === "observe") {
      const [event, id, now] = args as [EventInput, string, number];
      return (this.#shop.observe as (event: EventInput, told: Partial<Moment>) => void)(event, { newId: () => id, now });
    }
    const path = method.split(".");
    const name = path.pop()!;
    const owner = path.reduce((from, key) => from[key] as Methods, this.#shop as unknown as Methods);
    const value = await (owner[name] as (...args: unknown[]) => unknown)(...(method === "update" ? args.map(received) : args));
    return method === "rank" || method === "decide" ? this.#keep(value as Slate | Decision) : value;
  }

  async #close(): Promise<Legacy> {
    await this.#shop.close();
    const { items } = this.#shop.rank({ slot: "closed", size: MAX_SIZE });
    return { order: items.map(({ id }) => id), receipts: await this.#shop.consent.receipts() };
  }

  #keep({ seen, ...rest }: Slate | Decision): PostedSlate | PostedDecision {
    this.#seen.set(rest.id, seen);
    for (const old of this.#seen.keys()) {
      if (this.#seen.size <= SLATES) break;
      this.#seen.delete(old);
    }
    return rest;
  }
}

/** A catalog that was posted, as the handle takes it. */
export function received(catalog: unknown): Catalog {
  const { response } = Object(catalog) as { response?: ArrayBuffer | null };
  return response === undefined ? (catalog as Catalog) : new Response(response, { status: response ? 200 : 404 });
}

/** An error in a form that can be posted. */
export function posted(e: unknown): PostedError {
  if (!isFlaneurError(e)) return { message: String(e) };
  return { message: e.message, code: e.code, ...(e.path !== undefined && { path: e.path }) };
}
