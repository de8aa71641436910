// Asks the npm package for slates: the cases of a file in, one JSON array of lines per case out.
//
//   node --input-type=module --eval SCRIPT -- ENTRY PACK CASES [MODULE]
//
// ENTRY is the package's entry for Node.js, MODULE the compiled core when it is not the one inlined
// in the entry. Only public functions are called. Numbers are written by their bits, so equal lines
// are equal slates to the last bit.

import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [entry, packFile, casesFile, moduleFile] = process.argv.slice(1);
const { open } = await import(pathToFileURL(entry));
const catalog = new Uint8Array(await readFile(packFile));
// Compiled here, so that a module that does not compile is not silently replaced by the inlined one.
const wasm = moduleFile && (await WebAssembly.compile(await readFile(moduleFile)));

for await (const line of createInterface({ input: createReadStream(casesFile) })) {
  console.log(JSON.stringify(await slateOf(JSON.parse(line))));
}

/** The slate of a fresh device that holds the case's events. */
async function slateOf({ events, request, now }) {
  const consent = { learn: true, rank: true };
  const clock = { seed: 0, now: () => now };
  const shop = await open({ shop: "evaluate", catalog, consent, storage: "memory", ...clock, ...(wasm && { wasm }) });
  if (shop.status.engine === "passthrough") throw new Error(`the engine does not run: ${shop.status.reason}`);
  const { refused } = await shop.profile.import({ flaneur: 1, events });
  if (refused.length > 0) throw new Error(`an event was refused: ${JSON.stringify(refused[0])}`);
  // Without a moment of its own, a request would get the one of this machine's clock.
  const context = { hour: undefined, weekday: undefined, utcOffset: 0 };
  const slate = shop.rank({ ...request, context });
  await shop.close();
  return slate.items.map(({ id, score, propensity, discovery, reasons }) => {
    const terms = reasons.map(
      ({ signal, weight, value, item = "", attribute = "" }) =>
        `${signal}=${bits(weight)}*${bits(value)}@${item}#${attribute}`,
    );
    return `${id} ${bits(score)} ${bits(propensity)} ${discovery} ${terms.join(" ")}`;
  });
}

/** The bits of a number, as 16 hexadecimal digits. */
function bits(number) {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, number);
  return view.getBigUint64(0).toString(16).padStart(16, "0");
}
