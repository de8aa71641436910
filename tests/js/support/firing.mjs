/** Whether rules do anything: a catalog that has something of everything, and the moments that the rules name. */

import { open } from "flaneur";

const DAY = 86_400_000;
const KINDS = ["product", "product", "product", "product", "offer", "content"];
const CATEGORIES = ["Umbrellas", "Lamps", "Cups", "Books", "Garden"];

/** Sixty items of twelve makers; the newest was added today, every ninth costs more than it earns. */
const catalog = (today) =>
  Array.from({ length: 60 }, (_, n) => ({
    id: `item-${n}`,
    kind: KINDS[n % KINDS.length],
    category: CATEGORIES[n % CATEGORIES.length],
    brand: n % 10 === 9 ? "Petit atelier" : `Maker ${n % 4}`,
    tags: [...(n % 10 === 3 ? ["advent"] : []), ...(n % 10 === 6 ? ["clearance"] : [])],
    price: 5 + 4 * n,
    margin: (n % 9) - 1,
    added: today - n * DAY,
    group: `model-${n >> 1}`,
    attributes: { colour: n % 2 ? "red" : "blue", ...(n % 12 === 5 && { sponsored: true }) },
  }));

/** The moments at which a rule's `when` may hold: its own words, and today's noon when it names no time. */
function momentsOf({ when = {} }) {
  const { from, hours, weekdays, ...words } = when;
  const at = new Date(typeof from === "string" && !from.includes("T") ? `${from}T12:00` : (from ?? "2026-11-26T12:00")); // a date alone would be UTC's
  while (weekdays && !weekdays.includes(at.getDay())) at.setDate(at.getDate() + 1);
  if (hours) at.setHours(hours[0], 30);
  const context = Object.fromEntries(Object.entries(words).filter(([key]) => key !== "until").map(([key, word]) => [key, [word].flat()[0]]));
  return { at: at.getTime(), context };
}

/** Opens a shop with the rules; counts those that fired at their moment, and names those that did not. */
export async function firesOf(rules) {
  const today = momentsOf({}).at;
  let now = today;
  const shop = await open({ shop: "rules", catalog: catalog(today), storage: "memory", seed: 1, now: () => now, consent: { learn: true, rank: true }, rules });
  const idle = [];
  for (const [i, rule] of rules.entries()) {
    const { at, context } = momentsOf(rule);
    now = at;
    const { trace } = shop.rank({ slot: rule.slots?.[0] ?? "home", size: 12, context, explain: [] });
    const told = trace.find((line) => line.rule === `rules[${i}]`);
    if (told?.outcome !== "fired") idle.push(`rules[${i}] ${rule.type} is ${told?.outcome ?? "not traced"}`);
  }
  await shop.close();
  return { idle, fired: rules.length - idle.length };
}
