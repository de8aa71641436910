import "./support/database.mjs";
import assert from "node:assert/strict";
import { test } from "node:test";
import { IDS, idsOf } from "./support/shop.mjs";
import { openNear } from "./support/worker.mjs";

test("it ranks in a worker, and what was learnt survives its replacement and that one's", async () => {
  const { shop, workers, kill } = await openNear();
  assert.equal(shop.status.thread, "worker");
  await shop.observe({ type: "dismiss", item: "rug-0" });
  for (const thread of ["worker", "page"]) {
    kill();
    const ids = idsOf(await shop.rank({ slot: "home", size: IDS.length }));
    assert.deepEqual([shop.status.thread, ids.length, ids.includes("rug-0")], [thread, IDS.length - 1, false]);
  }
  assert.deepEqual(workers.map(({ terminated }) => terminated), [true, true]);
  await shop.close();
});
