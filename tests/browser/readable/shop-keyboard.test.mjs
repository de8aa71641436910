// The demo shop by keyboard alone, in each engine, with keys as a person presses them: each task in at most twelve,
// begun at the page's start. Its other pages are in `shop-pages.test.mjs`; every task of every page in
// `tests/browser/keyboard.test.mjs`, for Chromium.

import assert from "node:assert/strict";

import { until } from "../support/browser.mjs";
import { fault } from "../support/fault.mjs";
import { keyboardOf } from "../support/keyboard.mjs";
import { lookThrough, shopOf } from "../support/remote-shop.mjs";
import { DOOR } from "../support/tour.mjs";

const PRESSES = 12;

fault(
  {
    name: `the demo shop's home page is used by keyboard in at most ${PRESSES} presses a task`,
    injected: "keys, through the engine's own driver",
    expected: `each task done, within ${PRESSES} presses, the focus on what comes next`,
    patience: 2, // a dozen loads of the whole shop
  },
  async (world) => {
    const address = "/?seed=1&lang=en";
    const { browser, page } = await world.browser({ keys: true }, address, await shopOf(world));
    await page.run(lookThrough);
    await page.run(async (door) => ((await window.there(door)).click(), void (await window.there("page-home >> li[data-item]"))), DOOR.ready);
    await until("the answer on record", () => page.run(answers), (count) => count > 0);
    const keyboard = await keyboardOf(browser);
    const become = (what, ask, value, ...given) => until(what, () => page.run(ask, ...given), (found) => found === value);
    const focusOn = (name) => become(`the focus on ${name}`, focused, name);
    let presses = 0;
    const press = async (key) => (presses++, keyboard.press(key));
    const reach = async (name, key = "Tab") => {
      const seen = [];
      for (let at; (at = await page.run(focused)) !== name; await press(key)) {
        seen.push(at);
        assert.ok(presses <= PRESSES, `${name} is not within reach: ${seen.join(", ")}`);
      }
    };
    const use = async (name, key) => {
      await reach(name, key);
      await press("Enter");
    };
    const content = async () => {
      await use("skip");
      await focusOn("main");
    };
    const shelf = async () => {
      await content();
      await use("start");
    };
    const drawer = async () => {
      await content();
      await use("to-tools", "Shift+Tab");
      await focusOn("panel");
      await press("Enter");
      await become("the drawer", isThere, true, "[data-panel][open]");
      await focusOn("tab-controls");
    };
    const task = async (name, steps) => {
      await page.go(address);
      await page.run(lookThrough);
      await page.run(async () => void (await window.there('[data-shelf="home"] >> li[data-item]')));
      presses = 0;
      await steps();
      world.say(`${name}: ${presses} presses`);
      assert.ok(presses <= PRESSES, `${name} took ${presses} presses`);
    };

    await task("why", async () => {
      await shelf();
      await use("why");
      await become("the reasons", isThere, true, "[data-why][open]");
      await press("Escape");
      await become("the shelf again", isThere, false, "[data-why][open]");
      await focusOn("why");
    });
    await task("send away and undo", async () => {
      await shelf();
      await use("dismiss");
      await become("it is away", isThere, true, "page-home >> .gone");
      await focusOn("undo");
      await press("Enter");
      await become("it is back", isThere, false, "page-home >> .gone");
    });
    await task("into the basket", async () => {
      await shelf();
      await use("basket");
      await become("the basket's count", isThere, true, "[data-basket-count]");
    });
    await task("search", async () => {
      await reach("input");
      for (const letter of "lamp") await keyboard.press(letter); // a word counts as one
      await press("Enter");
      await become("what was found", () => location.hash, "#/search/lamp");
      await become("its page", isThere, true, "page-category >> li[data-item]");
    });
    await task("pause", async () => {
      const isLearning = () => window.deep('shop-controls >> [data-action="gate-learn"]').checked;
      await drawer();
      await become("what was chosen before", isLearning, true); // a slow disk tells it late
      await use("pause");
      await become("no learning", isLearning, false);
    });
    await task("forget me, after a question", async () => {
      await drawer();
      await use("erase");
      await focusOn("erase-confirm");
      await press("Enter");
      await become("it is said", isThere, true, "shop-panel >> [data-toast]");
    });
    await task("change the language", async () => {
      await use("language");
      await become("French", () => document.documentElement.lang, "fr");
      await focusOn("language");
    });
  },
);

// What follows runs in the page.

/** What has the focus, through shadow roots: its action, else its name. */
function focused() {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return at?.dataset.action ?? at?.localName;
}

/** How many answers to the shop's question are on the disk: the next page asks again without one. */
async function answers() {
  const settled = (request) => new Promise((resolve, reject) => Object.assign(request, { onsuccess: () => resolve(request.result), onerror: () => reject(request.error) }));
  if (!(await indexedDB.databases()).some(({ name }) => name === "flaneur:demo")) return 0;
  const db = await settled(indexedDB.open("flaneur:demo"));
  try {
    return await settled(db.transaction("consent").objectStore("consent").count());
  } finally {
    db.close();
  }
}

function isThere(selectors) {
  return window.deep(selectors) !== undefined;
}
