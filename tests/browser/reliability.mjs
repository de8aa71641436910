/**
 * Writes docs/RELIABILITY.md from the faults that the tests declare: `node tests/browser/reliability.mjs`.
 */

import { writeFileSync } from "node:fs";

process.env.FLANEUR_CATALOGUE = "1";
const { ENGINES, catalogue } = await import("./support/fault.mjs");
await import("./faults/all.mjs");

const NAMES = { chromium: "Chromium", firefox: "Firefox", webkit: "WebKitGTK" };
export const PLACE = new URL("../../docs/RELIABILITY.md", import.meta.url);

/** The document, from what the tests declare. */
export function reliability() {
  const rows = catalogue.map(({ name, injected, expected, engines, elsewhere }) => {
    const where = engines.map((engine) => NAMES[engine]).join(", ") + (elsewhere ? `; ${elsewhere}` : "");
    return `| ${[name, injected, expected, where].map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  });
  return `# Reliability

Every fault that the tests inject into real browsers, how, and what must hold.
This page is made from the tests: \`node tests/browser/reliability.mjs\` writes it, and \`tests/js/reliability.test.mjs\` fails when the two differ.
\`cargo xtask test --only browser\` injects all of them in ${ENGINES.map((engine) => NAMES[engine]).join(", ")}; \`--engines\` chooses.
One file alone, after \`cargo xtask build\`: \`FLANEUR_ENGINE=webkit node --test tests/browser/faults/tabs.test.mjs\`; \`FLANEUR_PATIENCE=4\` multiplies the time-outs, and the milliseconds within which something must hold, for a busy machine.
The command itself sets it to 2, as it looks at the demo's pages beside the faults; a file alone holds the milliseconds as they stand here.

In each of them no exception and no unhandled rejection reaches the page: the harness collects both and fails the fault.
The engines are those of the machine that runs the tests: Debian's Chromium, Firefox ESR and WebKitGTK.
WebKitGTK stands for the webviews of Apple's systems and is not them: their memory limits, their suspension of apps and their seven-day eviction are not shown here.
A killed browser leaves the kernel's page cache, so nothing here speaks of a power cut.

| fault | injected | must hold | held in |
|---|---|---|---|
${rows.join("\n")}

## Bytes from outside

\`fuzz/run.sh 3600\` fuzzes what decodes packs, records, events, rules and exports, an hour each, with the stable compiler; \`fuzz/run.sh 60 pack\` one of them for a minute.
Each target checks that its input is read or refused in so many words, and that what was read can be written and read again.
What was run, for how long, and with how many inputs, is in [fuzz/runs.tsv](../fuzz/runs.tsv); inputs that failed are kept in \`tests/regressions\` and replayed by \`cargo test --test regressions\`.
`;
}

if (process.argv[1] === new URL(import.meta.url).pathname) writeFileSync(PLACE, reliability());
