/**
 * What the readers share: a source that remembers the last state and tells about the next ones.
 */

import type { ConsentSource, Gates } from "../types/consent.js";

/** Starts listening, calls `say` with each state, and returns what ends it. */
export type Listen = (say: (gates: Partial<Gates>) => void) => () => void;

/** How often, and how long, a reader looks for an interface that the page has not loaded yet. */
const LOOK_MS = 100;
const LOOKS = 300;

/**
 * A source around a reader. It listens while someone is subscribed, and for one look when it is only asked.
 */
export function sourceOf(listen: Listen): ConsentSource {
  let known: Partial<Gates> = {};
  let live = 0;
  const listenNow = (listener: (gates: Partial<Gates>) => void): (() => void) =>
    listen((gates) => {
      known = gates;
      listener(gates);
    });
  return {
    get() {
      if (live === 0) {
        known = {};
        listenNow(() => {})();
      }
      return known;
    },
    subscribe(listener) {
      if (live++ === 0) known = {}; // what was said to the last one may hold no more
      const end = listenNow(listener);
      return () => {
        live--;
        end();
      };
    },
  };
}

/** Calls `found` as soon as `look` finds something: now, or within 30 seconds. Returns what ends the search. */
export function whenThere<T>(look: () => T | undefined, found: (thing: T) => void): () => void {
  let looks = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const again = (): void => {
    const thing = look();
    if (thing !== undefined) found(thing);
    else if (++looks < LOOKS) {
      timer = setTimeout(again, LOOK_MS);
      (timer as { unref?: () => void }).unref?.(); // in Node, looking must not keep the process alive
    }
  };
  again();
  return () => clearTimeout(timer);
}

/** A property of the page's global object, whatever it is. */
export function globalNamed(name: string): unknown {
  return (globalThis as Record<string, unknown>)[name];
}
