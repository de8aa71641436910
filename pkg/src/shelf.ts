/**
 * A shelf: one request, ranked again whenever the shop changes, and moved only when nothing of it
 * is under the pointer or the focus.
 *
 * One seed serves the life of a shelf, so that it moves because of what the shopper did and not
 * because it was drawn again. Used by the connectors, the elements and the framework adapters.
 */

import type { Flaneur, RankRequest, Slate } from "./types.js";

/** What a shelf shows. The same object until something of it changes. */
export interface ShelfView {
  readonly slate: Slate;
  /** A new order is ready and waits until the pointer or the focus leaves. */
  readonly waiting: boolean;
}

/** One live list. */
export class Shelf {
  readonly #shop: Flaneur;
  readonly #listeners = new Set<() => void>();
  readonly #leave: () => void;
  #request: RankRequest;
  #view: ShelfView;
  readonly #held: { pointer?: boolean; focus?: boolean };

  /**
   * In the place of the one `before`, under the pointer and the focus that were on that.
   *
   * # Errors
   * The `FlaneurError` of a request that is wrong.
   */
  constructor(shop: Flaneur, request: RankRequest, before?: Shelf) {
    this.#shop = shop;
    this.#held = before ? before.#held : {};
    this.#request = { seed: Math.floor(Math.random() * 2 ** 32), ...request };
    this.#view = { slate: shop.rank(this.#request), waiting: false };
    this.#leave = shop.on("change", () => this.refresh());
  }

  get view(): ShelfView {
    return this.#view;
  }

  /** Calls back after each change of the view; returns what ends it. */
  subscribe(listener: () => void): () => void {
    const own = (): void => listener(); // each subscription its own, also of one function
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  /** Says whether the pointer, or the focus, is on the shelf. A waiting order shows once neither is. */
  hold(by: "pointer" | "focus", held: boolean): void {
    this.#held[by] = held;
    if (held) return;
    // The focus may only be on its way to a neighbour.
    setTimeout(() => {
      if (this.#view.waiting && !this.held && this.#listeners.size > 0) this.refresh();
    });
  }

  /** What had the focus may be gone with the last list: then nothing has it, and nobody said so. */
  get held(): boolean | undefined {
    return this.#held.pointer || (this.#held.focus && document.activeElement !== document.body);
  }

  /** Ranks again; with another request, that one from now on. `now`: even under the pointer. */
  refresh(request?: RankRequest, now = false): void {
    if (request) this.#request = { seed: this.#request.seed!, ...request };
    const slate = this.#shop.rank(this.#request);
    const { slate: shown, waiting } = this.#view;
    if (!this.held || now) this.put({ slate, waiting: false });
    else if (!waiting && idsOf(slate) !== idsOf(shown)) this.put({ slate: shown, waiting: true });
  }

  /** Shows something at once, whatever is held. */
  put(view: ShelfView): void {
    this.#view = view;
    for (const listener of [...this.#listeners]) listener();
  }

  close(): void {
    this.#leave();
    this.#listeners.clear();
  }
}

/** Enough to tell two orders of the same candidates apart, whatever their ids hold. */
function idsOf({ items }: Slate): string {
  return JSON.stringify(items.map(({ id }) => id));
}
