/**
 * Orders a list that the page has drawn already.
 */

import { report } from "../errors.js";
import { Shelf } from "../shelf.js";
import { watch } from "../sight.js";
import type { Flaneur, RankRequest, Slate } from "../types.js";

/** A request for a list that is there. `size` is at most the number of its elements. */
export interface ArrangeOptions extends Omit<RankRequest, "candidates" | "size"> {
  size?: number;
  /** The attribute that holds an item's id. Default `"data-item-id"`. */
  attribute?: string;
  /** Hears of each slate that is shown, the first included. */
  shown?: (slate: Slate) => void;
}

/**
 * Keeps the children of `list` in the shopper's order, and logs which of them were seen.
 *
 * Elements are moved, not made: their listeners, pictures and styles stay. Only children with the
 * attribute move; they take the places that such children have. Nothing moves while the pointer or
 * the focus is in the list. Items that the slate leaves out stand behind those it holds. Without
 * consent or engine the order stays as it is, or becomes so again. `null` is a page without the list. Returns what ends it; the order then stays.
 *
 * # Errors
 * The `FlaneurError` of a request that is wrong.
 */
export function arrange(shop: Flaneur, list: Element | null, options: ArrangeOptions): () => void {
  const { attribute = "data-item-id", shown, size, ...request } = options;
  const elements = new Map<string, Element>();
  if (!list) return () => {};
  for (const element of list.children) {
    const id = element.getAttribute(attribute);
    if (id && !elements.has(id)) elements.set(id, element);
  }
  const candidates = [...elements.keys()];
  if (candidates.length === 0) return () => {};
  const shelf = new Shelf(shop, { ...request, candidates, size: Math.min(size ?? 1000, candidates.length, 1000) }, () => draw());

  let unwatch: (() => void) | undefined;
  let last: Slate | undefined;
  const draw = (): void => {
    const { slate } = shelf.view;
    if (slate === last) return;
    last = slate;
    unwatch?.();
    // A rule may pin what is not in this list.
    const ranked = slate.items.map(({ id }) => [id, elements.get(id)!] as const).filter(([, element]) => element);
    // Without consent the order is the page's own: what a slate leaves out, such as what is sold out, has its place there.
    const { learn, rank } = shop.consent.gates;
    const first = learn || rank ? ranked : [];
    place(list, new Set([...first, ...elements].map(([, element]) => element)));
    unwatch = watch(slate, ranked);
    try {
      shown?.(slate);
    } catch (e) {
      report(e);
    }
  };
  const end = new AbortController();
  list.addEventListener("pointerenter", () => shelf.hold("pointer", true), end);
  list.addEventListener("pointerleave", () => shelf.hold("pointer", false), end);
  list.addEventListener("focusin", () => shelf.hold("focus", true), end);
  list.addEventListener("focusout", () => shelf.hold("focus", false), end);
  shelf.hold("pointer", list.matches(":hover"));
  shelf.hold("focus", list.matches(":focus-within"));
  draw();
  return () => {
    shelf.close();
    unwatch?.();
    end.abort();
  };
}

/** Puts children of a list into an order, within the places they have now. What the page took away stays away. */
function place(list: Element, wanted: Iterable<Element>): void {
  const order = [...wanted].filter(({ parentNode }) => parentNode === list);
  const own = new Set(order);
  const places = [...list.children].filter((element) => own.has(element));
  if (places.every((element, i) => element === order[i])) return;
  const marks = places.map((element) => {
    const mark = document.createComment("");
    element.before(mark);
    return mark;
  });
  order.forEach((element, i) => marks[i]!.replaceWith(element));
}
