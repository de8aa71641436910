// Opens a shop by itself and says how it works; the next question is answered by nobody.

import { open } from "/pkg/index.js";

const page = new URLSearchParams(location.search).get("page");
await fetch(`/remote/next?page=${page}&document=strict`, { signal: AbortSignal.timeout(100) }).catch(() => {});
const items = Array.from({ length: 6 }, (_, i) => ({ id: `item-${i}` }));
const shop = await open({ shop: "strict", catalog: items, consent: { learn: true, rank: true } });
shop.observe({ type: "view_item", item: "item-3" });
const { engine, reason } = shop.status;
await window.say("note", { engine, reason, order: shop.rank({ slot: "home", size: 3 }).items.map(({ id }) => id) });
