/**
 * Several sources as one: the strictest wins.
 */

import { GATES, readGates } from "../gates.js";
import { report } from "../errors.js";
import type { ConsentSource, Gates } from "../types/consent.js";

/**
 * One source that grants a gate when every given one grants it, denies it when any denies it, and is unknown
 * otherwise. Without sources everything is unknown.
 */
export function strictest(...sources: ConsentSource[]): ConsentSource {
  return {
    async get() {
      const states = await Promise.all(sources.map(async (source) => readGates(await ask(source))));
      return combine(states);
    },
    subscribe(listener) {
      const states: Partial<Gates>[] = sources.map(() => ({}));
      const take = (place: number, gates: unknown): void => {
        states[place] = readGates(gates);
        listener(combine(states));
      };
      const ends = sources.map((source, place) => {
        const end = source.subscribe?.((gates) => take(place, gates));
        // What it said since it was asked is the later word.
        void ask(source).then((gates) => take(place, { ...readGates(gates), ...states[place] }));
        return end;
      });
      return () => {
        for (const end of ends) {
          try {
            end?.();
          } catch (e) {
            report(e); // the others are left all the same
          }
        }
      };
    },
  };
}

/** The strictest of several states. */
export function combine(states: readonly Partial<Gates>[]): Partial<Gates> {
  const combined: Partial<Gates> = {};
  for (const gate of GATES) {
    if (states.some((state) => state[gate] === false)) combined[gate] = false;
    else if (states.length > 0 && states.every((state) => state[gate] === true)) combined[gate] = true;
  }
  return combined;
}

/** A source that fails says nothing. */
async function ask(source: ConsentSource): Promise<Partial<Gates>> {
  try {
    return await source.get();
  } catch (e) {
    report(e);
    return {};
  }
}
