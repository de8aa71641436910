/** Vectors to search: clustered, of unit length, quantized as a pack has them, with the true answer. */

const CLUSTERS = 316;
/** Noise around a centre, per dimension, relative to the centre. */
const NOISE = 0.8;
/** Places asked for. */
export const PLACES = 48;
/** Shoppers who ask in turn. */
export const ASKERS = 32;

/** A seeded generator of numbers in 0..1: mulberry32. */
function generator(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * `count` vectors of `dims` numbers and the askers'.
 *
 * Everyone searches the same: `bytes` [count, dims] two's complement with `scales` [count], or `floats` [count, dims],
 * which are `bytes` times `scales` and of unit length. `true_` scores of an asker are in double precision.
 */
export function vectors(count, dims) {
  const random = generator(7);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const centres = Array.from({ length: CLUSTERS }, () => Float64Array.from({ length: dims }, normal));
  const bytes = new Uint8Array(count * dims);
  const scales = new Float32Array(count);
  const floats = new Float32Array(count * dims);
  const plain = new Float32Array(count * dims);
  for (let item = 0; item < count; item++) {
    const row = draw(centres[Math.floor(random() * CLUSTERS)], normal);
    plain.set(row.map((x) => x / Math.hypot(...row)), item * dims);
    const quantized = quantize(row);
    bytes.set(quantized, item * dims);
    scales[item] = 1 / Math.hypot(...quantized);
    for (let d = 0; d < dims; d++) floats[item * dims + d] = quantized[d] * scales[item];
  }
  const askers = Array.from({ length: ASKERS }, () => {
    const row = draw(centres[Math.floor(random() * CLUSTERS)], normal);
    const quantized = quantize(row);
    const length = Math.hypot(...quantized);
    return { row, bytes: new Uint8Array(quantized.buffer), floats: Float32Array.from(quantized, (x) => x / length) };
  });
  return { count, dims, bytes, scales, floats, plain, askers };
}

const draw = (centre, normal) => centre.map((x) => x + NOISE * normal());

function quantize(row) {
  const largest = row.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  return Int8Array.from(row, (x) => Math.round((127 * x) / largest));
}

/** The share of the true best that lists of an asker have; what ties with the last counts, up to 1e-6. */
export function recall(world, lists) {
  let found = 0;
  lists.forEach((list, asker) => {
    const truth = scoresOf(world, world.askers[asker].floats, world.floats);
    const last = truth.toSorted((a, b) => b - a)[PLACES - 1];
    found += new Set(Array.from(list).filter((item) => truth[item] >= last - 1e-6)).size;
  });
  return found / (PLACES * lists.length);
}

/** How much of the best by the vectors before quantization the best after it has. */
export function quantizedRecall(world) {
  let kept = 0;
  for (const asker of world.askers) {
    const [before, after] = [
      scoresOf(world, asker.row, world.plain),
      scoresOf(world, asker.floats, world.floats),
    ].map((scores) => [...scores.keys()].sort((a, b) => scores[b] - scores[a]).slice(0, PLACES));
    const wanted = new Set(before);
    kept += after.filter((item) => wanted.has(item)).length;
  }
  return kept / (PLACES * world.askers.length);
}

function scoresOf({ count, dims }, asker, rows) {
  const scores = new Float64Array(count);
  for (let item = 0; item < count; item++) {
    let sum = 0;
    for (let d = 0; d < dims; d++) sum += asker[d] * rows[item * dims + d];
    scores[item] = sum;
  }
  return scores;
}
