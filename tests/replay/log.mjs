/**
 * Reads a log of purchases for the replay: CSV with the columns ts (seconds), shopper, basket, item,
 * and optionally qty. Shopper 0 or none is a guest.
 */

import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";

/** Seconds since 1970 of a date, midnight UTC. */
export function secondsOf(date) {
  const at = Date.parse(date);
  if (Number.isNaN(at)) throw new Error(`${date} is not a date; write it like 2011-11-01`);
  return at / 1000;
}

/** Baskets of known shoppers, oldest first, and how many lines each item had before a moment. */
export async function readLog(file, from, progress) {
  const source = createReadStream(file);
  const lines = createInterface({ input: file.endsWith(".gz") ? source.pipe(createGunzip()) : source });
  const counts = new Map();
  const baskets = new Map();
  let columns;
  let rows = 0;
  for await (const line of lines) {
    const cells = line.split(",");
    if (!columns) {
      columns = columnsOf(cells, file);
      continue;
    }
    if (++rows % 50_000 === 0) progress(rows);
    const at = Number(cells[columns.ts]);
    const [shopper, basket, item] = [cells[columns.shopper], cells[columns.basket], cells[columns.item]];
    if (at < from) counts.set(item, (counts.get(item) ?? 0) + 1);
    if (shopper === "0" || shopper === "") continue;
    const quantity = columns.qty === undefined ? 1 : Number(cells[columns.qty]);
    const entry = baskets.get(basket);
    if (entry) entry.lines.push({ item, quantity });
    else baskets.set(basket, { basket, shopper, at, lines: [{ item, quantity }] });
  }
  return { rows, counts, shoppers: byShopper(baskets.values()) };
}

function columnsOf(header, file) {
  const at = (name) => {
    const found = header.indexOf(name);
    return found < 0 ? undefined : found;
  };
  const columns = { ts: at("ts"), shopper: at("shopper"), basket: at("basket"), item: at("item"), qty: at("qty") };
  for (const name of ["ts", "shopper", "basket", "item"]) {
    if (columns[name] === undefined) throw new Error(`${file} has no column ${name}; its header reads: ${header}`);
  }
  return columns;
}

function byShopper(baskets) {
  const shoppers = new Map();
  for (const basket of baskets) {
    const own = shoppers.get(basket.shopper);
    if (own) own.push(basket);
    else shoppers.set(basket.shopper, [basket]);
  }
  for (const own of shoppers.values()) own.sort((a, b) => a.at - b.at || (a.basket < b.basket ? -1 : 1));
  return shoppers;
}
