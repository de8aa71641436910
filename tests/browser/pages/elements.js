// A page with every element. `?lang=fr`, `?dir=rtl`, `?words=pseudo`, `?words=none`.

import { open } from "/pkg/index.js";
import { defineElements, defineInspector, wordsOf } from "/pkg/elements.js";

const asked = new URLSearchParams(location.search);
document.documentElement.lang = asked.get("lang") ?? "en";
document.documentElement.dir = asked.get("dir") ?? "ltr";

window.items = ["lamp", "chair", "rug", "vase"].flatMap((kind, k) =>
  Array.from({ length: 6 }, (_, i) => ({
    id: `${kind}-${i}`,
    title: `${kind.toUpperCase()} ${i}`,
    brand: `Maker${(k + i) % 5}`,
    category: ["Home", `Dept${k}`],
    price: 10 + i,
    currency: "EUR",
    url: `#${kind}-${i}`,
    attributes: { colour: ["red", "blue"][i % 2], ...(i === 5 && { sponsored: [true, "TRUE", true, "true"][k] }) }, // feeds and `flaneur pack --display` have texts
  })),
);
const rules = [
  { type: "pin", item: "vase-5", position: 2 },
  { type: "boost", where: { brand: "Maker1" }, by: 0.2 },
  { type: "bury", where: { priceAbove: 14 }, by: 0.1 },
  { type: "exclude", where: { ids: ["vase-0"] } },
  { type: "cap", per: "category", max: 4 },
];
const byId = new Map(window.items.map((item) => [item.id, item]));

/** Every word between brackets, so that text which is not a word of the elements shows. */
const pseudo = (words) =>
  Object.fromEntries(
    Object.entries(words).map(([key, value]) => [
      key,
      typeof value === "string" ? `⟦${value}⟧` : typeof value === "function" ? (...args) => `⟦${value(...args)}⟧` : pseudo(value),
    ]),
  );

window.shop = await open({ shop: "elements", catalog: window.items, consent: { learn: true, rank: true }, storage: "memory", rules, seed: 1, ...window.bundle });
for (const item of ["lamp-0", "lamp-1", "rug-2"]) shop.observe({ type: "view_item", item });
shop.observe({ type: "purchase", items: ["chair-1"] });
shop.observe({ type: "mute", attribute: "brand:Maker4" });
shop.profile.declare({ attribute: "colour:red", liking: 1 });
const options = { shop, item: (id) => byId.get(id), rules };
const WORDS = (window.WORDS = asked.get("words") === "none" ? {} : { en: await wordsOf("en"), fr: await wordsOf("fr") });
window.language = (words) => defineElements({ ...options, words });
defineElements({ ...options, ...(asked.get("words") === "pseudo" && { words: pseudo(WORDS.en) }) });
await defineInspector();
window.ready = true;
