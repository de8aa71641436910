// The pages in French say what the English ones say, as far as a program can tell: the same code, the same
// structure line by line, links to the same places, in French where there is a page; and French typography.

import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { posix } from "node:path";
import { test } from "node:test";

import { GUIDES, PAGES, TRANSLATED, slugify } from "../../site/pages.mjs";
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

/** The links of a page within the repository: the file and the heading of each. */
function linksOf(page, markdown) {
  const links = [...proseOf(markdown).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link).filter((link) => !/^[a-z]+:/.test(link));
  return links.map((link) => {
    const [path, anchor] = link.split("#");
    return { file: path ? posix.join(posix.dirname(page), path) : page, anchor };
  });
}

const nameOf = (file) => file.replace(/^docs\/(fr\/)?/, "");

/** Which of a page's headings this is; it has another name in the twin, and the same place. */
function placeOf(file, anchor) {
  const headings = existsSync(ROOT + file) ? proseOf(read(file)).match(/^#+ .+$/gm) : [];
  return headings.findIndex((heading) => slugify(heading.replaceAll(/^#+|`/g, "")) === anchor);
}

/** Where the links lead, whatever the language. */
function targetsOf(page, markdown) {
  const addresses = [...proseOf(markdown).matchAll(/\]\(([a-z]+:[^)\s]+)\)|<(https?:[^>]+)>/g)].map(([, link, address]) => link ?? address);
  const places = linksOf(page, markdown).map(({ file, anchor }) => {
    const name = nameOf(file);
    if (TRANSLATED.includes(name)) return anchor === undefined ? name : `${name}#${placeOf(file, anchor)}`;
    return anchor === undefined ? file : `${file}#${anchor}`;
  });
  return [...addresses, ...places];
}

/** The links of a page in French that lead to English where there is French, but for the one to its own twin. */
function straysOf(twin, markdown) {
  const files = linksOf(twin, markdown).map(({ file }) => file);
  return files.filter((file) => file.startsWith("docs/") && !file.startsWith("docs/fr/") && TRANSLATED.includes(nameOf(file)) && nameOf(file) !== nameOf(twin));
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
  const slips = { links: links[0] !== links[1], strays: straysOf(twin, french).length > 0, typography: slipsOf(french).length > 0 };
  return [...found, ...Object.keys(slips).filter((name) => slips[name])];
}

/** What of the lists of pages does not fit the files: a page in French without a twin, a guide without French, a page that is named and is not there. */
function misfits(translated, english, french) {
  const alone = french.filter((name) => !english.includes(name)).map((name) => `${name} is the twin of no page`);
  const wanted = ["README.md", ...english.filter((name) => name.startsWith("guides/"))].filter((name) => !translated.includes(name)).map((name) => `${name} is not in TRANSLATED`);
  const unnamed = french.filter((name) => !translated.includes(name)).map((name) => `fr/${name} is not in TRANSLATED`);
  const missing = translated.filter((name) => !french.includes(name)).map((name) => `no fr/${name}`);
  return [...alone, ...wanted, ...unnamed, ...missing];
}

const markdownOf = (folder) => readdirSync(ROOT + folder, { recursive: true }).filter((name) => name.endsWith(".md"));

test("every guide has a twin in French, and every page in French is the twin of one", () => {
  const english = markdownOf("docs").filter((name) => !name.startsWith("fr/"));
  assert.deepEqual(misfits(TRANSLATED, english, markdownOf("docs/fr")), []);
  assert.equal(new Set(TRANSLATED).size, TRANSLATED.length);
  assert.deepEqual(TRANSLATED.filter((name) => ![...GUIDES, ...PAGES, "README.md"].includes(name)), [], "the sidebar has no place for these");
});

for (const name of TRANSLATED) {
  const [page, twin] = [`docs/${name}`, `docs/fr/${name}`];
  test(`${twin} has the code, the structure and the links of ${page}`, () => {
    const [english, french] = [read(page), read(twin)];
    assert.deepEqual(codeOf(french), codeOf(english), "blocks of code");
    assert.deepEqual(shapeOf(french), shapeOf(english), "headings, rows, items and sentences, line by line; a block is one line");
    assert.deepEqual(spansOf(french), spansOf(english), "code within sentences");
    assert.deepEqual(targetsOf(twin, french).sort(), targetsOf(page, english).sort(), "links");
    assert.deepEqual(straysOf(twin, french), [], "these pages are there in French");
    assert.deepEqual(slipsOf(french), [], "no-break spaces: U+00A0 before a colon and inside guillemets, U+202F before ; ! ? and %; the apostrophe is '");
  });
}

test("a page that is no longer the twin of the other would be noticed", () => {
  const english = "# One\n\n[Two](ga4-shop.md#what-is-added), [three](../SCALE.md): `x`.\n\n```js\n1; // one\n```\n\n| a | b |\n|---|---|\n";
  const french = "# Un\n\n[Deux](ga4-shop.md#ce-quon-ajoute), [trois](../../SCALE.md)\u00a0: `x`.\n\n```js\n1; // one\n```\n\n| a | b |\n|---|---|\n";
  const found = (from, to) => differences("docs/guides/one.md", english, french.replace(from, to));
  assert.deepEqual(found("", ""), []);
  assert.deepEqual(found("// one", "// un"), ["code"]);
  assert.deepEqual(found("# Un", "## Un"), ["structure"]);
  assert.deepEqual(found("| a | b |", "| a |"), ["structure"]);
  assert.deepEqual(found("`x`", "`y`"), ["spans"]);
  assert.deepEqual(found("#ce-quon-ajoute", ""), ["links"]);
  assert.deepEqual(found("#ce-quon-ajoute", "#les-rapports-de-la-boutique"), ["links"]);
  assert.deepEqual(found("../../SCALE", "../SCALE"), ["links"]);
  assert.deepEqual(found("ga4-shop.md#ce-quon-ajoute", "../../guides/ga4-shop.md#what-is-added"), ["strays"]);
  assert.deepEqual(found("\u00a0:", " :"), ["typography"]);
});

test("a page without a twin would be noticed", () => {
  const [translated, english] = [["README.md", "guides/a.md", "RULES.md"], ["README.md", "RULES.md", "SCALE.md", "guides/a.md"]];
  assert.deepEqual(misfits(translated, english, translated), []);
  assert.deepEqual(misfits(translated, english, ["README.md", "guides/a.md"]), ["no fr/RULES.md"]);
  assert.deepEqual(misfits(["README.md", "RULES.md"], english, ["README.md", "RULES.md"]), ["guides/a.md is not in TRANSLATED"]);
  assert.deepEqual(misfits(translated, english, [...translated, "SCALE.md"]), ["fr/SCALE.md is not in TRANSLATED"]);
  assert.deepEqual(misfits([...translated, "lost.md"], english, [...translated, "lost.md"]), ["lost.md is the twin of no page"]);
});
