// How the places of many slates are spread over a catalog: concentration and coverage.

/** How often each item was shown, for those that were. */
export function shown(slates: readonly (readonly string[])[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const slate of slates) for (const id of slate) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}

/**
 * The Gini coefficient of exposure over a catalog of `items`, those never shown included: 0 when all are shown
 * equally often, near 1 when a few take every place. 0 when nothing is shown.
 *
 * Source: the ranked form, G = Σ (2i − n − 1) x_i / (n Σ x_i), x ascending, i from 1; items at 0 add nothing to either sum.
 */
export function gini(counts: ReadonlyMap<string, number>, items: number): number {
  const ascending = [...counts.values()].sort((a, b) => a - b);
  const sum = ascending.reduce((total, count) => total + count, 0);
  if (sum === 0) return 0;
  const zeros = items - ascending.length;
  return ascending.reduce((total, count, at) => total + (2 * (zeros + at + 1) - items - 1) * count, 0) / (items * sum);
}

/** Points of the curve of concentration: the share of items, most shown first, and the share of all places they take. */
export function concentration(counts: ReadonlyMap<string, number>, items: number): [share: number, places: number][] {
  const descending = [...counts.values()].sort((a, b) => b - a);
  const sum = descending.reduce((total, count) => total + count, 0);
  const points: [number, number][] = [[0, 0]];
  let places = 0;
  for (const [at, count] of descending.entries()) points.push([(at + 1) / items, (places += count) / sum]);
  if (descending.length < items && sum > 0) points.push([1, 1]);
  return points;
}

/** The share of a catalog of `items` that is shown to at least one of the first 0, 1, 2, … shoppers. */
export function coverage(slates: readonly (readonly string[])[], items: number): number[] {
  const met = new Set<string>();
  return [0, ...slates.map((slate) => (slate.forEach((id) => met.add(id)), met.size / items))];
}
