// Invents the demo shop's catalog: items, texts, pictures and an interaction log, always the same bytes for a seed.
// Node ≥ 20, no dependency. `node www/catalog/generate.mjs --help`.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { hash, seeded } from "./draw/paint.mjs";
import { TYPES } from "./families.mjs";
import { invent } from "./log.mjs";
import { draw } from "./pictures.mjs";
import { BOOKS, BRANDS, CATEGORIES, COLOUR_WORDS, KIND_SHELF, KIND_WORDS, MATERIAL_WORDS, NAMES, NOTICES, SHELVES, STYLE_WORDS } from "./words.mjs";

const DAY = 86_400_000;
/** The last moment of the invented log; fixed, so that the bytes are. */
const END = Date.UTC(2026, 9, 31);
const HELP = `Invents the demo catalog: about 500 items, their pictures and 90 days of visits.

usage: node www/catalog/generate.mjs [--out FOLDER] [--seed N]

  --out FOLDER   where to write (default: www/public/catalog)
  --seed N       another shop of the same kind (default: 7)
  --help         this text

writes: items.ndjson, events.csv, display.json, pictures/*.svg`;

const { values: options } = parseArgs({ options: { out: { type: "string" }, seed: { type: "string", default: "7" }, help: { type: "boolean", short: "h" } } });
if (options.help) {
  console.log(HELP);
  process.exit(0);
}
const seed = Number(options.seed);
if (!Number.isSafeInteger(seed) || seed < 0) {
  console.error(`--seed ${options.seed} is not a whole number from 0 on`);
  process.exit(2);
}
const out = resolve(options.out ?? join(dirname(fileURLToPath(import.meta.url)), "../public/catalog"));
const r = seeded(seed);
const say = (text) => process.stderr.isTTY ? process.stderr.write(`\r\x1b[K${text}`) : undefined;
const done = (text) => { say(""); console.error(text); };

const pick = (list) => list[Math.floor(r() * list.length)];
const shuffle = (list) => list.map((v) => [r(), v]).sort((a, b) => a[0] - b[0]).map((p) => p[1]);
const capital = (s) => s.charAt(0).toLocaleUpperCase() + s.slice(1);
const slug = (s) => s.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/&/g, "and").replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");

function price(low, high, share) {
  const raw = low * (high / low) ** share;
  return raw < 20 ? Math.round(raw * 2) / 2 - 0.1 : raw < 100 ? Math.round(raw) : Math.round(raw / 5) * 5;
}

const words = {};
const say2 = (token, en, fr) => { words[token] = { fr, en }; };
for (const [en, fr] of [...Object.entries(CATEGORIES), ...Object.entries(SHELVES), ...Object.entries(KIND_WORDS)]) say2(`category:${en}`, en, fr);
for (const [en, fr] of Object.entries(COLOUR_WORDS)) say2(`colour:${en}`, en, fr);
for (const [en, fr] of Object.entries(MATERIAL_WORDS)) say2(`material:${en}`, en, fr);
for (const [en, fr] of Object.entries(STYLE_WORDS)) say2(`tag:${en}`, en, fr);

/** French sets a space before its double signs, and never begins a line with one. */
const set = (text) => text.replaceAll(/ (?=[:;?!%€»])|(?<=«) /g, "\u00a0");

const entries = [], display = {};
const used = new Set();

/** One item: its public part for the pack, its words and picture for the page. */
function put(item, text, how, extra) {
  if (used.has(item.id)) return;
  used.add(item.id);
  entries.push({ ...extra, id: item.id, item, how, text, added: item.added ? Date.parse(item.added) : 0 });
}

const brandsOf = (category) => BRANDS.filter(([, list]) => list.includes(category)).map(([name]) => name);
const addedOn = (fresh) => new Date(END - Math.floor((fresh ? r() * 24 : 30 + r() ** 1.3 * 640) * DAY)).toISOString().slice(0, 10);

for (const type of TYPES) {
  say2(`category:${type.token}`, type.token, type.frShelf);
  const names = shuffle(NAMES), brands = shuffle(brandsOf(type.category)), models = 2 + (r() < 0.75 ? 1 : 0);
  for (let m = 0; m < models; m++) {
    const name = names[m], brand = brands[m % brands.length], material = type.materials[m % type.materials.length], style = type.styles[m % type.styles.length];
    const base = price(...type.price, Math.min(1, Math.max(0, (m + r()) / models))), colours = shuffle(type.colours).slice(0, 1 + Math.floor(r() * 3.4));
    const group = `${slug(type.en)}-${slug(name)}`, fresh = r() < 0.14, added = addedOn(fresh), form = (m + 0.2 + r() * 0.6) / models;
    for (const colour of colours) {
      const en = `${name} ${type.en}, ${colour}`, fr = `${capital(type.fr)} ${name}, ${COLOUR_WORDS[colour]}`;
      put(
        { id: `${group}-${slug(colour)}`, kind: "product", title: en, brand, category: [type.category, type.token], tags: [style], price: base, currency: "EUR", available: r() > 0.035, added, group, attributes: { colour, material } },
        { fr: [fr, `${type.frText} ${capital(MATERIAL_WORDS[material])}, ${COLOUR_WORDS[colour]}.`], en: [en, `${type.enText} ${capital(material)}, ${colour}.`] },
        { shape: type.shape, form, seed: hash(group + seed), name },
        { shape: type.shape, goes: type.goes, styles: type.styles, colour, price: base, group, rising: fresh || r() < 0.06 },
      );
    }
  }
}

shuffle(BOOKS).forEach(([fr, en, shelf, style], i) => {
  const brand = brandsOf("Books")[i % 3], colour = pick(["rust", "navy", "sage", "mustard", "cream", "plum", "teal", "coral", "charcoal", "sky"]), fresh = r() < 0.2, cost = price(9, 34, r());
  put(
    { id: `book-${slug(en)}`, kind: "product", title: en, brand, category: ["Books", shelf], tags: [style], price: cost, currency: "EUR", available: r() > 0.04, added: addedOn(fresh), group: `book-${slug(en)}`, attributes: { colour, material: "paper" } },
    { fr: [fr, `${SHELVES[shelf]}. ${120 + Math.floor(r() * 300)} pages, couverture illustrée, cahiers cousus.`], en: [en, `${shelf}. ${120 + Math.floor(r() * 300)} pages, illustrated cover, sewn sections.`] },
    { shape: "book", form: r(), seed: hash(en + seed), name: en, text: fr, textEn: en },
    { shape: "book", goes: ["tableLamp", "mug", "notebook"], styles: [style], colour, price: cost, group: en, rising: fresh },
  );
});

for (const [kind, id, fr, en, frText, enText, symbol, colour] of NOTICES)
  put(
    { id, kind, title: en, brand: "Flâneur", category: ["The house", KIND_SHELF[kind]], tags: [kind], currency: "EUR", available: true, added: addedOn(true), attributes: { colour } },
    { fr: [fr, frText], en: [en, enText] }, { shape: "notice", symbol, seed: hash(id), name: "" }, { notice: true, shape: "notice", goes: [], styles: [], colour, price: 0, group: id },
  );

rmSync(join(out, "pictures"), { recursive: true, force: true });
mkdirSync(join(out, "pictures"), { recursive: true });
const ordered = shuffle(entries);
let bytes = 0;
ordered.forEach((e, i) => {
  const picture = `pictures/${e.id}.svg`;
  const svg = draw({ ...e.item, title: e.text.en[0] }, e.how);
  writeFileSync(join(out, picture), svg);
  bytes += svg.length;
  e.item.image = `catalog/${picture}`;
  e.item.url = `#/item/${encodeURIComponent(e.id)}`;
  display[e.id] = { title: { fr: set(e.text.fr[0]), en: e.text.en[0] }, description: { fr: set(e.text.fr[1]), en: e.text.en[1] }, picture };
  if (i % 20 === 0) say(`pictures ${i}/${ordered.length}`);
});
done(`pictures      ${ordered.length} drawn, ${(bytes / 1024 / ordered.length).toFixed(1)} KiB each`);

writeFileSync(join(out, "items.ndjson"), ordered.map((e) => JSON.stringify(e.item)).join("\n") + "\n");
writeFileSync(join(out, "display.json"), JSON.stringify({ items: display, words }));
done(`items.ndjson  ${ordered.length} items, ${new Set(ordered.map((e) => e.item.category[0])).size} categories, ${ordered.filter((e) => !e.item.available).length} sold out`);

const sold = ordered.filter((e) => !e.notice).map((e) => ({ id: e.id, shape: e.shape, goes: e.goes, styles: e.styles, colour: e.colour, price: e.item.price, group: e.group, available: e.item.available, rising: e.rising, added: e.added }));
const log = invent({ r, entries: sold, shoppers: 3000, sessions: 12_000, end: END, progress: (n) => say(`visits ${n}/12000`) });
writeFileSync(join(out, "events.csv"), "session,user,item,ts,type,quantity,price\n" + log.rows.join("\n") + "\n");
done(`events.csv    ${log.rows.length} events: ${Object.entries(log.counts).map(([k, v]) => `${v} ${k}`).join(", ")}`);
done(`written to    ${out}`);
