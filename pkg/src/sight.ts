/**
 * Real impressions: an item was seen when at least half of it (or of the window, for larger ones)
 * was in view for a second, in a page that was itself in view.
 *
 * Cost: one observer per call, one timer per item in view; impressions are logged in batches.
 */

import type { Slate } from "./types.js";

/** How much of an element must be in view. */
const SHARE = 0.5;
/** How long without a break, in milliseconds. */
const DWELL_MS = 1000;
/** Items seen within so long are one line of the log. */
const BATCH_MS = 250;
/**
 * What is chosen was seen before, and is told before. The press comes a while ahead of the click: of one millisecond
 * the log does not know which came first.
 */
const CHOOSING = ["pointerdown", "click"] as const;

/**
 * Logs the items of a slate as their elements come into view. Returns what ends it, and loses nothing seen.
 * Where nothing tells what is in view, as in jsdom, nothing is logged.
 */
export function watch(slate: Pick<Slate, "seen">, elements: Iterable<readonly [id: string, element: Element]>): () => void {
  if (typeof IntersectionObserver === "undefined") return () => {};
  const ids = new Map([...elements].map(([id, element]) => [element, id]));
  const inView = new Set<Element>();
  const timers = new Map<Element, ReturnType<typeof setTimeout>>();
  const seen = new Set<string>();
  let batch: ReturnType<typeof setTimeout> | undefined;

  const write = (): void => {
    clearTimeout(batch);
    batch = undefined;
    if (seen.size > 0) slate.seen([...seen]);
    seen.clear();
  };
  const notice = (element: Element): void => {
    observer.unobserve(element);
    forget(element);
    inView.delete(element);
    seen.add(ids.get(element)!);
    batch ??= setTimeout(write, BATCH_MS);
  };
  const forget = (element: Element): void => {
    clearTimeout(timers.get(element));
    timers.delete(element);
  };
  const settle = (): void => {
    const visible = document.visibilityState === "visible";
    if (!visible) write(); // an app that is swiped away has no other end
    for (const element of ids.keys()) {
      if (!visible || !inView.has(element)) forget(element);
      else if (!timers.has(element)) timers.set(element, setTimeout(() => notice(element), DWELL_MS));
    }
  };
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, intersectionRatio, intersectionRect: part, boundingClientRect: whole, rootBounds } of entries) {
        // Of a card that a sideways list lets peep in, the window may be as high as half and show next to nothing.
        const fills = rootBounds && part.height >= SHARE * rootBounds.height && part.width >= SHARE * whole.width;
        if (intersectionRatio >= SHARE || fills) inView.add(target);
        else inView.delete(target);
      }
      settle();
    },
    { threshold: [0, 0.1, 0.2, 0.3, 0.4, SHARE, 0.75] },
  );
  for (const element of ids.keys()) observer.observe(element);
  document.addEventListener("visibilitychange", settle);
  addEventListener("pagehide", write);
  for (const type of CHOOSING) addEventListener(type, write, true);

  return () => {
    observer.disconnect();
    document.removeEventListener("visibilitychange", settle);
    removeEventListener("pagehide", write);
    for (const type of CHOOSING) removeEventListener(type, write, true);
    for (const element of [...timers.keys()]) forget(element);
    write();
  };
}
