// Work of the demo shop that is asked for while it runs: it runs once more, after what asked for it, and never twice at once.

import assert from "node:assert/strict";
import { test } from "node:test";

import { pageModules } from "./support/page.mjs";

const [{ again }] = await pageModules("again.ts");

test("what changes while it is read is read again, once for all that changed", async () => {
  let state = 0;
  const seen = [];
  let reading = 0;
  const read = again(async () => {
    assert.equal(++reading, 1, "one at a time");
    const found = state;
    await new Promise((resolve) => setTimeout(resolve, 5));
    seen.push(found);
    reading--;
  });
  const all = [read()];
  for (state = 1; state < 4; state++) {
    await Promise.resolve();
    all.push(read());
  }
  await Promise.all(all);
  assert.deepEqual(seen, [0, 4]);
  await read();
  assert.deepEqual(seen, [0, 4, 4]);
});

test("work that fails can be asked for again", async () => {
  let fails = true;
  let done = 0;
  const work = again(async () => {
    if (fails) throw new Error("no");
    done++;
  });
  await assert.rejects(work(), /no/);
  fails = false;
  await work();
  assert.equal(done, 1);
});
