// Every link of the documentation leads somewhere: to a file of the repository, and to a heading that is there.

import assert from "node:assert/strict";
import { existsSync, readdirSync, statSync } from "node:fs";
import { posix } from "node:path";
import { test } from "node:test";

import { PAGES, TRANSLATED, decisions, oneTitle, slugify, termsOf } from "../../site/pages.mjs";
import { pages, read, ROOT } from "./support/snippets.mjs";

const withoutCode = (markdown) => markdown.replaceAll(/^```[^]*?^```$/gm, "");

/** The anchors of a page; a heading that stands twice gets a number. */
function anchorsOf(markdown) {
  const seen = new Map();
  return new Set(
    [...withoutCode(markdown).matchAll(/^#{1,6} +(.+)$/gm)].map(([, heading]) => {
      const slug = slugify(heading.replaceAll("`", "").replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1"));
      const times = seen.get(slug) ?? 0;
      seen.set(slug, times + 1);
      return times === 0 ? slug : `${slug}-${times}`;
    }),
  );
}

/** What is wrong with the links of a page. */
function deadLinks(page, markdown = read(page)) {
  return [...withoutCode(markdown).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link]) => {
    if (/^[a-z]+:/.test(link)) return [];
    const [path, anchor] = link.split("#");
    const file = path === "" ? page : posix.join(posix.dirname(page), decodeURIComponent(path));
    if (!existsSync(ROOT + file)) return [`${page}: no ${link}`];
    if (!anchor || statSync(ROOT + file).isDirectory()) return [];
    return file.endsWith(".md") && !anchorsOf(read(file)).has(anchor) ? [`${page}: no heading ${link}`] : [];
  });
}

test("every link between the pages leads to a file and a heading", () => {
  const all = pages();
  assert.ok(all.length >= 30, `${all.length} pages`);
  assert.deepEqual(all.flatMap((page) => deadLinks(page)), []);
});

test("every page of docs has its place in the site, and every place its page", () => {
  const found = readdirSync(`${ROOT}docs`, { recursive: true }).filter((name) => name.endsWith(".md")).sort();
  const placed = new Set([...TRANSLATED, ...TRANSLATED.map((name) => `fr/${name}`), ...PAGES, ...decisions()]);
  assert.deepEqual([...placed].sort(), found);
});

test("a link to a file or a heading that is not there would be noticed", () => {
  const text = "[1](docs/RULES.md) [2](nowhere.md) [3](docs/RULES.md#quota-or-floor) [4](docs/RULES.md#neither)";
  assert.deepEqual(deadLinks("README.md", text), ["README.md: no nowhere.md", "README.md: no heading docs/RULES.md#neither"]);
});

test("a page has one title: what a comment sets as another stands below the name that it is about", () => {
  const page = ["# flaneur", "## Interfaces", "### open()", "```ts", "# no heading", "```", "# Errors", "text", "#### Returns", "# Errors", "## Types"];
  const levels = ["# flaneur", "## Interfaces", "### open()", "```ts", "# no heading", "```", "#### Errors", "text", "#### Returns", "##### Errors", "## Types"];
  assert.equal(oneTitle(page.join("\n")), levels.join("\n"));
});

test("a word is found with its accents and without them, by a function that a browser can be given as text", () => {
  const given = new Function(`return ${termsOf}`)();
  assert.deepEqual(["Étagère", "rank"].map(given), [["étagère", "etagere"], ["rank"]]);
});
