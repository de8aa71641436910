// Invents the interaction log: shoppers with one to three coherent tastes, their sessions and purchases over 90 days.
// Co-visitation comes out of it the way it does in a shop: people walk from a thing to what resembles it or goes with it.

const DAY = 86_400_000;

/** Draws an index in proportion to weights. */
function draw(r, weights) {
  let sum = 0;
  for (const w of weights) sum += w;
  let at = r() * sum;
  for (let i = 0; i < weights.length; i++) if ((at -= weights[i]) <= 0) return i;
  return weights.length - 1;
}

/**
 * @param {{r: () => number, entries: any[], shoppers: number, sessions: number, end: number, progress: (done: number) => void}} o
 * @returns {{rows: string[], counts: Record<string, number>}}
 */
export function invent({ r, entries, shoppers, sessions, end, progress }) {
  const start = end - 90 * DAY;
  const byShape = new Map();
  entries.forEach((e, i) => byShape.set(e.shape, [...(byShape.get(e.shape) ?? []), i]));
  // A long-tailed popularity; newcomers rise in the last month, which is what a trend is.
  for (const e of entries) e.pull = Math.exp(1.1 * (r() + r() + r() - 1.5)) / (1 + e.price / 260);
  const styles = [...new Set(entries.flatMap((e) => e.styles))].sort();
  const colours = [...new Set(entries.map((e) => e.colour))].sort();
  const shapes = [...byShape.keys()].sort();

  const people = Array.from({ length: shoppers }, (_, n) => {
    const interests = Array.from({ length: 1 + draw(r, [5, 4, 2]) }, () => {
      const style = styles[Math.floor(r() * styles.length)];
      const likes = shapes.filter((s) => entries[byShape.get(s)[0]].styles.includes(style));
      const pool = likes.length ? likes : shapes;
      return { style, shapes: Array.from({ length: 3 }, () => pool[Math.floor(r() * pool.length)]) };
    });
    const palette = new Set(Array.from({ length: 5 }, () => colours[Math.floor(r() * colours.length)]));
    return { id: `s${String(n + 1).padStart(4, "0")}`, interests, palette, purse: 20 * Math.exp(2.4 * r()), keen: 0.3 + r() * r() * 3 };
  });
  const keenness = people.map((p) => p.keen);

  const weight = (p, e, at) => {
    let w = e.pull * (p.palette.has(e.colour) ? 2.6 : 1) * (e.price < p.purse * 1.4 ? 1 : 0.45);
    if (e.added > at) return 0;
    if (e.rising && at > end - 28 * DAY) w *= 2.4;
    return w;
  };
  const stepFrom = (p, interest, last, at) => {
    const roll = r();
    let shape;
    if (last && roll < 0.34) shape = last.shape;
    else if (last && roll < 0.58 && last.goes.length) shape = last.goes[Math.floor(r() * last.goes.length)];
    else if (roll < 0.92) shape = interest.shapes[Math.floor(r() * interest.shapes.length)];
    else shape = shapes[Math.floor(r() * shapes.length)];
    const pool = byShape.get(shape) ?? byShape.get(shapes[0]);
    const weights = pool.map((i) => weight(p, entries[i], at) * (entries[i].styles.includes(interest.style) ? 1.6 : 1) * (last && entries[i].group === last.group && entries[i] !== last ? 1.5 : 1));
    return entries[pool[draw(r, weights)]];
  };

  const rows = [], counts = { view: 0, cart: 0, purchase: 0 };
  const starts = Array.from({ length: sessions }, () => {
    const day = Math.floor(r() ** 0.92 * 90), hour = draw(r, [1, 1, 1, 1, 1, 1, 2, 4, 6, 7, 7, 7, 9, 8, 6, 6, 7, 8, 9, 11, 13, 12, 7, 3]);
    return start + day * DAY + hour * 3_600_000 + Math.floor(r() * 3_600_000);
  }).sort((a, b) => a - b);
  starts.forEach((began, n) => {
    const p = people[draw(r, keenness)], interest = p.interests[Math.floor(r() * p.interests.length)];
    const session = `v${String(n + 1).padStart(5, "0")}`, length = 2 + Math.floor(-Math.log(1 - r() * 0.97) * 3.4);
    let at = began, last;
    const basket = [];
    const write = (type, e, quantity) => {
      counts[type]++;
      rows.push(`${session},${p.id},${e.id},${at},${type},${quantity},${e.price}`);
    };
    for (let i = 0; i < length; i++) {
      const e = stepFrom(p, interest, last, at);
      if (!e || e === last) continue;
      at = Math.min(end - 1, at + 8000 + Math.floor(r() * 70_000));
      write("view", e, 1);
      const tempted = 0.09 * (p.palette.has(e.colour) ? 2 : 1) * (e.styles.includes(interest.style) ? 1.4 : 1) * (basket.length ? 1.5 : 1);
      if (e.available && !basket.includes(e) && r() < tempted) { at += 4000; write("cart", e, 1); basket.push(e); }
      last = e;
    }
    if (basket.length && r() < 0.56) for (const e of basket) { at += 1000; write("purchase", e, e.price < 25 && r() < 0.3 ? 2 : 1); }
    if (n % 500 === 499) progress(n + 1);
  });
  return { rows, counts };
}
