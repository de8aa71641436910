/** An invented shop of any size, packed by `flaneur pack`. */

import { execFile } from "node:child_process";
import { createWriteStream, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

/** Change this number when what is invented changes. */
const RECIPE = 1;
/** Items of one department; their ids are `item-0`, `item-1` and so on. */
const SHELF = 100;
/** Seconds between two visits, and over all of them at most. */
const EVERY = 180;
const SPAN = 21_600_000;

/** The pack of a shop of so many items, made once, with full lists of neighbours; its file's name. */
export async function packOf(items, folder, flaneur) {
  const name = `shop-${items}-${RECIPE}.flaneur`;
  if (existsSync(join(folder, name))) return name;
  mkdirSync(folder, { recursive: true });
  const [feed, log, part] = ["items.csv", "events.csv", "part"].map((end) => join(folder, `${items}-${end}`));
  await written(feed, feedOf(items));
  await written(log, logOf(items));
  const sizes = ["--dims", "32", "--neighbours", "20", "--next", "10", "--min-support", "1"];
  await promisify(execFile)(flaneur, ["pack", "--items", feed, "--events", log, "--default-weights", ...sizes, "--out", part]);
  for (const file of [feed, log]) rmSync(file);
  renameSync(part, join(folder, name));
  return name;
}

async function written(file, lines) {
  const stream = createWriteStream(file);
  for (const line of lines) if (!stream.write(`${line}\n`)) await new Promise((resolve) => stream.once("drain", resolve));
  await new Promise((resolve, reject) => stream.on("error", reject).end(resolve));
}

function generator() {
  let state = 1;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >> 8) % below;
  };
}

/** Twenty departments with twelve brands each. */
function* feedOf(count) {
  const random = generator();
  yield "id,title,brand,category,price,tags";
  for (let i = 0; i < count; i++) {
    const department = Math.floor(i / SHELF) % 20;
    yield `item-${i},department ${department} thing ${i},brand-${department}-${random(12)},department-${department},${5 + random(200)},tag-${random(30)}`;
  }
}

/** Four visits for each item, and 20,000 at least, each mostly within one shelf. */
function* logOf(count) {
  const random = generator();
  yield "session,user,item,ts,type";
  const visits = Math.max(20_000, 4 * count);
  for (let visit = 0; visit < visits; visit++) {
    const from = Math.floor(random(count) / SHELF) * SHELF;
    const start = 1_760_000_000 + Math.floor(visit * Math.min(EVERY, SPAN / visits));
    for (let line = 0; line < 3 + random(6); line++) {
      const item = random(10) < 8 ? from + Math.min(random(SHELF), random(SHELF)) : random(count);
      yield `visit-${visit},user-${random(5000)},item-${Math.min(item, count - 1)},${start + line * 30},view_item`;
    }
  }
}
