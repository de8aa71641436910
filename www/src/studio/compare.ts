// What became of a slate when the configuration changed: place by place, from two lists of ids.

/** An entry of the slate as it is now. Places count from 0. */
export interface Place {
  id: string;
  now: number;
  /** Where it was; absent when it has come in. */
  before?: number;
  move: "up" | "down" | "same" | "in";
}

export interface Difference {
  places: Place[];
  /** What is there no more, by the place it had. */
  out: { id: string; before: number }[];
  /** How many entries went up, down, in and out. */
  up: number;
  down: number;
  in: number;
}

/** Compares two slates of one shopper. An id stands at most once in each. */
export function compare(before: readonly string[], now: readonly string[]): Difference {
  const was = new Map(before.map((id, place) => [id, place]));
  const is = new Set(now);
  const places = now.map((id, place): Place => {
    const old = was.get(id);
    if (old === undefined) return { id, now: place, move: "in" };
    return { id, now: place, before: old, move: old > place ? "up" : old < place ? "down" : "same" };
  });
  const out = before.flatMap((id, place) => (is.has(id) ? [] : [{ id, before: place }]));
  const count = (move: Place["move"]): number => places.filter((place) => place.move === move).length;
  return { places, out, up: count("up"), down: count("down"), in: count("in") };
}

/** Whether nothing moved. */
export const unchanged = ({ up, down, in: came, out }: Difference): boolean => up + down + came + out.length === 0;
