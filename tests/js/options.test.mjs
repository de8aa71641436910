// The integration guide has every option and call: each field of what the shop gives, as the types have it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { GA4 } from "../../pkg/dist/foreign.js";
import { read } from "./support/snippets.mjs";

const GUIDE = read("docs/INTEGRATION.md");

/** The names of the fields of an interface; those of fields within fields are not among them. */
function fieldsOf(file, name) {
  const [, body] = read(file).match(new RegExp(`^export interface ${name}\\b[^{]*\\{\\n([^]*?)\\n\\}`, "m")) ?? [];
  assert.ok(body, `${name} is in ${file}`);
  return [...body.matchAll(/^ {2}(?:readonly )?(\w+)\??[:(]/gm)].map(([, field]) => field);
}
/** Those that no code of the guide names, within a sentence, a table or a block. */
function unnamed(names, guide = GUIDE) {
  const code = [...guide.matchAll(/^```[^\n]*\n[^]*?^```$|`[^`\n]+`/gm)].map(([text]) => text).join("\n");
  return names.filter((name) => !new RegExp(`\\b${name}\\b`).test(code));
}

for (const [file, name] of [
  ["pkg/src/types.ts", "OpenOptions"],
  ["pkg/src/types.ts", "RankRequest"],
  ["pkg/src/types.ts", "Flaneur"],
  ["pkg/src/types/decide.ts", "DecideRequest"],
  ["pkg/src/connect/arrange.ts", "ArrangeOptions"],
  ["pkg/src/connect/page.ts", "ConnectOptions"],
  ["pkg/src/elements/base.ts", "ElementsOptions"],
  ["pkg/src/worker/types.ts", "WorkerOptions"],
]) {
  test(`docs/INTEGRATION.md names every field of ${name}`, () => assert.deepEqual(unnamed(fieldsOf(file, name)), []));
}

for (const entry of ["flaneur", "flaneur/consent", "flaneur/connect", "flaneur/elements", "flaneur/react", "flaneur/vue", "flaneur/worker"]) {
  test(`docs/INTEGRATION.md names everything that ${entry} gives`, async () => assert.deepEqual(unnamed(Object.keys(await import(entry))), []));
}

test("docs/INTEGRATION.md names every element with its attributes, parts, slots, events and custom properties", () => {
  const files = ["centre", "dial", "inspector", "leaves", "order", "shelf", "why", "base"].map((name) => [name, read(`pkg/src/elements/${name}.ts`)]);
  const [, section] = GUIDE.match(/^## Elements\n([^]*?)^## /m);
  const all = (text, pattern) => [...text.matchAll(pattern)].flatMap(([, found]) => found.split(" "));
  for (const [name, code] of files) {
    const [, properties] = code.match(/static override properties[^=]*= (\{[^]*?\n? *\});/) ?? [, ""];
    const own = [...properties.matchAll(/(\w+): \{([^}]*)\}/g)].filter(([, , how]) => !how.includes("state: true"));
    const attributes = own.map(([, property, how]) => how.match(/attribute: "([^"]+)"/)?.[1] ?? property);
    const more = [...all(code, /\bpart="([^"$]+)"/g), ...all(code, /new CustomEvent\("([^"]+)"/g), ...all(code, /var\((--flaneur-\w+)/g)];
    assert.deepEqual(unnamed([...attributes, ...more], section).filter((each) => !section.includes(`\`${each}\``)), [], name);
  }
});

test("every event of GA4 that is understood is in its guide, in both languages", () => {
  const ga4 = [...GA4.keys()];
  assert.ok(ga4.length >= 10, ga4.join());
  for (const page of ["docs/guides/ga4-shop.md", "docs/fr/guides/ga4-shop.md"]) assert.deepEqual(unnamed(ga4, read(page)), [], page);
});

test("a field that is missing would be noticed", () => {
  assert.deepEqual(unnamed(["slot", "size"], "`slot` and size\n\n```js\nslots;\n```\n"), ["size"]);
});
