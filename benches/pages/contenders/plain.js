/** What a front-end developer writes: a loop over typed arrays with a heap, and objects with map and sort. */

import { PLACES } from "../vectors.js";

/** A loop over one typed array, unrolled by four, into a binary heap of the best. */
export async function typedArrayHeap({ count, dims, floats }) {
  const scores = new Float64Array(PLACES);
  const items = new Int32Array(PLACES);
  const sink = (score, item, size) => {
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= size) break;
      if (child + 1 < size && scores[child + 1] < scores[child]) child += 1;
      if (scores[child] >= score) break;
      scores[hole] = scores[child];
      items[hole] = items[child];
      hole = child;
    }
    scores[hole] = score;
    items[hole] = item;
  };
  const top = (asker) => {
    const query = asker.floats;
    scores.fill(-Infinity);
    for (let item = 0, at = 0; item < count; item++) {
      let a = 0, b = 0, c = 0, d = 0;
      for (let k = 0; k < dims; k += 4, at += 4) {
        a += query[k] * floats[at];
        b += query[k + 1] * floats[at + 1];
        c += query[k + 2] * floats[at + 2];
        d += query[k + 3] * floats[at + 3];
      }
      const score = a + b + c + d;
      if (score > scores[0]) sink(score, item, PLACES);
    }
    return [...items.keys()].sort((x, y) => scores[y] - scores[x]).map((place) => items[place]);
  };
  return { top };
}

/** Objects with a vector each: map, sort, slice. */
export async function mapAndSort(world) {
  const items = objects(world);
  const top = (asker) =>
    items
      .map(({ id, embedding }) => ({ id, score: embedding.reduce((sum, x, k) => sum + x * asker.floats[k], 0) }))
      .sort((a, b) => b.score - a.score)
      .slice(0, PLACES)
      .map(({ id }) => id);
  return { top };
}

let made;

/** The items as objects, shared by those who take objects. */
export function objects({ count, dims, floats }) {
  if (made?.length !== count) {
    made = Array.from({ length: count }, (_, id) => ({ id, embedding: Array.from(floats.subarray(id * dims, (id + 1) * dims)) }));
  }
  return made;
}
