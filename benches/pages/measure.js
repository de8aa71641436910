/** Timing in a page: calls batched until the clock can see them, contenders in turn, medians. */

/** The least time that one sample takes, in milliseconds: the clock of an isolated page steps by 0.005. */
const SAMPLE_MS = 0.25;

/** The value below which a share of the list lies. */
export function quantile(list, share) {
  return list.toSorted((a, b) => a - b)[Math.min(list.length - 1, Math.floor(share * list.length))];
}

/** Median, 95th percentile and least of a list. */
export const summary = (list) => ({ median: quantile(list, 0.5), p95: quantile(list, 0.95), least: quantile(list, 0), samples: list.length });

/**
 * Times contenders in turn, so that what else the machine does meets all of them alike.
 *
 * Each is `{ name, call(i), most?, before?(i) }`: `most` bounds the calls of a sample, `before` runs untimed ahead of
 * it. Both may return a promise. Returns summaries in milliseconds per call, in the order given.
 */
export async function inTurn(contenders, samples, least = SAMPLE_MS) {
  const rows = [];
  for (const contender of contenders) rows.push({ ...contender, batch: await batchOf(contender, least), times: [], calls: 0 });
  for (let sample = 0; sample < samples; sample++) {
    for (const row of rows) row.times.push(await timed(row));
  }
  return rows.map(({ name, times }) => ({ name, ...summary(times) }));
}

async function timed(row) {
  await row.before?.(row.calls);
  const start = performance.now();
  for (let k = 0; k < row.batch; k++) {
    const given = row.call(row.calls++);
    if (given instanceof Promise) await given;
  }
  return (performance.now() - start) / row.batch;
}

/** How many calls make a sample, after a warm-up of 30 calls or half a second. */
async function batchOf({ call, before, most = Infinity }, least) {
  const times = [];
  const until = performance.now() + 500;
  for (let i = 0; i < 5 || (i < 30 && performance.now() < until); i++) {
    times.push(await timed({ call, before, batch: 1, calls: i }));
  }
  const typical = Math.max(quantile(times.slice(2), 0.5), 0.0005);
  return Math.max(1, Math.min(most, Math.ceil(least / typical)));
}
