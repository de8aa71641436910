// Every fault, in one process and one browser: `node --test tests/browser/faults/all.mjs`.

import { readdirSync } from "node:fs";

const here = new URL(".", import.meta.url);
for (const file of readdirSync(here).filter((name) => name.endsWith(".test.mjs")).sort()) await import(new URL(file, here).href);
