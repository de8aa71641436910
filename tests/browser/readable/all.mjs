// Everything that is looked at and worked in each engine, in one process: `node --test tests/browser/readable/all.mjs`.

import { readdirSync } from "node:fs";

const here = new URL(".", import.meta.url);
for (const file of readdirSync(here).filter((name) => name.endsWith(".test.mjs")).sort()) await import(new URL(file, here).href);
