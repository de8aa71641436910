// What a hostile catalog says is shown as text, and where it leads is not followed.

import assert from "node:assert/strict";

import { fault } from "../support/fault.mjs";

const MARKUP = '<img src=x onerror="window.ran=1"><script>window.ran=2</script>';
const OVERRIDE = "\u202eerehwon";
const LINKS = [
  ["javascript:window.ran=3", false],
  [" javascript:window.ran=3", false],
  ["java\tscript:window.ran=3", false],
  ["JaVaScRiPt:window.ran=3", false],
  ["\u0001javascript:window.ran=3", false],
  ["data:text/html,<script>parent.ran=3</script>", false],
  ["vbscript:ran", false],
  ["blob:http://localhost/ran", false],
  ["https://shop.example/thing", true],
  ["/thing?of=1#this", true],
  ["thing.html", true],
];

fault(
  {
    name: "markup in titles is text, and links are of the web or none",
    injected: `a shelf of items with tags, scripts and right-to-left marks in their titles, and ${LINKS.length} spellings of links`,
    expected: "no element comes of a title; the text is isolated and as it was; links of scripts and data are not there; nothing runs",
  },
  async (world) => {
    const page = await world.page("/remote-elements.html");
    const found = await page.run(
      async (shop, titles, links) => {
        const { defineElements } = await import("/pkg/elements.js");
        const items = links.map(([url], i) => ({ id: `item-${i}`, title: titles[i % titles.length], url }));
        const byId = new Map(items.map((item) => [item.id, item]));
        await openShop(shop, { catalog: items });
        defineElements({ shop: window.shop, item: (id) => byId.get(id) });
        const shelf = document.createElement("flaneur-shelf");
        Object.assign(shelf, { name: "home", size: links.length });
        document.body.append(shelf);
        const cards = () => [...shelf.shadowRoot.querySelectorAll("[data-item]")];
        for (let tries = 0; tries < 400 && cards().length < links.length; tries++) await sleep(10);
        const seen = cards().map((card) => {
          const title = card.querySelector("[part=title]");
          const url = byId.get(card.dataset.item).url;
          return { url, tag: title.localName, text: title.textContent.trim(), inside: title.children.length, link: card.querySelector("a")?.getAttribute("href") ?? null };
        });
        await sleep(50);
        return { ran: window.ran ?? null, scripts: shelf.shadowRoot.querySelectorAll("script, img").length, seen };
      },
      world.shopName(),
      [MARKUP, OVERRIDE],
      LINKS,
    );
    assert.deepEqual([found.ran, found.scripts, found.seen.length], [null, 0, LINKS.length]);
    for (const { url, tag, text, inside, link } of found.seen) {
      assert.deepEqual([tag, inside], ["bdi", 0]);
      assert.ok([MARKUP, OVERRIDE].includes(text), text);
      assert.equal(link, LINKS.find(([each]) => each === url)[1] ? url : null, JSON.stringify(url));
    }
  },
);
