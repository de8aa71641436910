// Synthetic shoppers: who they are is drawn from a seed, so that a change of their slates is a change of the rules.

/** Items that belong together, such as a department. */
export interface Kind {
  token: string;
  ids: readonly string[];
}

export interface Shopper {
  /** The kinds that they look at. */
  kinds: string[];
  /** What they looked at, oldest first. */
  looks: string[];
  /** Of the draws of their slates. */
  seed: number;
}

/** How many things a persona looked at, and the fewest and most of a shopper of the crowd. */
const LOOKS = 5, FEWEST = 3, MOST = 7;
const SEED = 20261126;

/** Draws from 0 to 1. Source: Mulberry32, T. Ettinger, public domain. */
function draws(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = Math.imul(state ^ (state >>> 15), state | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 4294967296;
  };
}

/** So many of a list, each at most once, in drawn order. */
function sample<T>(from: readonly T[], count: number, draw: () => number): T[] {
  const left = [...from];
  const taken: T[] = [];
  while (taken.length < count && left.length > 0) taken.push(...left.splice(Math.floor(draw() * left.length), 1));
  return taken;
}

/** One shopper for each of the largest kinds, who looked at a handful of its items. */
export function personas(kinds: readonly Kind[], count: number): Shopper[] {
  return kinds.slice(0, count).map(({ token, ids }, at) => ({ kinds: [token], looks: sample(ids, LOOKS, draws(SEED + at)), seed: at + 1 }));
}

/** So many shoppers with one or two kinds each. */
export function crowd(kinds: readonly Kind[], count: number): Shopper[] {
  if (kinds.length === 0) return [];
  return Array.from({ length: count }, (_, at) => {
    const draw = draws(SEED - 1 - at);
    const chosen = sample(kinds, draw() < 0.5 ? 1 : 2, draw);
    const looks = sample(chosen.flatMap(({ ids }) => ids), FEWEST + Math.floor(draw() * (MOST - FEWEST + 1)), draw);
    return { kinds: chosen.map(({ token }) => token), looks, seed: 1000 + at };
  });
}
