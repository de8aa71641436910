/** What any shop writes: open, observe, rank. */
import { open } from "flaneur";

const catalog = ["lamp", "chair", "rug"].flatMap((category) =>
  Array.from({ length: 4 }, (_, i) => ({ id: `${category}-${i}`, title: `${category} ${i}`, category, price: 10 + i })),
);

/** Opens, learns two things, and shows a shelf; `result` is for the test. */
export async function run(options = {}) {
  const shop = await open({ shop: "customer", catalog, consent: { learn: true, rank: true }, ...options });
  shop.observe({ type: "dismiss", item: "lamp-0" });
  shop.observe({ type: "view_item", item: "rug-1" });
  const slate = shop.rank({ slot: "home", size: 5 });
  document.querySelector("ol").replaceChildren(
    ...slate.items.map(({ id }) => Object.assign(document.createElement("li"), { textContent: id })),
  );
  globalThis.result = { status: shop.status, ids: slate.items.map(({ id }) => id) };
}
