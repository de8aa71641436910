/** The pages of the site: which of docs/ it has, in which order, and where a copy of them is made. */

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const ROOT = new URL("../", import.meta.url);
const DOCS = new URL("docs/", ROOT);
/** Where the pages lie that VitePress reads. */
export const PLACE = new URL("target/site/pages/", ROOT);

/** Where the site lies beside the demo shop. */
export const BASE = "/docs/";

/** The guides, in the order of the sidebar. */
export const GUIDES = ["quick-start", "ga4-shop", "rule-cookbook", "how-it-decides", "privacy-for-dpos", "from-algolia-recommend", "from-recombee", "comparison"].map((name) => `guides/${name}.md`);

/** The pages that exist in French too, below docs/fr. */
export const TRANSLATED = ["README.md", ...GUIDES, ...["INTEGRATION", "RULES", "WEBVIEWS", "PRIVACY", "AGGREGATION", "PACK"].map((name) => `${name}.md`)];

/** The other pages, in the order of the sidebar. */
export const PAGES = ["INTEGRATION", "RULES", "WEBVIEWS", "PRIVACY", "AGGREGATION", "PACK", "ARCHITECTURE", "ALGORITHMS", "EVALUATE", "RESULTS", "SIMULATE", "PERFORMANCE", "SCALE", "RELIABILITY", "PACKAGING"].map((name) => `${name}.md`);

export const decisions = () => readdirSync(new URL("decisions/", DOCS)).sort().map((name) => `decisions/${name}`);

/** The reference's pages, one per entry of the package. */
export function referencePages() {
  const place = new URL("reference/", PLACE);
  return ["reference/index.md", ...readdirSync(place, { recursive: true }).filter((name) => name.endsWith(".md") && name !== "index.md").sort().map((name) => `reference/${name}`)];
}

/** The anchor of a heading, as the repository's host makes it, so that one link works in both places: without no-break spaces. */
export function slugify(heading) {
  return heading.trim().toLowerCase().replace(/[^\p{L}\p{N}\p{M} _-]/gu, "").replaceAll(" ", "-");
}

/** A page with one heading of the first level: what a comment in the code sets as one stands below the name that it is about. */
export function oneTitle(page) {
  let level = 0;
  let isCode = false;
  return page.replaceAll(/^(?:```|(#+) ).*$/gm, (line, marks) => {
    if (!marks) isCode = !isCode;
    if (!marks || isCode) return line;
    if (marks !== "#" || level === 0) level = marks.length;
    else return `${"#".repeat(Math.min(level, 5))}${line}`;
    return line;
  });
}

/** What is found of a word: the word, and the word without accents, as it is often typed. It goes to the browser, so it names nothing outside. */
export const termsOf = (word) => [...new Set([word.toLowerCase(), word.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "")])];

/** Copies docs/, each README.md as the index.md of its folder; links to what is not among the pages go to the repository. Fails for a page without a place. */
export function copyPages() {
  const placed = new Set([...TRANSLATED, ...TRANSLATED.map((name) => `fr/${name}`), ...PAGES, ...decisions()]);
  const found = readdirSync(DOCS, { recursive: true }).filter((name) => name.endsWith(".md"));
  const lost = found.filter((name) => !placed.has(name));
  if (lost.length > 0) throw new Error(`docs/${lost[0]} has no place in the sidebar; expected its name in site/pages.mjs`);
  rmSync(PLACE, { recursive: true, force: true });
  mkdirSync(PLACE, { recursive: true });
  cpSync(DOCS, PLACE, { recursive: true });
  cpSync(new URL("www/public/icon.svg", ROOT), new URL("public/icon.svg", PLACE));
  const { repository } = JSON.parse(readFileSync(new URL("pkg/package.json", ROOT), "utf8"));
  const home = `${repository.url.replace(/^git\+|\.git$/g, "")}/blob/main/`;
  for (const name of found) {
    const page = new URL(name, PLACE);
    const here = new URL(name, DOCS);
    // Drawings stay text: what draws them weighs more than the rest of the site.
    const text = readFileSync(page, "utf8").replaceAll(/^```mermaid$/gm, "```text").replaceAll(/\]\(([^)#\s]+)((?:#[^)\s]*)?)\)/g, (link, path, anchor) => {
      if (/^[a-z]+:/.test(path)) return link;
      const target = new URL(path, here);
      if (target.href.startsWith(DOCS.href)) return `](${path.replace(/(^|\/)README\.md$/, "$1index.md")}${anchor})`;
      if (!target.href.startsWith(ROOT.href)) return link;
      if (!existsSync(target)) throw new Error(`docs/${name} links to ${path}, which is not in the repository`);
      return `](${home}${target.href.slice(ROOT.href.length)}${anchor})`;
    });
    rmSync(page);
    writeFileSync(new URL(name.replace(/README\.md$/, "index.md"), PLACE), text);
  }
}

export const pathOf = (url) => fileURLToPath(url);
