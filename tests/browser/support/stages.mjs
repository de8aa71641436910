/**
 * What the documentation's pieces of pages need around them, and what must be seen once they run.
 *
 * A stage writes files from the block's code, `index.html` among them; `holds` looks at the page.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { until } from "./browser.mjs";
import { ROOT } from "./server.mjs";

/** Forty-eight things of four kinds; the shop's own order goes from kind to kind. */
export const ITEMS = ["lamp", "chair", "rug", "cup"].flatMap((kind) =>
  Array.from({ length: 12 }, (_, n) => ({ id: `${kind}-${n}`, title: `${kind} ${n}`, category: kind, brand: `maker-${n % 5}`, price: 10 + n, currency: "EUR" })),
);
const ORDER = ITEMS.map(({ id }) => id);

const page = (body, head = "") =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8" /><title>A page</title><link rel="icon" href="data:," />${head}</head><body>${body}</body></html>`;

/** A visit before this one: the shopper agreed and looked at rugs. */
const EARLIER = `
  import { open } from "flaneur";
  export const items = ${JSON.stringify(ITEMS)};
  export const earlier = async (shop) => {
    const visit = await open({ shop, catalog: items, consent: { store: true, learn: true, rank: true } });
    for (const item of ["rug-0", "rug-1", "rug-2"]) visit.observe({ type: "view_item", item });
    await visit.flush();
    await visit.close();
  };
`;

const listed = (page) => page.locator("li").allTextContents();

/** The list shows the shop's things, and rugs before their turn. */
async function isPersonal(page, count = 8) {
  const shown = await until("rugs come forward", () => listed(page), (ids) => ids.slice(0, 6).some((id) => id.startsWith("rug")));
  assert.equal(shown.length, count);
  assert.ok(shown.every((id) => ORDER.includes(id)), shown.join());
}

/** The same, and of a component: given other ids, as on the way to another category, it lists those. */
async function followsIds(page) {
  await isPersonal(page);
  const others = ["cup-0", "cup-1"];
  await page.evaluate((ids) => window.ask(ids), others);
  await until("the other ids", () => listed(page), (ids) => ids.slice().sort().join() === others.join());
}

/** A list of lines, in the page as it is. */
const onPage = { holds: (page) => isPersonal(page) };

export const stages = {
  /** Served as it is written, without a bundler, the package beside it. */
  plain: { raw: true, files: (code) => ({ "index.html": page(code) }), ...onPage },
  bundled: {
    files: (code) => ({ "index.html": page('<ol id="shelf"></ol><script type="module" src="./main.js"></script>'), "main.js": code }),
    ...onPage,
  },
  /** A shop's page with Google's tag, as in connect.test.mjs; the block takes the place of its last script. */
  queue: {
    files(code) {
      const [shop, products] = ["gtag.html", "products.js"].map((name) => readFileSync(join(ROOT, "tests/browser/pages/shops", name), "utf8"));
      const [before, after] = shop.replace(/<script type="importmap">[^]*?<\/script>/, "").split(/<script type="module" data-added>[^]*?<\/script>/);
      const written = before.replace('<script src="products.js">', () => `<script>${products.replaceAll("</script>", "<\\/script>")}`);
      return { "index.html": written + code + after };
    },
    async holds(page) {
      const ids = () => page.locator("#products li").evaluateAll((entries) => entries.map((entry) => entry.dataset.itemId));
      const first = await until("rugs come forward", ids, (now) => now.indexOf("rug-2") < 10);
      assert.equal(first.length, 12);
      for (const id of ["chair-1", "chair-2", "chair-3"]) await page.evaluate((item) => globalThis.act(item), id);
      await until("a chair is first", ids, (now) => now[0].startsWith("chair") && now.indexOf("chair-0") < 6);
    },
  },
  /** The same page, with a banner: nothing moves before the shopper agrees. */
  consented: {
    files: (code) => stages.queue.files(code),
    async holds(page) {
      const ids = () => page.locator("#products li").evaluateAll((entries) => entries.map((entry) => entry.dataset.itemId));
      const act = () => page.evaluate(() => ["rug-0", "rug-1", "rug-2"].forEach((id) => globalThis.act(id)));
      const shops = await ids();
      assert.equal(shops.length, 12);
      await page.waitForLoadState("networkidle");
      await act();
      await page.waitForTimeout(300);
      assert.deepEqual(await ids(), shops);
      await page.evaluate(() => globalThis.gtag("consent", "update", { personalization_storage: "granted" }));
      await until("consent is heard", () => page.evaluate(() => indexedDB.databases().then((all) => all.length)), (count) => count > 0);
      await act();
      await until("rugs come forward", ids, (now) => now.indexOf("rug-3") < 4);
    },
  },
  /** A page that has opened its shop already. */
  elements: {
    files: (code) => ({
      "index.html": page(`<script type="module" src="./shop.js"></script>${code}`),
      "shop.js": `${EARLIER}
        window.rules = [{ type: "cap", per: "brand", max: 3 }];
        window.catalog = new Map(items.map((item) => [item.id, item]));
        window.shop = await open({ shop: "my-shop", catalog: items, rules, storage: "memory", consent: { learn: true, rank: true } });`,
    }),
    async holds(page) {
      await page.locator("flaneur-shelf li").nth(7).waitFor();
      await page.getByRole("heading", { name: "For you" }).waitFor();
      await until("the centre's controls", () => page.locator("flaneur-centre input").count(), (count) => count > 3);
    },
  },
  react: {
    files: (code) => ({
      "index.html": page(`<div id="root"></div><script type="module" src="./main.js"></script>`),
      "App.jsx": code,
      "main.js": `${EARLIER}
        import { createElement } from "react";
        import { createRoot } from "react-dom/client";
        import { App } from "./App.jsx";
        await earlier("my-shop");
        const root = createRoot(document.querySelector("#root"));
        window.ask = (ids) => root.render(createElement(App, { ids }));
        window.ask(items.map(({ id }) => id));`,
    }),
    holds: followsIds,
  },
  vue: {
    files: (code) => ({
      "index.html": page(`<div id="root"></div><script type="module" src="./main.js"></script>`),
      "Shelf.vue": code,
      "main.js": `${EARLIER}
        import { createApp, h, shallowRef } from "vue";
        import { flaneurPlugin } from "flaneur/vue";
        import Shelf from "./Shelf.vue";
        await earlier("my-shop");
        const ids = shallowRef(items.map(({ id }) => id));
        window.ask = (others) => (ids.value = others);
        createApp({ render: () => h(Shelf, { ids: ids.value }) }).use(flaneurPlugin, shallowRef(await open({ shop: "my-shop", catalog: items }))).mount("#root");`,
    }),
    holds: followsIds,
  },
};
