/**
 * How good a ranked list was for what came next, and how sure that is.
 *
 * Hit rate: the share of lists with at least one item of the basket. NDCG: binary relevance,
 * DCG = Σ 1/log2(place + 2) over the hits (place 0 first), divided by the best DCG that
 * min(|basket|, size) hits can have.
 */

/** Hit and NDCG of one list. */
export function judge(list, basket, size) {
  let hits = 0;
  let gain = 0;
  for (const [place, item] of list.slice(0, size).entries()) {
    if (!basket.has(item)) continue;
    hits++;
    gain += discount(place);
  }
  let best = 0;
  for (let place = 0; place < Math.min(basket.size, size); place++) best += discount(place);
  return { hit: hits > 0 ? 1 : 0, ndcg: best > 0 ? gain / best : 0 };
}

function discount(place) {
  return 1 / Math.log2(place + 2);
}

/** The mean over all queries of all customers. */
export function mean(customers, method, metric) {
  let sum = 0;
  let count = 0;
  for (const { queries } of customers) {
    for (const query of queries) sum += query[method][metric];
    count += queries.length;
  }
  return sum / count;
}

/**
 * Paired bootstrap of a difference of means: customers are drawn with replacement, each with all of
 * their queries, because the baskets of one customer are not independent. Returns the 2.5 % and
 * 97.5 % quantiles of the drawn differences.
 */
export function interval(customers, [better, worse], metric, draws, random) {
  const differences = [];
  for (let draw = 0; draw < draws; draw++) {
    const drawn = customers.map(() => customers[Math.floor(random() * customers.length)]);
    differences.push(mean(drawn, better, metric) - mean(drawn, worse, metric));
  }
  differences.sort((a, b) => a - b);
  const quantile = (share) => differences[Math.min(draws - 1, Math.floor(share * draws))];
  return [quantile(0.025), quantile(0.975)];
}

/** A seeded generator of numbers in [0, 1): mulberry32 (Tommy Ettinger, public domain). */
export function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** So many of a list, drawn without replacement. */
export function sample(list, size, random) {
  const left = [...list];
  const drawn = [];
  while (drawn.length < size && left.length > 0) drawn.push(left.splice(Math.floor(random() * left.length), 1)[0]);
  return drawn;
}
