// Keeps the rows of a log before a moment, so that a pack can be built without looking ahead.
//
//   node tests/replay/split.mjs --events log.csv.gz --until 2011-11-01 --out /tmp/before.csv.gz
//
// The log is CSV with a header and a column `ts` (seconds since 1970), sorted by it or not.

import { createReadStream, createWriteStream } from "node:fs";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import { createGunzip, createGzip } from "node:zlib";

import { secondsOf } from "./log.mjs";

const HELP = `Keeps the rows of a log before a moment.

Usage: node tests/replay/split.mjs --events FILE.csv.gz --until DATE --out FILE.csv.gz`;

const { values } = parseArgs({
  options: {
    events: { type: "string" },
    until: { type: "string" },
    out: { type: "string" },
    help: { type: "boolean", short: "h" },
  },
});
if (values.help || !values.events || !values.until || !values.out) {
  console.log(HELP);
  process.exit(values.help ? 0 : 2);
}

const until = secondsOf(values.until);
let kept = 0;
let left = 0;

async function* rows() {
  const source = createReadStream(values.events);
  const lines = createInterface({ input: values.events.endsWith(".gz") ? source.pipe(createGunzip()) : source });
  let at = -1;
  for await (const line of lines) {
    if (at < 0) {
      at = line.split(",").indexOf("ts");
      if (at < 0) throw new Error(`${values.events} has no column ts; its header reads: ${line}`);
      yield `${line}\n`;
    } else if (Number(line.split(",")[at]) < until) {
      kept++;
      yield `${line}\n`;
    } else {
      left++;
    }
  }
}

const pack = values.out.endsWith(".gz") ? [createGzip({ level: 4 })] : [];
await pipeline(Readable.from(rows()), ...pack, createWriteStream(values.out));
console.log(`${kept} rows before ${values.until}, ${left} left out: ${values.out}`);
