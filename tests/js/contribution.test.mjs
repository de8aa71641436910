// What an answer says of a shopper's week, question by question, and nothing of what the question does not name.

import assert from "node:assert/strict";
import { test } from "node:test";
import { contribution } from "../../pkg/dist/measure/contribution.js";

const NOTHING = { events: [], past: [], profile: { affinities: [] }, latencies: [], arm: 0, below: () => 0 };
const of = (task, evidence) => contribution({ buckets: [{}], ...task }, { ...NOTHING, past: evidence.events ?? [], ...evidence });
const values = (...names) => [{}, ...names.map((value) => ({ value }))];
let count = 0;
const event = (type, at, more = {}) => ({ id: `e${count++}`, type, at, ...more });
const about = (type, at, item, more) => event(type, at, { lines: [{ item }], ...more });
const seen = (at, shown, more) => event("impression", at, { shown, ...more });

test("an empty week is nothing, whatever is asked", () => {
  for (const metric of ["taste_share", "discovery_outcome", "opportunity_outcome", "slot_click_through", "attribution_credit", "latency"]) {
    assert.equal(of({ metric, slot: "home" }, {}), 0, metric);
  }
});

test("the taste that is told is the strongest of those that are listed", () => {
  const task = { metric: "taste_share", buckets: values("category:lamp", "category:rug", "brand:Acme") };
  const leaning = (...pairs) => of(task, { profile: { affinities: pairs.map(([attribute, value]) => ({ attribute, value })) } });
  assert.equal(leaning(["category:lamp", 1], ["category:rug", 3], ["brand:Acme", 2]), 2);
  assert.equal(leaning(["category:rug", 3], ["category:lamp", 1]), 2, "in whatever order");
  assert.equal(leaning(["category:secret", 9], ["brand:Acme", 0.1]), 3, "what is not listed is not told");
  assert.equal(leaning(["category:secret", 9]), 0);
  assert.equal(leaning(["category:lamp", -2]), 0, "a dislike is no taste");
});

test("a discovery is told as far as it got, from when it was seen on", () => {
  const shown = seen(10, [{ item: "a", discovery: true }, { item: "b", discovery: false }]);
  const after = (...events) => of({ metric: "discovery_outcome" }, { events: [shown, ...events] });
  assert.equal(after(), 1);
  assert.equal(after(about("dismiss", 20, "a")), 1);
  for (const [type, step] of [["select_item", 2], ["view_item", 2], ["like", 2], ["add_to_cart", 3], ["add_to_wishlist", 3], ["purchase", 4]]) {
    assert.equal(after(about(type, 20, "a")), step, type);
    assert.equal(after(about(type, 20, "b")), 1, `${type} of what was no discovery`);
    assert.equal(after(about(type, 9, "a")), 1, `${type} before it was seen`);
  }
  assert.equal(after(about("purchase", 30, "a"), about("view_item", 40, "a")), 4, "the furthest step");
  assert.equal(of({ metric: "discovery_outcome" }, { events: [about("purchase", 20, "a")] }), 0, "without a discovery");
});

test("of an experiment the arm is told, and whether anything of the slot was taken", () => {
  const task = { metric: "slot_click_through", slot: "home" };
  const week = (arm, ...events) => of(task, { arm, events });
  const shown = seen(10, [{ item: "a" }], { slot: "home", slate: "s" });
  for (const arm of [0, 1, 2]) {
    assert.equal(week(arm, shown), 1 + 2 * arm);
    assert.equal(week(arm, shown, about("select_item", 20, "a", { slate: "s" })), 2 + 2 * arm);
    assert.equal(week(arm, shown, about("add_to_cart", 20, "a", { slot: "home" })), 2 + 2 * arm);
  }
  assert.equal(week(1, shown, about("select_item", 20, "a", { slate: "another" }), about("select_item", 20, "a", { slot: "cart" }), about("view_item", 20, "a")), 3, "from elsewhere");
  assert.equal(week(1, shown, about("dismiss", 20, "a", { slate: "s" })), 3, "a refusal takes nothing");
  assert.equal(week(1, seen(10, [{ item: "a" }], { slot: "cart", slate: "s" })), 0, "another slot");
});

test("credit is drawn in proportion, and a channel that is not listed is nothing", () => {
  const touch = (channel, at) => event("touch", at, { channel });
  const events = [touch("search", 1), touch("email", 2), touch("email", 3), touch("post", 4), about("purchase", 5, "a")];
  const drawn = (below, model = "linear") => of({ metric: "attribution_credit", model, buckets: values("email", "search") }, { events, below: (bound) => (assert.equal(bound, 1000), below) });
  // 500 of the thousand are of email, then 250 of each of the others, by name.
  assert.deepEqual([0, 499, 500, 749, 750, 999].map((at) => drawn(at)), [1, 1, 0, 0, 2, 2]);
  assert.equal(drawn(0, "last_touch"), 0);
  assert.equal(of({ metric: "attribution_credit", buckets: values("post") }, { events }), 1, "the last touch, unless it is said");
});

test("the tier of latency is that of the median", () => {
  const tier = (...latencies) => of({ metric: "latency" }, { latencies });
  assert.deepEqual([0.5, 1, 2.9, 3, 9, 10, 29, 30, 5000].map((one) => tier(one)), [1, 2, 2, 3, 3, 4, 4, 5, 5]);
  assert.equal(tier(0.5, 40, 2), 2);
  assert.equal(tier(100, 2, 0.5, 0.6, 0.7), 1, "one slow call is not the shopper's device");
});
