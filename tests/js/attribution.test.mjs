// Credit over touchpoints: shared on the device, from the log alone.

import assert from "node:assert/strict";
import { test } from "node:test";
import { attribute, wholeShares } from "../../pkg/dist/measure/attribution.js";
import { open } from "../../pkg/dist/embedded.js";
import { GRANTED, ITEMS, coded, freshShop } from "./support/shop.mjs";
import { DAY, START } from "./support/tasks.mjs";

const touch = (channel, day) => ({ id: `${channel}-${day}`, type: "touch", at: START + day * DAY, channel });
const purchase = (day, id = `order-${day}`) => ({ id, type: "purchase", at: START + day * DAY });
const PATH = [touch("search", 1), touch("email", 2), touch("social", 3), touch("email", 4), purchase(5)];
const creditsOf = (events, query) => Object.fromEntries(attribute(events, query).credits.map(({ channel, credit }) => [channel, credit]));

test("each model shares the credit as its name says", () => {
  assert.deepEqual(creditsOf(PATH), { email: 1000, search: 0, social: 0 });
  assert.deepEqual(creditsOf(PATH, { logic: { lastNTouch: 2 } }), { email: 500, social: 500, search: 0 });
  assert.deepEqual(creditsOf(PATH, { logic: { lastNTouch: 9 } }), creditsOf(PATH, { logic: "linear" }));
  assert.deepEqual(creditsOf(PATH, { logic: "linear" }), { email: 500, search: 250, social: 250 });
  assert.deepEqual(creditsOf(PATH, { logic: "position_based" }), { email: 500, search: 400, social: 100 });
  assert.deepEqual(creditsOf(PATH.slice(3), { logic: "position_based" }), { email: 1000 });
  assert.deepEqual(creditsOf(PATH, { channels: ["search", "social"] }), { social: 1000, search: 0 });
  assert.deepEqual(creditsOf(PATH, { lookbackDays: 2, logic: "linear" }), { email: 1000 });
  assert.deepEqual(creditsOf(PATH, { lookbackDays: 3, logic: "linear" }), { email: 500, social: 500 }, "days, not touches");
});

test("data-driven credit is the Shapley value of the shopper's own journeys", () => {
  const events = [
    touch("email", 1), purchase(2),
    touch("email", 41), touch("search", 42), purchase(43),
    touch("social", 81), touch("search", 82), touch("email", 83), purchase(84),
  ];
  const { credits, value } = attribute(events, { logic: "data_driven", value: 6000 });
  const journeys = [["email"], ["email", "search"], ["social", "search", "email"]];
  const exact = shapley(["email", "search", "social"], (set) => journeys.filter((journey) => journey.every((channel) => set.has(channel))).length);
  const sum = Object.values(exact).reduce((a, b) => a + b);
  for (const { channel, credit } of credits) assert.ok(Math.abs(credit - (exact[channel] / sum) * 6000) <= 1, `${channel}: ${credit}`);
  assert.equal(credits.reduce((all, { credit }) => all + credit, 0), value);
});

/** The value by its definition: the average gain over all orders of joining. */
function shapley(players, worth) {
  const orders = (list) => (list.length < 2 ? [list] : list.flatMap((each, i) => orders(list.filter((_, at) => at !== i)).map((rest) => [each, ...rest])));
  const values = Object.fromEntries(players.map((player) => [player, 0]));
  const all = orders(players);
  for (const order of all) {
    const present = new Set();
    for (const player of order) {
      const before = worth(present);
      present.add(player);
      values[player] += (worth(present) - before) / all.length;
    }
  }
  return values;
}

test("credits add up exactly, whatever the path", () => {
  let seed = 1;
  const random = (n) => (seed = (seed * 48271) % 2147483647) % n;
  for (let round = 0; round < 2000; round++) {
    const events = Array.from({ length: 1 + random(12) }, () => touch(`c${random(5)}`, random(20)));
    for (let i = 0; i <= random(4); i++) events.push(purchase(random(25), `o${i}`));
    const value = 1 + random(5000);
    for (const logic of ["last_touch", "linear", "position_based", "data_driven", { lastNTouch: 1 + random(5) }]) {
      const { credits, value: total } = attribute(events, { logic, value });
      assert.equal(credits.reduce((sum, { credit }) => sum + credit, 0), total);
      assert.ok(credits.length === 0 ? total === 0 : total === value);
      assert.ok(credits.every(({ credit }) => Number.isInteger(credit) && credit >= 0));
    }
  }
  assert.deepEqual(wholeShares([1, 1, 1], 100), [34, 33, 33]);
  assert.deepEqual(wholeShares([0, 0], 7), [0, 0]);
});

test("the purchase that is shared is the last, or the one that is named", () => {
  const events = [touch("email", 1), purchase(2), touch("search", 3), purchase(4), touch("post", 5)];
  const shared = (query) => (({ conversion, credits }) => [conversion, ...credits.map(({ channel, credit }) => `${channel} ${credit}`)])(attribute(events, { logic: "linear", ...query }));
  assert.deepEqual(shared({}), ["order-4", "email 500", "search 500"]);
  assert.deepEqual(shared({ conversion: "order-2" }), ["order-2", "email 1000"]);
  assert.deepEqual(attribute(events, { conversion: "order-9" }), { value: 0, credits: [] });
});

test("without a purchase or a touch there is no credit, and a query of no sense is refused", () => {
  assert.deepEqual(attribute([]), { value: 0, credits: [] });
  assert.deepEqual(attribute([purchase(1)]), { conversion: "order-1", value: 0, credits: [] });
  assert.deepEqual(attribute([purchase(1), touch("email", 2)]).credits, [], "a touch after the purchase");
  for (const [query, code, path] of [
    [{ value: 0 }, "value_out_of_range", "query.value"],
    [{ value: 1.5 }, "value_out_of_range", "query.value"],
    [{ lookbackDays: 1000 }, "value_out_of_range", "query.lookbackDays"],
    [{ logic: "first_touch" }, "value_unknown", "query.logic"],
    [{ logic: { lastNTouch: 0 } }, "value_unknown", "query.logic"],
  ]) assert.throws(() => attribute(PATH, query), coded(code, path));
});

test("the handle attributes from its own log, and nothing leaves for it", async () => {
  const shop = await open({ shop: freshShop(), catalog: ITEMS, storage: "memory", consent: GRANTED, now: () => START + 9 * DAY });
  for (const { channel, at } of PATH.slice(0, 4)) shop.observe({ type: "touch", channel, at });
  shop.observe({ type: "purchase", items: [{ item: "rug-1" }], id: "order", at: START + 5 * DAY });
  const { conversion, credits } = shop.measure.attribute({ logic: "linear", value: 100 });
  assert.equal(conversion, "order");
  assert.deepEqual(credits[0], { channel: "email", credit: 50, touches: 2 });
  await shop.close();
});
