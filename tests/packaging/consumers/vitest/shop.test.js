import { expect, test } from "vitest";
import { open } from "flaneur";

test("a shop becomes personal in a unit test, without a request", async () => {
  globalThis.fetch = () => expect.unreachable("a request was made");
  const catalog = ["lamp", "chair", "rug"].flatMap((category) => [0, 1, 2, 3].map((n) => ({ id: `${category}-${n}`, category })));
  const shop = await open({ shop: "customer", catalog, consent: { learn: true, rank: true } });
  shop.observe({ type: "dismiss", item: "lamp-0" });
  shop.observe({ type: "view_item", item: "rug-1" });
  const ids = shop.rank({ slot: "home", size: 5 }).items.map(({ id }) => id);
  expect(shop.status.engine).toBe("scalar");
  expect(ids).not.toContain("lamp-0");
  expect(ids.some((id) => id.startsWith("rug"))).toBe(true);
  await shop.close();
});
