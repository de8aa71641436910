/** The table of docs/PACKAGING.md, made of what the consumers declare. */

import { NAMES, rowsOf } from "./consumer.mjs";

const BEGIN = "<!-- the table of consumers: written by a test -->\n";
const END = "<!-- end of the table -->\n";
const WORDS = { file: "one wasm file", inline: "the inlined copy" };

/** The table, in Markdown. */
export function matrix() {
  const lines = NAMES.flatMap(rowsOf).map(({ setup, version, needs = "nothing", dev, build, test }) => {
    const [inDev, inBuild] = test ? [WORDS[test], "–"] : [WORDS[dev] ?? "–", WORDS[build] ?? "–"];
    return `| ${setup} | ${version ?? "–"} | ${needs} | ${inDev} | ${inBuild} |\n`;
  });
  return `| set-up | version | needs | development or test | production |\n|---|---|---|---|---|\n${lines.join("")}`;
}

/** A document with the table between its marks. */
export function replaceMatrix(text, table) {
  const from = text.indexOf(BEGIN);
  const to = text.indexOf(END);
  if (from < 0 || to < from) throw new Error(`docs/PACKAGING.md has no ${BEGIN.trim()} with its ${END.trim()}`);
  return text.slice(0, from + BEGIN.length) + table + text.slice(to);
}
