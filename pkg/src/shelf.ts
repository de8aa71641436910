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
  /** What it shows now. */
  declare view: ShelfView;
  /** What it asks, with its seed. Another one counts from the next refresh on. */
  declare request: RankRequest;
  readonly #shop: Flaneur;
  readonly #leave: () => void;
  #changed: (() => void) | undefined;
  /** What holds the list: the timer that lets go of it, or -1, which none is. */
  readonly #held: Partial<Record<"pointer" | "focus", number>>;

  /**
   * Calls back after each change of the view. In the place of the one `before`, under the pointer and the focus that
   * were on that.
   *
   * # Errors
   * The `FlaneurError` of a request that is wrong.
   */
  constructor(shop: Flaneur, request: RankRequest, changed: () => void, before?: Shelf) {
    this.#shop = shop;
    this.#changed = changed;
    this.#held = before ? before.#held : {};
    this.request = { ...request, seed: request.seed ?? (Math.random() * 2 ** 32) >>> 0 };
    this.view = { slate: shop.rank(this.request), waiting: false };
    this.#leave = shop.on("change", () => this.refresh());
  }

  /**
   * Says whether the pointer, or the focus, is on the shelf. A waiting order shows once neither has been for a while:
   * the focus may only be on its way to a neighbour, and of a finger that left, the click is still to come.
   */
  hold(by: "pointer" | "focus", held?: boolean): void {
    const all = this.#held;
    clearTimeout(all[by]);
    // A finger is lifted before its tap becomes a click: by 300 ms and more on a page where a second tap would zoom.
    all[by] = held ? -1 : setTimeout(() => {
      all[by] = 0;
      if (this.view.waiting && !this.held) this.refresh();
    }, 400);
  }

  /** What had the focus may be gone with the last list: then nothing has it, and nobody said so. */
  get held(): unknown {
    return this.#held.pointer || (this.#held.focus && document.activeElement !== document.body);
  }

  /** Ranks again, `now`: even under the pointer. */
  refresh(now?: boolean): void {
    const slate = this.#shop.rank(this.request);
    const { slate: shown, waiting } = this.view;
    if (!this.held || now) this.put(slate);
    else if (!waiting && idsOf(slate) !== idsOf(shown)) this.put(shown, true);
  }

  /** Shows something at once, whatever is held. */
  put(slate: Slate, waiting = false): void {
    this.view = { slate, waiting };
    this.#changed?.();
  }

  close(): void {
    this.#leave();
    this.#changed = undefined;
  }
}

/** Enough to tell two orders of the same candidates apart, whatever their ids hold. */
function idsOf({ items }: Slate): string {
  return JSON.stringify(items.map(({ id }) => id));
}
