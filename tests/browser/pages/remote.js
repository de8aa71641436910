// Asks the test what to do, does it, and posts what came of it, until it leaves.

const post = fetch.bind(window);
const { parse } = JSON;
const evaluate = eval;
const { setTimeout: later } = window;
const page = new URLSearchParams(location.search).get("page");
const server = new URLSearchParams(location.search).get("server") ?? ""; // of a page that comes from elsewhere
const mine = Math.random();

window.items = Array.from({ length: 60 }, (_, i) => ({
  id: `item-${i}`,
  title: `Thing ${i}`,
  brand: `brand-${i % 4}`,
  category: ["all", `shelf-${i % 6}`],
  tags: [`tag-${i % 5}`],
  price: 5 + i,
}));
/** A moment that stands still. */
window.NOW = 1_795_694_400_000;
window.GRANTED = { store: true, learn: true, rank: true };
window.note = (body) => window.say("note", body);
window.sleep = (milliseconds) => new Promise((resolve) => later(resolve, milliseconds));
window.load = async () => (window.flaneur ??= await import("/pkg/index.js"));
/** Opens a shop of the sixty things. */
window.openShop = async (shop, options = {}) => {
  const { open } = await window.load();
  window.shop = await open({ shop, catalog: window.items, seed: 1, now: () => window.NOW, consent: window.GRANTED, ...options });
  return window.shop;
};
window.view = (id, item = "item-7", more = {}) => window.shop.observe({ type: "view_item", item, id, at: window.NOW - 1000, ...more });
window.order = (size = 12) => window.shop.rank({ slot: "home", size, seed: 5 }).items.map(({ id }) => id);
/** The ids of the events that the log holds, in order. */
window.idsOf = async () => JSON.parse(await (await window.shop.profile.export()).text()).events.map(({ id }) => id);

/** Leaves. WebKit's MiniBrowser was seen to forget where a page was going: it is told again if the page is still there. */
function go(url) {
  location.href = url;
  later(() => (location.href = url), 8000);
}

async function answer({ call, source, given, leave }) {
  if (leave && source) {
    void window.say("done", { call, value: null });
    evaluate(`(${source})`)(...given);
    go(leave);
    return false;
  }
  if (leave) {
    await window.say("done", { call, value: null });
    go(leave);
    return false;
  }
  try {
    const value = await evaluate(`(${source})`)(...given);
    await window.say("done", { call, value: value ?? null });
  } catch (e) {
    await window.say("done", { call, error: String(e?.stack ? `${e} ${e.stack}` : e) });
  }
  return window.resting !== true; // a test may want nothing under way
}

for (let asking = true; asking; ) {
  try {
    const response = await post(`${server}/remote/next?page=${page}&document=${mine}`, { cache: "no-store" });
    if (response.status === 410) break;
    if (response.status === 200) asking = await answer(parse(await response.text()));
  } catch {
    await window.sleep(50); // the server is busy, or gone with its test
  }
}
