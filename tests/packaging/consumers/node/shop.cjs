const assert = require("node:assert/strict");

/** Opens, learns two things and ranks; asks nobody for anything. */
exports.run = async ({ open }) => {
  globalThis.fetch = () => assert.fail("a request was made");
  const catalog = ["lamp", "chair", "rug"].flatMap((category) => [0, 1, 2, 3].map((n) => ({ id: `${category}-${n}`, category })));
  const shop = await open({ shop: "customer", catalog, consent: { learn: true, rank: true } });
  shop.observe({ type: "dismiss", item: "lamp-0" });
  shop.observe({ type: "view_item", item: "rug-1" });
  const ids = shop.rank({ slot: "home", size: 5 }).items.map(({ id }) => id);
  assert.equal(shop.status.engine, "scalar");
  assert.ok(!ids.includes("lamp-0") && ids.some((id) => id.startsWith("rug")), ids.join());
  await shop.close();
};
