/** "Would the plain order have done better for me?", through the real engine. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { open } from "../../pkg/dist/embedded.js";
import { GRANTED, ITEMS, freshShop } from "./support/shop.mjs";

const DAY = 86_400_000;

function openShop(options = {}) {
  return open({ shop: freshShop(), catalog: ITEMS, consent: GRANTED, storage: "memory", seed: 1, ...options });
}

/** A log of so many seen places: drawn with one half, the plain order's every other time. */
function log(places, isChosen) {
  const events = [];
  for (let i = 0; i < places; i++) {
    const at = Date.now() - DAY + i * 1000;
    const shown = [{ item: "lamp-0", position: 3, propensity: 0.5, score: 1, discovery: true, plain: i % 2 === 0 }];
    events.push({ id: `seen-${i}`, type: "impression", at, slot: "home", slate: `s${i}`, shown });
    if (isChosen(i)) {
      events.push({ id: `click-${i}`, type: "select_item", at: at + 1, slate: `s${i}`, lines: [{ item: "lamp-0" }] });
    }
  }
  return { flaneur: 1, events };
}

test("the plain order is preferred when its places were chosen, and the figures are those of the formula", async () => {
  const shop = await openShop();
  // Of 200 plain places every other is chosen, of the 200 others none: rates 1/2 and, as served, 1/4.
  const report = await shop.profile.import(log(400, (i) => i % 4 === 0));
  assert.deepEqual(report.refused, []);
  const found = shop.profile.replay();
  assert.deepEqual(
    { verdict: found.verdict, places: found.places, choices: found.choices, effective: found.effective },
    { verdict: "plain", places: 400, choices: 100, effective: 200 },
  );
  assert.ok(Math.abs(found.plain.value - 0.5) < 1e-12);
  assert.ok(Math.abs(found.served.value - 0.25) < 1e-12);
  assert.ok(Math.abs(found.difference.value - 0.25) < 1e-12);
  assert.ok(found.difference.low > 0 && found.difference.low < 0.25 && found.difference.high < 0.35);
  await shop.close();
});

test("the record on the device keeps what the replay needs", async () => {
  const shop = await openShop();
  await shop.profile.import(log(100, (i) => i % 3 === 0));
  const kept = JSON.parse(await (await shop.profile.export()).text());
  assert.equal(kept.events[0].shown[0].plain, true);
  const other = await openShop();
  await other.profile.import(kept);
  assert.deepEqual(other.profile.replay(), shop.profile.replay());
  await Promise.all([shop.close(), other.close()]);
});

test("little evidence is said to be little", async () => {
  const shop = await openShop();
  assert.equal(shop.profile.replay().verdict, "not_enough_evidence");
  await shop.profile.import(log(20, () => true));
  const { verdict, choices } = shop.profile.replay();
  assert.deepEqual({ verdict, choices }, { verdict: "not_enough_evidence", choices: 20 });
  await shop.close();
  assert.equal(shop.profile.replay().verdict, "not_enough_evidence");
});
