// The guides in French say what the English ones say, as far as a program can tell: the same code, the same
// structure line by line, links to the same places; and French typography.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { posix } from "node:path";
import { test } from "node:test";

import { TRANSLATED } from "../../site/pages.mjs";
import { read, ROOT } from "./support/snippets.mjs";

const BLOCK = /^```[^\n]*\n[^]*?^```$/gm;
const SPAN = /`[^`\n]+`/g;

const codeOf = (markdown) => markdown.match(BLOCK) ?? [];
const proseOf = (markdown) => markdown.replaceAll(BLOCK, "```");
const spansOf = (markdown) => (proseOf(markdown).match(SPAN) ?? []).sort();

/** What each line is: a heading of a level, a row of so many cells, an item of a list, a sentence. */
function shapeOf(markdown) {
  return proseOf(markdown).split("\n").map((line) => {
    const [mark] = line.match(/^(?:#+|- |\d+\. |```|\|)/) ?? [];
    if (mark === "|") return `${line.split("|").length - 2} cells`;
    return mark ?? (line === "" ? "" : "text");
  });
}

/** Where the links lead, whatever the language; a heading of a translated page has another name there. */
function targetsOf(page, markdown) {
  return [...proseOf(markdown).matchAll(/\]\(([^)\s]+)\)|<(https?:[^>]+)>/g)].map(([, link, address]) => {
    if (address || /^[a-z]+:/.test(link)) return address ?? link;
    const [path, anchor] = link.split("#");
    const file = path ? posix.join(posix.dirname(page), path) : page;
    const name = file.replace(/^docs\/(fr\/)?/, "");
    if (TRANSLATED.includes(name)) return anchor === undefined ? name : `${name}#`;
    return anchor === undefined ? file : `${file}#${anchor}`;
  });
}

/** What is set as French does not: spaces that may break a line, or that are missing, at the marks that want one. */
function slipsOf(markdown) {
  const text = proseOf(markdown).replaceAll(SPAN, "x").replaceAll(/\]\([^)]*\)|<http[^>]*>/g, "]");
  return text.split("\n").filter((line) => / [:;!?»%]|«[^\u00a0]|[^\u00a0]»|[^\u00a0\s|-]:|[^\u202f][;!?%]|’/.test(line));
}

/** What differs between an English page and its twin. */
function differences(page, english, french) {
  const twin = page.replace("docs/", "docs/fr/");
  const pairs = { code: codeOf, structure: shapeOf, spans: spansOf };
  const found = Object.entries(pairs).filter(([, of]) => JSON.stringify(of(english)) !== JSON.stringify(of(french))).map(([name]) => name);
  const links = [targetsOf(page, english), targetsOf(twin, french)].map((targets) => targets.sort().join("\n"));
  return [...found, ...(links[0] === links[1] ? [] : ["links"]), ...(slipsOf(french).length > 0 ? ["typography"] : [])];
}

test("every guide has a twin in French, and every page in French is the twin of one", () => {
  const guides = readdirSync(`${ROOT}docs/guides`).map((name) => `guides/${name}`);
  assert.deepEqual([...TRANSLATED].sort(), ["README.md", ...guides].sort());
  const french = readdirSync(`${ROOT}docs/fr`, { recursive: true }).filter((name) => name.endsWith(".md"));
  assert.deepEqual(french.sort(), [...TRANSLATED].sort());
});

for (const name of TRANSLATED) {
  const [page, twin] = [`docs/${name}`, `docs/fr/${name}`];
  test(`${twin} has the code, the structure and the links of ${page}`, () => {
    const [english, french] = [read(page), read(twin)];
    assert.deepEqual(codeOf(french), codeOf(english), "blocks of code");
    assert.deepEqual(shapeOf(french), shapeOf(english), "headings, rows, items and sentences, line by line; a block is one line");
    assert.deepEqual(spansOf(french), spansOf(english), "code within sentences");
    assert.deepEqual(targetsOf(twin, french).sort(), targetsOf(page, english).sort(), "links");
    assert.deepEqual(slipsOf(french), [], "no-break spaces: U+00A0 before a colon and inside guillemets, U+202F before ; ! ? and %; the apostrophe is '");
  });
}

test("a page that is no longer the twin of the other would be noticed", () => {
  const english = "# One\n\n[Two](ga4-shop.md#h), [three](../RULES.md): `x`.\n\n```js\n1; // one\n```\n\n| a | b |\n|---|---|\n";
  const french = "# Un\n\n[Deux](ga4-shop.md#i), [trois](../../RULES.md)\u00a0: `x`.\n\n```js\n1; // one\n```\n\n| a | b |\n|---|---|\n";
  const found = (from, to) => differences("docs/guides/one.md", english, french.replace(from, to));
  assert.deepEqual(found("", ""), []);
  assert.deepEqual(found("// one", "// un"), ["code"]);
  assert.deepEqual(found("# Un", "## Un"), ["structure"]);
  assert.deepEqual(found("| a | b |", "| a |"), ["structure"]);
  assert.deepEqual(found("`x`", "`y`"), ["spans"]);
  assert.deepEqual(found("ga4-shop.md#i", "ga4-shop.md"), ["links"]);
  assert.deepEqual(found("../../RULES", "../RULES"), ["links"]);
  assert.deepEqual(found("\u00a0:", " :"), ["typography"]);
});
