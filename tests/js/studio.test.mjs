// What the merchant's studio computes: the difference of two slates, concentration, coverage, its shoppers, and places in the rules' text.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import { parseAst } from "vite";

import { pageModules } from "./support/page.mjs";

const [{ compare, unchanged }, { concentration, coverage, gini, shown }, { crowd, personas }, { ids, insert, locate, read, write }, { EXAMPLES, canBegin, example }, { studioEn }, { studioFr }] = await pageModules(
  "studio/compare.ts",
  "studio/exposure.ts",
  "studio/shoppers.ts",
  "studio/rules-text.ts",
  "studio/examples.ts",
  "i18n/studio-en.ts",
  "i18n/studio-fr.ts",
);
const source = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

/** Draws from 0 to 1, the same each time. */
function draws(seed) {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}
/** Without prototypes that only a parser gives. */
const plain = (value) => JSON.parse(JSON.stringify(value));
const near = (a, b) => assert.ok(Math.abs(a - b) < 1e-12, `${a} is not ${b}`);

test("a difference says of each place what went up, down, in and out", () => {
  const difference = compare(["a", "b", "c", "d"], ["c", "a", "e", "d"]);
  assert.deepEqual(difference.places, [
    { id: "c", now: 0, before: 2, move: "up" },
    { id: "a", now: 1, before: 0, move: "down" },
    { id: "e", now: 2, move: "in" },
    { id: "d", now: 3, before: 3, move: "same" },
  ]);
  assert.deepEqual(difference.out, [{ id: "b", before: 1 }]);
  assert.deepEqual([difference.up, difference.down, difference.in], [1, 1, 1]);
  assert.equal(unchanged(difference), false);
  assert.equal(unchanged(compare(["a", "b"], ["a", "b"])), true);
  assert.equal(unchanged(compare(["a", "b"], ["a"])), false, "a shorter slate is another one");
  assert.equal(unchanged(compare([], [])), true);
});

test("a difference can be walked back to the slate before", () => {
  const draw = draws(7);
  for (let round = 0; round < 200; round++) {
    const slate = () => [..."abcdefgh"].filter(() => draw() < 0.6).sort(() => draw() - 0.5);
    const [before, now] = [slate(), slate()];
    const { places, out, up, down, in: came } = compare(before, now);
    const back = [];
    for (const { id, before: place } of [...places.filter(({ move }) => move !== "in"), ...out]) back[place] = id;
    assert.deepEqual(back, before);
    assert.deepEqual(places.map(({ id }) => id), now);
    assert.equal(up + down + came + places.filter(({ move }) => move === "same").length, now.length);
  }
});

test("the Gini coefficient is half the relative mean difference between all pairs, never shown things included", () => {
  const draw = draws(11);
  for (let round = 0; round < 50; round++) {
    const items = 1 + Math.floor(draw() * 30);
    const values = Array.from({ length: items }, () => (draw() < 0.4 ? 0 : 1 + Math.floor(draw() * 9)));
    const counts = new Map(values.flatMap((value, at) => (value > 0 ? [[`i${at}`, value]] : [])));
    const sum = values.reduce((a, b) => a + b, 0);
    const pairs = values.flatMap((a) => values.map((b) => Math.abs(a - b))).reduce((a, b) => a + b, 0);
    near(gini(counts, items), sum === 0 ? 0 : pairs / (2 * items * sum));
  }
  near(gini(new Map([["a", 5], ["b", 5]]), 2), 0);
  near(gini(new Map([["a", 10]]), 100), 0.99);
});

test("concentration rises from nothing to all, fastest first, and coverage counts each thing once", () => {
  const slates = [["a", "b"], ["a", "c"], ["a", "b"]];
  const counts = shown(slates);
  assert.deepEqual(counts, new Map([["a", 3], ["b", 2], ["c", 1]]));
  assert.deepEqual(concentration(counts, 6), [[0, 0], [1 / 6, 3 / 6], [2 / 6, 5 / 6], [3 / 6, 1], [1, 1]]);
  assert.deepEqual(coverage(slates, 6), [0, 2 / 6, 3 / 6, 3 / 6]);
  assert.deepEqual([concentration(new Map(), 6), coverage([], 6)], [[[0, 0]], [0]]);
});

const KINDS = ["Lamps", "Cups", "Rugs", "Games", "Books"].map((token) => ({ token, ids: Array.from({ length: 12 }, (_, at) => `${token}-${at}`) }));

test("the same shoppers come every time, and look only at things of their kinds", () => {
  assert.deepEqual(crowd(KINDS, 40), crowd(KINDS, 40));
  assert.deepEqual(personas(KINDS, 4).map(({ kinds }) => kinds), [["Lamps"], ["Cups"], ["Rugs"], ["Games"]]);
  const all = [...personas(KINDS, 4), ...crowd(KINDS, 40)];
  for (const { kinds, looks } of all) {
    assert.ok(looks.length >= 3 && looks.length <= 7 && new Set(looks).size === looks.length, looks.join());
    assert.ok(looks.every((id) => kinds.includes(id.split("-")[0])), looks.join());
  }
  assert.ok(new Set(crowd(KINDS, 40).map(({ looks }) => looks.join())).size > 35, "they are not one shopper forty times");
  assert.deepEqual([personas([], 4), crowd([], 40)], [[], []]);
});

test("a path leads to its place in the text, or to the nearest place around it", () => {
  const text = '[\n  { "id": "a", "type": "cap" },\n  { "type": "boost",\n    "where": { "any": [{ "brand": "x" }, { "not": { "attribute": "y:z" } }] } }\n]';
  const at = (path) => {
    const { start, end, line } = locate(text, path);
    return [text.slice(start, end), line];
  };
  assert.deepEqual(at("rules[1].where.any[1].not.attribute"), ['"attribute": "y:z"', 4]);
  assert.deepEqual(at("rules[0].type"), ['"type": "cap"', 2]);
  assert.deepEqual(at("rules[0].max"), ['{ "id": "a", "type": "cap" }', 2], "what is missing is missing there");
  assert.deepEqual(at("rules[1].where.any[1].not.attribute[3]"), ['"attribute": "y:z"', 4]);
  assert.equal(at("rules")[0], text);
  assert.equal(locate("", "rules[0]"), undefined);
});

test("JSON that is none says where, and comments and trailing commas are none", () => {
  for (const [text, broken, line, column] of [
    ['[\n  { "id" "a" }\n]', "ColonExpected", 2, 10],
    ['[\n  1,\n]', "ValueExpected", 3, 1],
    ['[] // no', "InvalidCommentToken", 1, 4],
    ["[", "CloseBracketExpected", 1, 2],
    ["", "ValueExpected", 1, 1],
  ]) {
    const found = read(text);
    assert.deepEqual([found.broken, found.at?.line, found.at?.column], [broken, line, column], text);
    assert.throws(() => JSON.parse(text), SyntaxError);
  }
});

test("what is written is read back, and a rule is added without touching the text before it", () => {
  const rules = EXAMPLES.map((name) => example(name, { kinds: KINDS, ids: KINDS[0].ids, now: Date.UTC(2026, 10, 26, 12), taken: new Set() }));
  assert.deepEqual(rules.map(({ type }) => type), [...EXAMPLES]);
  for (const count of [0, 1, rules.length]) assert.deepEqual(plain(read(write(rules.slice(0, count))).said), rules.slice(0, count));
  for (const text of ["[]", "[ ]\n", '[\n    {"type" : "cap",\n"per":"brand", "max":1 }  ]']) {
    const before = JSON.parse(text);
    const added = insert(text, rules[1]);
    assert.deepEqual(JSON.parse(added.text), [...before, rules[1]], added.text);
    assert.deepEqual(JSON.parse(added.text.slice(added.at.start, added.at.end)), rules[1]);
    if (before.length > 0) assert.ok(added.text.startsWith(text.slice(0, text.lastIndexOf("}") + 1)), "as it was written");
  }
  for (const text of ["{}", "[", ""]) assert.equal(insert(text, rules[0]), undefined, text);
  assert.equal(example("cap", { kinds: KINDS, ids: [], now: 0, taken: new Set(["cap", "cap-2"]) }).id, "cap-3");
});

test("a rule begins only where there is something to name", () => {
  const begins = (stock) => EXAMPLES.filter((name) => canBegin(name, stock));
  assert.deepEqual(begins({ kinds: KINDS, ids: KINDS[0].ids }), [...EXAMPLES]);
  assert.deepEqual(begins({ kinds: [], ids: ["a"] }), [...EXAMPLES]);
  assert.deepEqual(begins({ kinds: KINDS, ids: [] }), EXAMPLES.filter((name) => name !== "pin"), "nothing is in stock");
  assert.deepEqual(begins({ kinds: [], ids: [] }), ["cap"]);
  for (const stock of [{ kinds: KINDS, ids: [] }, { kinds: [], ids: ["a"] }, { kinds: [], ids: [] }]) {
    const rules = begins(stock).map((name) => example(name, { ...stock, now: 0, taken: new Set() }));
    assert.doesNotMatch(JSON.stringify(rules), /""|\[\]/);
  }
});

test("every code of the engine about rules and packs has words in both languages", () => {
  const codes = [...new Set(source("src/error.rs").match(/"(value|pack)_[a-z_]+"/g))].map((code) => code.slice(1, -1));
  assert.ok(codes.length > 10);
  for (const words of [studioEn, studioFr]) {
    for (const code of codes) {
      const said = code.startsWith("value_") ? words.faults[code] : words.files[code];
      assert.ok(said?.length > 10, code);
    }
  }
  for (const group of ["files", "faults", "broken", "because", "example"]) assert.deepEqual(Object.keys(studioFr[group]).sort(), Object.keys(studioEn[group]).sort(), group);
});

/** The words that a source's templates write out: text between tags, and attributes that are read out. */
function written(text) {
  const shown = [];
  const walk = (node) => {
    if (typeof node !== "object" || node === null) return;
    if (node.type === "TaggedTemplateExpression" && ["html", "svg"].includes(node.tag.name)) {
      // What is inserted is no text of the template; it is walked like the rest.
      const markup = node.quasi.quasis.map(({ value }) => value.cooked).join("\0");
      for (const [, words] of markup.matchAll(/(?:^|>)([^<>]*)(?=<|$)/g)) shown.push(...words.split("\0"));
      for (const [, words] of markup.matchAll(/\s(?:aria-label|title|alt|placeholder)=("[^"]*"|[^\s>]*)/g)) shown.push(...words.split("\0"));
    }
    for (const inside of Object.values(node)) walk(inside);
  };
  walk(parseAst(text, { lang: "ts" }));
  return shown.filter((words) => /\p{L}{2}/u.test(words)).map((words) => words.trim());
}

test("no text of the studio is hard-coded", () => {
  assert.deepEqual(written('html`<p class="a">${words.a} Hello <b title=${x}>${y ? html`<i>there</i>` : nothing}</b></p>`').sort(), ["Hello", "there"]);
  assert.deepEqual(written('html`<img alt="Lamp"><p>${a.map((b) => html`<q>${b.c}</q>`)} · ${d}</p>`'), ['"Lamp"']);
  const files = [...readdirSync(new URL("../../www/src/studio/", import.meta.url)).map((name) => `www/src/studio/${name}`), "www/src/pages/studio.ts"];
  assert.ok(files.length > 8);
  for (const file of files) assert.deepEqual(written(source(file)), [], file);
});

test("the ids of a text are those of its list, also of one that is not in force", () => {
  assert.deepEqual(ids('[{ "id": "cap", "type": "nothing" }, { "type": "cap" }, { "id": 3 }, null, "x", { "id": "cap-2" }]'), ["cap", "cap-2"]);
  for (const text of ["", "[", "{}", '{ "id": "cap" }']) assert.deepEqual(ids(text), []);
});
