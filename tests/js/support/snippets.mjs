/**
 * The blocks of the documentation, and how each is run.
 *
 * A block is named by its page and the heading it stands under: `README.md#twenty-lines`, with `-2` for the
 * second under the same heading. What is not named below is run as it is: `js` and `ts` as a program of
 * Node.js and in front of the type checker, `json` as rules in front of the engine. `html`, `jsx` and `vue`
 * are pieces of a page, and run in Chromium on the stage that they name (`tests/browser/snippets/stages.mjs`).
 */

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

export const read = (path) => readFileSync(`${ROOT}${path}`, "utf8");

/** Languages that nobody runs: commands, answers and formulas, and drawings. */
const PROSE = ["text", "mermaid"];
const PROGRAMS = ["js", "ts"];
const PIECES = ["html", "jsx", "vue", "js", "ts"];

/** Blocks that run on a page of a browser, by the stage that has what they need around them. */
export const STAGES = {
  "README.md#twenty-lines-2": "queue",
  "docs/INTEGRATION.md#elements": "elements",
  "docs/INTEGRATION.md#react-and-vue": "react",
  "docs/INTEGRATION.md#react-and-vue-2": "vue",
  "docs/guides/ga4-shop.md#what-is-added": "consented",
  "docs/guides/quick-start.md#a-plain-page": "plain",
  "docs/guides/quick-start.md#vite-webpack-rollup-esbuild-parcel": "bundled",
};

/** Blocks that are files which another test runs: the two may not differ, but for lines "for the test". */
export const FILES = {
  "docs/guides/quick-start.md#a-plain-page-another-server-integrity": "tests/packaging/consumers/cdn/build.js",
  "docs/guides/quick-start.md#a-plain-page-another-server-integrity-2": "tests/packaging/consumers/cdn/main.js",
  "docs/guides/quick-start.md#next": "tests/packaging/consumers/next/app/page.jsx",
  "docs/guides/quick-start.md#next-2": "tests/packaging/consumers/next/app/shelf.jsx",
  "docs/WEBVIEWS.md#what-is-different-in-an-app": "tests/browser/pages/webview/app.js",
  "docs/WEBVIEWS.md#a-profile-that-the-app-keeps": "tests/browser/pages/webview/keep.js",
  "docs/WEBVIEWS.md#react-native-webview": "tests/browser/pages/webview/react-native.js",
};

/** Blocks that nothing can run, each with the reason. Keep it empty. */
export const NOT_RUN = {};

/** The pages of documentation: those of the root and all below docs. */
export function pages() {
  const below = readdirSync(`${ROOT}docs`, { recursive: true }).map((name) => `docs/${name}`);
  return [...readdirSync(ROOT), ...below].filter((name) => name.endsWith(".md") && !name.includes("node_modules")).sort();
}

/** Every block of a page that is a program, a piece of one, or rules. */
export function blocksOf(page, markdown = read(page)) {
  const found = [];
  const seen = new Map();
  for (const match of markdown.matchAll(/^## +(.+)$|^### +(.+)$|^```([^\n]*)\n([^]*?)^```$/gm)) {
    const [, , , language, code] = match;
    if (language === undefined) {
      seen.heading = slug(match[1] ?? match[2]);
      continue;
    }
    if (PROSE.includes(language)) continue;
    const place = `${page}#${seen.heading ?? ""}`;
    const times = (seen.get(place) ?? 0) + 1;
    seen.set(place, times);
    const name = times === 1 ? place : `${place}-${times}`;
    found.push({ name, page, language, code, line: markdown.slice(0, match.index).split("\n").length });
  }
  return found;
}

/** The blocks of all pages; those in French are the English ones, byte for byte (`french.test.mjs`). */
export const blocks = () => pages().filter((page) => !page.startsWith("docs/fr/")).flatMap((page) => blocksOf(page));

/** How a block is run: `program`, `rules`, `stage`, `file` or `not`; undefined when nobody said. */
export function wayOf({ name, language }) {
  if (name in NOT_RUN) return "not";
  if (name in FILES) return "file";
  if (name in STAGES) return PIECES.includes(language) ? "stage" : undefined;
  if (PROGRAMS.includes(language)) return "program";
  return language === "json" ? "rules" : undefined;
}

function slug(heading) {
  return heading.toLowerCase().replace(/[^\p{L}\p{N} -]/gu, "").trim().replaceAll(" ", "-");
}
