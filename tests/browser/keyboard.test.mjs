// The demo shop by keyboard alone: every task of every page, begun at the page's start as a fresh visit finds it, in at
// most twelve presses, and done by what the page says afterwards. Beside it: what is within two actions of any shelf,
// targets that are large enough, and a focus that is seen and never lost.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import { launch, until } from "./support/browser.mjs";
import { PATIENCE } from "./support/remote.mjs";
import { SHOP, serve } from "./support/server.mjs";
import { answered, closePanel, enter, go, items, kept, openPanel } from "./support/shop.mjs";
import { busyOperators, products } from "./support/tour.mjs";

const PRESSES = 12;
const ACTIONS = 2;
/** WCAG 2.2, 2.5.8: the smallest side of a target, in CSS pixels. */
const TARGET = 24;

const [FIRST, SECOND] = products(items).map(({ id }) => id);
const DEPARTMENT = [items.find(({ id }) => id === FIRST).category].flat()[0];
const at = {
  home: "#/",
  category: `#/c/${encodeURIComponent(DEPARTMENT)}`,
  search: "#/search/lamp",
  item: `#/item/${encodeURIComponent(FIRST)}`,
  basket: "#/basket",
  dial: "#/dial",
  merchant: "#/merchant",
  privacy: "#/privacy",
  playground: "#/playground",
};
/** What is there once a page is ready. */
const ready = {
  home: '[data-shelf="home"] li[data-item]',
  category: "page-category li[data-item]",
  search: "page-category li[data-item]",
  item: "[data-product]",
  basket: "page-basket h1",
  dial: "page-dial table",
  merchant: '[data-action="simulate"]',
  privacy: "page-privacy shop-budget meter",
  playground: "#feed",
};
const FEED = JSON.stringify(Array.from({ length: 9 }, (_, n) => ({ id: `k${n}`, title: `Kettle ${n}`, category: "Kitchen", price: 20 + n })));

let browser;
let operators;
let server;
before(async () => {
  [browser, operators] = await Promise.all([launch(), busyOperators()]);
  server = await serve(SHOP, operators.faults);
});
after(async () => {
  await browser.close();
  await server.close();
  await operators.stop();
});

/** Someone with a keyboard, and how often they pressed it. */
class Typist {
  presses = 0;
  constructor(page) {
    this.page = page;
  }
  async press(key, times = 1) {
    for (let i = 0; i < times; i++) {
      this.presses++;
      await this.page.keyboard.press(key);
    }
  }
  /** Text counts as one. */
  async type(text) {
    this.presses++;
    await this.page.keyboard.insertText(text);
  }
  /** Presses a key until the focus is on something, within something else when that is given. */
  async reach(target, { within, key = "Tab" } = {}) {
    const seen = [];
    while (!(await focusIs(this.page, target, within))) {
      seen.push(await focused(this.page));
      if (seen.length > PRESSES + 1) throw new Error(`${target} is not within ${PRESSES} times ${key}: ${seen.slice(1).join(", ")}`);
      await this.press(key);
    }
  }
  /** Goes there and presses Enter. */
  async use(target, options) {
    await this.reach(target, options);
    await this.press("Enter");
  }
  /** From the page's start to its content. */
  async content() {
    await this.use('[data-action="skip"]');
    assert.ok(await focusIs(this.page, "main"), `the focus is on ${await focused(this.page)}`);
  }
  /** From the page's start to the tools of its head. */
  async tools() {
    await this.content();
    await this.use('[data-action="to-tools"]', { key: "Shift+Tab" });
    assert.ok(await focusIs(this.page, '[data-action="panel"]'));
  }
  /** From the page's start into the drawer. */
  async drawer() {
    await this.tools();
    await this.press("Enter");
    await this.page.locator("[data-panel][open]").waitFor();
    await until("the focus in the drawer", () => focusIs(this.page, '[role="tab"]'), Boolean);
  }
}

/** Whether the focus is on something, through shadow roots, and that within something else. */
function focusIs(page, target, within) {
  return page.evaluate(
    ([target, within]) => {
      let node = document.activeElement;
      while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
      if (!node?.matches(target)) return false;
      for (let root = node; within !== undefined && !root.closest(within); ) {
        root = root.getRootNode().host;
        if (!root) return false;
      }
      return true;
    },
    [target, within],
  );
}

function focused(page) {
  return page.evaluate(() => {
    let node = document.activeElement;
    while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
    return `${node?.localName}${node?.dataset.action ? `[${node.dataset.action}]` : ""}`;
  });
}

/** Opens a page anew, as an address that was typed: nothing has the focus. */
async function arrive(page, name) {
  await page.goto("about:blank");
  await page.goto(`${server.origin}/?seed=1${at[name]}`);
  await page.locator(ready[name]).first().waitFor();
  assert.equal(await focused(page), "body");
}

/** Two lines in the basket, as a shopper leaves them there. */
async function fillBasket(page) {
  for (const id of [FIRST, SECOND]) {
    await go(page, `#/item/${encodeURIComponent(id)}`, `[data-product="${id}"]`);
    await page.locator('[data-product] [data-action="basket"]').click();
    await page.locator(".page-toast [data-toast]").waitFor();
  }
}

/** What was noted so far is on the device. */
const written = (page) => until("what was noted is written", () => page.evaluate(() => document.querySelector("shop-app").store.flaneur.flush()), Boolean);
/** How many events are on the device. */
const log = (page) => kept(page).then(({ log = 0 }) => log);
const text = (page, selector) => page.locator(selector).first().textContent().then((found) => found.trim());
const said = (page, selector, holds) => until(selector, () => text(page, selector), holds);
const onItem = async (page) => {
  await page.waitForFunction(() => location.hash.startsWith("#/item/"));
  const id = decodeURIComponent(await page.evaluate(() => location.hash.slice("#/item/".length)));
  await page.locator(`[data-product="${id}"]`).waitFor();
  await until("the focus on the content", () => focusIs(page, "main"), Boolean);
};
const firstOf = (page, shelf) => page.locator(`[data-shelf="${shelf}"] li[data-item]`).first().getAttribute("data-item");

/** What a shelf offers, from wherever the typist stands before it. */
const onShelf = (page, shelf, to) => ({
  async open(hands) {
    await to(hands);
    await hands.use("h3 a", { within: `[data-shelf="${shelf}"]` });
    await onItem(page);
  },
  async why(hands) {
    const id = await firstOf(page, shelf);
    await to(hands);
    await hands.use('[data-action="why"]', { within: `[data-shelf="${shelf}"]` });
    await page.locator(`[data-why="${id}"][open] li[data-signal]`).first().waitFor();
  },
  async dismiss(hands) {
    const id = await firstOf(page, shelf);
    await to(hands);
    await hands.use('[data-action="dismiss"]', { within: `[data-shelf="${shelf}"]` });
    await page.locator(`li[data-place="${id}"] .gone`).waitFor();
    await until("the focus on the way back", () => focusIs(page, '[data-action="undo"]'), Boolean);
    await hands.press("Enter");
    await page.locator(`[data-shelf="${shelf}"] li[data-item="${id}"]`).waitFor();
  },
  async basket(hands) {
    await to(hands);
    await hands.use('[data-action="basket"]', { within: `[data-shelf="${shelf}"]` });
    await page.locator("[data-basket-count]").waitFor();
  },
});

/** The tasks of a page: its name, then what is done and how it is seen to be done. */
const TASKS = {
  home: (page) => {
    const shelf = onShelf(page, "home", async (hands) => (await hands.content(), await hands.use('[data-action="start"]')));
    const away = (further) => async (hands) => {
      await hands.content();
      await hands.use('[data-action="start"]');
      for (let i = 0; i < further; i++) await hands.use('[data-action="skip-shelf"]');
    };
    return {
      "reach the content": async (hands) => {
        await hands.content();
        await hands.press("Tab");
        assert.ok(await focusIs(page, "*", "page-home"));
      },
      "open a product": shelf.open,
      "why it is here": shelf.why,
      "send it away and take it back": shelf.dismiss,
      "into the basket": shelf.basket,
      "open a product of the next shelf": async (hands) => (await away(1)(hands), await hands.use("h3 a"), await onItem(page)),
      "search": async (hands) => {
        await hands.reach('input[type="search"]');
        await hands.type("lamp");
        await hands.press("Enter");
        await said(page, "page-category h1", (found) => found.includes("lamp"));
      },
      "change the language": async (hands) => {
        const language = await page.evaluate(() => document.documentElement.lang);
        const title = await text(page, "page-home h1");
        await hands.use('[data-action="language"]');
        await said(page, "page-home h1", (found) => found !== title);
        assert.notEqual(await page.evaluate(() => document.documentElement.lang), language);
        assert.ok(await focusIs(page, '[data-action="language"]'));
      },
      "change light and dark": async (hands) => {
        const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        const [before, label] = [await ground(), await page.locator('[data-action="theme"]').getAttribute("aria-label")];
        await hands.use('[data-action="theme"]');
        await until("the ground", ground, (now) => now !== before);
        assert.notEqual(await page.locator('[data-action="theme"]').getAttribute("aria-label"), label);
      },
      "open the basket": async (hands) => {
        await hands.tools();
        await hands.use('[data-action="open-basket"]', { key: "Shift+Tab" });
        await page.locator("page-basket h1").waitFor();
      },
      "turn the dial": async (hands) => {
        await hands.drawer();
        const before = await text(page, "shop-controls .said");
        await hands.reach('[data-action="surprise"]');
        await hands.press("ArrowRight");
        const now = await said(page, "shop-controls .said", (found) => found !== before);
        await closePanel(page);
        await openPanel(page, "controls");
        assert.equal(await text(page, "shop-controls .said"), now, "and it stays");
      },
      "pause": async (hands) => {
        await hands.drawer();
        const word = await text(page, '[data-action="pause"]');
        await hands.use('[data-action="pause"]');
        await said(page, '[data-action="pause"]', (found) => found !== word);
        await until("the choice", () => page.locator('shop-controls [data-action="gate-learn"]').isChecked(), (on) => !on);
        await written(page);
        const noted = await log(page);
        await page.keyboard.press("Escape");
        await go(page, at.item, ready.item);
        await written(page);
        assert.equal(await log(page), noted, "nothing more is noted");
        await openPanel(page, "controls");
        await page.locator('[data-action="pause"]').click();
        await said(page, '[data-action="pause"]', (found) => found === word);
      },
      "forget me": async (hands) => {
        await go(page, at.item, ready.item);
        await until("something to forget", () => log(page), (count) => count > 0);
        await arrive(page, "home");
        await hands.drawer();
        await hands.use('[data-action="erase"]');
        await until("the focus on the answer", () => focusIs(page, '[data-action="erase-confirm"]'), Boolean);
        await hands.press("Enter");
        await page.locator("shop-panel [data-toast]").waitFor();
        await until("an empty log", () => log(page), (count) => count === 0);
      },
    };
  },
  category: (page) => {
    const content = (hands) => hands.content();
    const shelf = onShelf(page, "category", content);
    const shown = () => page.locator("page-category li[data-item]").evaluateAll((all) => all.map(({ dataset }) => dataset.item));
    return {
      "narrow it to its last kind": async (hands) => {
        const before = await shown();
        await hands.content();
        await hands.reach('[aria-pressed="true"]', { within: '[role="toolbar"]' });
        await hands.press("End");
        await hands.press("Enter");
        const kind = await page.locator('[data-narrow][aria-pressed="true"]').getAttribute("data-narrow");
        const now = await until("fewer things", shown, (ids) => ids.join() !== before.join());
        for (const id of now) assert.ok([items.find((item) => item.id === id).category].flat().includes(kind), `${id} is no ${kind}`);
      },
      "sort it by price": async (hands) => {
        await hands.content();
        await hands.reach('[data-action="sort"]');
        await hands.press("ArrowDown", 2);
        const prices = async () => (await shown()).map((id) => items.find((item) => item.id === id).price ?? Infinity);
        await until("the cheapest first", prices, (found) => found.every((price, n) => n === 0 || price >= found[n - 1]));
      },
      "see more": async (hands) => {
        const before = (await shown()).length;
        await hands.content();
        await hands.use('[data-action="skip-shelf"]');
        await hands.use('[data-action="more"]');
        await until("more things", shown, (ids) => ids.length > before);
      },
      "open a product": shelf.open,
      "why it is here": shelf.why,
      "send it away and take it back": shelf.dismiss,
    };
  },
  search: (page) => {
    const shelf = onShelf(page, "search", (hands) => hands.content());
    return { "open a result": shelf.open, "why it is here": shelf.why };
  },
  item: (page) => {
    const similar = onShelf(page, "pdp-similar", async (hands) => (await hands.content(), await hands.reach('[data-action="skip-shelf"]')));
    return {
      "into the basket": async (hands) => {
        await hands.content();
        await hands.use('[data-action="basket"]', { within: "[data-product]" });
        await page.locator("[data-basket-count]").waitFor();
        await page.locator("[data-toast]").waitFor();
      },
      "like it": async (hands) => {
        await hands.content();
        await hands.use('[data-action="like"]', { within: "[data-product]" });
        await page.locator('[data-product] [data-action="like"][aria-pressed="true"]').waitFor();
      },
      "not for me, and take it back": async (hands) => {
        const away = () => page.locator('[data-action="take-back"]').count();
        await hands.content();
        await hands.use('[data-action="dismiss"]', { within: "[data-product]" });
        await until("away", away, (count) => count === 1);
        await until("the focus on the way back", () => focusIs(page, '[data-action="take-back"]'), Boolean);
        await hands.press("Enter");
        await until("back", away, (count) => count === 0);
        await until("the focus where it was", () => focusIs(page, '[data-action="dismiss"]'), Boolean);
      },
      "whether it is on my shelf": async (hands) => {
        await hands.content();
        await hands.use("summary", { within: "[data-whether]" });
        await page.locator("[data-verdict]").waitFor();
      },
      "open one that is like it": similar.open,
    };
  },
  basket: (page) => {
    const shelf = onShelf(page, "cart", (hands) => hands.content());
    const total = () => text(page, ".total");
    return {
      "open what would complete it": shelf.open,
      "change a quantity": async (hands) => {
        const count = () => page.locator("[data-basket-count]").getAttribute("data-basket-count").then(Number);
        const before = { total: await total(), count: await count() };
        await hands.content();
        await hands.reach('[data-action="quantity"]');
        await hands.press("ArrowUp");
        await until("the total", total, (now) => now !== before.total);
        assert.equal(await count(), before.count + 1);
      },
      "remove a line": async (hands) => {
        const lines = page.locator("li[data-basket]");
        const before = await lines.count();
        await hands.content();
        await hands.use('[data-action="remove"]');
        await until("a line less", () => lines.count(), (count) => count === before - 1);
      },
      "buy": async (hands) => {
        await hands.content();
        await hands.use('[data-action="checkout"]');
        await page.locator("[data-thanks]").waitFor();
        assert.equal(await page.locator("[data-basket-count]").count(), 0);
      },
    };
  },
  dial: (page) => ({
    "turn the dial": async (hands) => {
      const marked = () => page.locator('page-dial tr[aria-current="true"] td').first().textContent();
      const before = await marked();
      await hands.content();
      await hands.reach('input[type="range"]');
      await hands.press("ArrowRight");
      await until("the line that is marked", marked, (now) => now !== before);
    },
  }),
  merchant: (page) => ({
    "have shoppers simulated": async (hands) => {
      await hands.content();
      await hands.use('[data-action="simulate"]');
      await page.locator("page-merchant progress").waitFor();
      await page.locator("page-merchant progress").waitFor({ state: "detached", timeout: 60_000 });
    },
    "read the sums": async (hands) => {
      await hands.content();
      await hands.reach(".scroll", { within: "[data-watched]" });
      assert.ok((await page.locator("page-merchant .scroll").first().getAttribute("aria-label")).length > 0);
    },
    "go to the studio": async (hands) => {
      await hands.content();
      await hands.use('[data-action="studio"]');
      await page.locator("page-studio h1").waitFor();
    },
    "go back to the privacy centre": async (hands) => {
      await hands.content();
      await hands.use(".crumbs a");
      await page.locator("page-privacy h1").waitFor();
    },
  }),
  privacy: (page) => {
    const gate = (name) => page.locator(`page-privacy [data-action="gate-${name}"]`);
    return {
      "pause": async (hands) => {
        await hands.content();
        await hands.reach('[data-action="gate-learn"]');
        await hands.press("Space");
        assert.equal(await gate("learn").isChecked(), false);
        await until("the choice on record", () => page.locator("[data-receipt]").count(), (count) => count > 1);
        await gate("learn").click();
      },
      "export the log": async (hands) => {
        await hands.content();
        await hands.reach('[data-action="export"]', { within: "page-privacy" });
        const [download] = await Promise.all([page.waitForEvent("download"), hands.press("Enter")]);
        assert.ok(JSON.parse(await readFile(await download.path(), "utf8")).events.length > 0);
      },
      "stop counting": async (hands) => {
        await hands.content();
        await hands.use('[data-action="withdraw"]');
        await page.locator('[data-measuring="off"]').waitFor();
        assert.equal(await gate("measure").isChecked(), false);
      },
      "forget everything, after a question": async (hands) => {
        await hands.content();
        await hands.use('[data-action="erase"]', { within: "page-privacy" });
        await until("the focus on the answer", () => focusIs(page, '[data-action="erase-confirm"]'), Boolean);
        assert.ok((await log(page)) > 0, "nothing is gone before the answer");
        await hands.press("Enter");
        await page.locator("[data-toast]").waitFor();
        await until("an empty log", () => log(page), (count) => count === 0);
      },
      "withdraw everything": async (hands) => {
        await hands.content();
        await hands.use('[data-action="withdraw-all"]');
        await until("no database", () => page.evaluate(async () => (await indexedDB.databases()).length), (count) => count === 0);
        for (const name of ["store", "learn", "rank", "measure"]) assert.equal(await gate(name).isChecked(), false);
      },
    };
  },
  playground: (page) => ({
    "paste a feed, run, read what came of it": async (hands) => {
      await hands.content();
      await hands.reach("#feed");
      await hands.type(FEED);
      await hands.reach("#dump");
      await hands.type(JSON.stringify([{ event: "view_item", ecommerce: { items: [{ item_id: "k4" }] } }]));
      await hands.use('[data-action="run"]');
      await page.locator('[data-read="9"][role="status"]').waitFor();
      assert.ok((await page.locator("page-playground [data-shelf] > li").count()) > 0);
      await hands.reach(".scroll", { within: "page-playground" });
      assert.match(await text(page, 'tr[data-outcome="counted"] .ids'), /k4/);
    },
    "try the example": async (hands) => {
      await hands.content();
      await hands.use('[data-action="example"]');
      await hands.use('[data-action="run"]', { key: "Shift+Tab" });
      await page.locator("page-playground [data-shelf] > li").first().waitFor();
    },
    "be told what is wrong": async (hands) => {
      await hands.content();
      await hands.use('[data-action="run"]');
      await page.locator('[data-fault="no_feed"][role="alert"]').waitFor();
    },
  }),
};

const LANGUAGES = [["English", "en-GB"], ["French", "fr-FR"]];

for (const [turn, [language, locale]] of LANGUAGES.entries()) {
  // The order of the keyboard does not depend on the language: each task is done in one of them, in turns.
  test(`in ${language}, every other task takes at most ${PRESSES} presses, and leaves the focus somewhere`, { timeout: 300_000 * PATIENCE }, async (t) => {
    const { page, mishaps } = await enter(t, browser, server.origin, { options: { locale } });
    const found = {};
    let count = 0;
    for (const [name, tasks] of Object.entries(TASKS)) {
      for (const [task, run] of Object.entries(tasks(page))) {
        if (count++ % LANGUAGES.length !== turn) continue;
        if (name === "basket") await (await arrive(page, "home"), fillBasket(page));
        await arrive(page, name);
        const hands = new Typist(page);
        try {
          await run(hands);
          await until("the focus", () => focused(page), (on) => on !== "body");
        } catch (e) {
          found[`${name}: ${task}`] = `${hands.presses} presses, then ${e.message}`;
          continue;
        }
        t.diagnostic(`${name}: ${task}: ${hands.presses}`);
        if (hands.presses > PRESSES) found[`${name}: ${task}`] = `${hands.presses} presses`;
      }
    }
    assert.deepEqual(found, {});
    assert.deepEqual(mishaps, []);
  });
}

for (const [choice, gates] of [["accept", true], ["refuse", false]]) {
  test(`the shop's question is answered by keyboard: ${choice}`, async (t) => {
    const { page, mishaps } = await enter(t, browser, server.origin, { choice: null });
    const hands = new Typist(page);
    await hands.use('[data-action="skip-consent"]');
    await hands.use(`[data-action="consent-${choice}"]`);
    await page.locator("[data-consent]").waitFor({ state: "detached" });
    await until("the focus on the content", () => focusIs(page, "main"), Boolean);
    t.diagnostic(`${hands.presses}`);
    assert.ok(hands.presses <= PRESSES, `${hands.presses} presses`);
    await go(page, at.privacy, "page-privacy h1");
    for (const name of ["store", "learn", "rank", "measure"]) assert.equal(await page.locator(`page-privacy [data-action="gate-${name}"]`).isChecked(), gates, name);
    assert.deepEqual(mishaps, []);
  });
}

test("what is pressed and goes away gives the focus to what is there, and is told, also twice with the same words", async (t) => {
  // The strip says nothing at night: here it is midday, whenever the test runs.
  const behind = new Date().getUTCHours() - 12;
  const options = { timezoneId: `Etc/GMT${behind < 0 ? "" : "+"}${behind}` };
  const { page, mishaps } = await enter(t, browser, server.origin, { options });
  const use = async (target) => {
    await page.locator(target).first().focus();
    await page.keyboard.press("Enter");
  };
  const shelf = (action) => `[data-shelf="home"] [data-action="${action}"]`;
  const onto = (target) => until(`the focus on ${target}`, () => focusIs(page, target), Boolean);
  const among = () => until("the focus on the shelf", () => focusIs(page, "*", "shop-shelf"), Boolean);
  await page.locator(shelf("like")).first().waitFor();
  await use(shelf("like"));
  await use('.page-toast [data-action="undo"]');
  await among();
  await use('.page-toast [data-toast] > .round');
  await among();
  await use(shelf("dismiss"));
  await use('.page-toast [data-action="mute"]');
  await among();
  // The card of what is in the basket leaves its shelf behind the dialog.
  await use(shelf("basket"));
  await use(shelf("why"));
  await page.locator("[data-why][open]").waitFor();
  await page.waitForTimeout(100);
  await page.keyboard.press("Escape");
  await page.locator("[data-why][open]").waitFor({ state: "detached" });
  await among();
  // One start in some hundred draws silence for the strip.
  const strip = page.locator('[data-action="strip-dismiss"]').first();
  for (let starts = 0; starts < 3 && !(await strip.waitFor({ timeout: 5000 }).then(() => true, () => false)); starts++) await page.reload();
  await strip.waitFor();
  for (let left = 9; left > 0 && (await page.locator('[data-action="strip-dismiss"]').count()) > 0; left--) await use('[data-action="strip-dismiss"]');
  await onto('[data-action="strip-why"]');

  await openPanel(page, "history");
  await page.locator("shop-history .line").first().waitFor();
  await page.evaluate(() => {
    const bar = document.querySelector("shop-app").shadowRoot.querySelector("shop-panel shop-toast-bar").shadowRoot;
    globalThis.told = 0;
    new MutationObserver((all) => all.some(({ addedNodes }) => [...addedNodes].some((node) => node.matches?.("[data-toast]"))) && globalThis.told++).observe(bar, { childList: true, subtree: true });
  });
  /** Takes lines out of a list, and looks where the focus is each time. */
  const takeOut = async (list, button, most) => {
    for (let left = most; left > 0; left--) {
      const lines = await page.locator(`${list} ${button}`).count();
      if (lines === 0) return;
      await use(`${list} ${button}`);
      await until("a line less", () => page.locator(`${list} ${button}`).count(), (count) => count < lines);
      await until("the focus in the list", () => focusIs(page, "button, p", list), Boolean);
    }
  };
  await takeOut("shop-history", ".line button", 2);
  await until("both are told", () => page.evaluate(() => globalThis.told), (times) => times === 2);
  await page.locator('[data-action="tab-knows"]').click();
  assert.equal(await page.locator('[data-action="bring-back"]').first().evaluate((button) => button.ariaLabel.startsWith(button.textContent.trim())), true, "the name of a button begins with what it shows");
  await takeOut("shop-knows", "button", 40);
  await page.locator('[data-action="tab-history"]').click();
  await takeOut("shop-history", ".line button", 40);
  assert.deepEqual(mishaps, []);
});

test("a button that goes, or is off once it was pressed, leaves the focus where the keyboard goes on", { timeout: 120_000 * PATIENCE }, async (t) => {
  const { page, mishaps } = await enter(t, browser, server.origin);
  const use = async (target) => {
    await page.locator(target).focus();
    await page.keyboard.press("Enter");
  };
  const onto = (target, within) => until(`the focus on ${target}`, () => focusIs(page, target, within), Boolean);

  await go(page, at.playground, ready.playground);
  await page.locator("#feed").fill(FEED);
  await page.locator("#dump").fill(JSON.stringify(Array.from({ length: 201 }, () => ({ event: "view_item", ecommerce: { items: [{ item_id: "k4" }] } }))));
  await page.locator('page-playground [data-action="run"]').click();
  await use('[data-action="more-entries"]');
  await page.locator('[data-action="more-entries"]').waitFor({ state: "detached" });
  await onto(".scroll", "page-playground");

  await go(page, "#/studio", '[data-action="example-boost"]:not([disabled])');
  for (const action of ["pin", "restore"]) {
    await page.locator('[data-action="example-boost"]').click();
    await use(`[data-action="${action}"]:not([disabled])`);
    await page.locator(`[data-action="${action}"][disabled]`).waitFor();
    await onto('[data-action="export-rules"]');
  }
  await page.locator('[data-action="load-pack"]').setInputFiles({ name: "kettles.json", mimeType: "application/json", buffer: Buffer.from(FEED) });
  assert.match(await page.locator('[data-pack="kettles.json"][role="status"]').textContent(), /kettles\.json.*9 things/, "a pack that came is told");
  await use('[data-action="own-pack"]');
  await page.locator('[data-action="own-pack"]').waitFor({ state: "detached" });
  await onto('[data-action="load-pack"]');

  await go(page, at.home, ready.home);
  await page.evaluate((shown) => {
    const { flaneur } = document.querySelector("shop-app").store;
    for (const item of shown) flaneur.observe({ type: "view_item", item });
  }, products(items).slice(0, 45).map(({ id }) => id));
  await openPanel(page, "history");
  await until("the first lines", () => page.locator("shop-history .line").count(), (count) => count === 40);
  await use('shop-history [data-action="more"]');
  await page.locator('shop-history [data-action="more"]').waitFor({ state: "detached" });
  await onto('.line:nth-child(41) button', "shop-history");
  assert.deepEqual(mishaps, []);
});

test("what narrows a list is told by how much is left, and the dial by itself alone", async (t) => {
  const { page } = await enter(t, browser, server.origin, { at: at.category });
  const status = page.locator('page-category [role="status"]');
  await page.locator(ready.category).first().waitFor();
  await page.locator("page-category [data-narrow]").first().click();
  const told = () => status.textContent().then((text) => Number.parseInt(text, 10));
  const shown = () => page.locator("page-category li[data-item]").count();
  await until("the narrow list told", async () => (await told()) - (await shown()), (less) => less === 0);

  await openPanel(page, "controls");
  const cdp = await page.context().newCDPSession(page);
  const spoken = await page.locator('shop-controls [data-action="surprise"]').getAttribute("aria-valuetext");
  const { nodes } = await cdp.send("Accessibility.getFullAXTree");
  const texts = nodes.filter(({ ignored, role, name }) => !ignored && role.value === "StaticText" && name.value === spoken);
  assert.equal(texts.length, 1, "it can be read");
  assert.ok(nodes.some(({ properties = [] }) => properties.some(({ name, value }) => name === "live" && value.value === "polite")), "live regions can be found");
  const slider = nodes.find(({ role }) => role?.value === "slider");
  assert.equal(slider.description?.value ?? "", "", "no description says it again");
  const by = new Map(nodes.map((node) => [node.nodeId, node]));
  for (let node = texts[0]; node; node = by.get(node.parentId)) assert.notEqual(node.role.value, "status", "no live region says it again");
});

test(`why, pause and forget me are within ${ACTIONS} actions of every shelf of every page`, { timeout: 120_000 * PATIENCE }, async (t) => {
  const { page, mishaps } = await enter(t, browser, server.origin);
  let actions = 0;
  const act = async (control) => (actions++, control.click());
  const within = async (what, done) => {
    await done();
    assert.ok(actions <= ACTIONS, `${what} takes ${actions} actions`);
    actions = 0;
  };
  await fillBasket(page);
  for (const name of ["home", "category", "search", "item", "basket"]) {
    await arrive(page, name);
    const shelves = await page.locator("shop-shelf:not([hidden]) [data-shelf]").all();
    assert.ok(shelves.length > 0, `${name} has shelves`);
    for (const shelf of shelves) {
      const what = `${name}, ${await shelf.getAttribute("data-shelf")}`;
      await act(shelf.locator('[data-action="why"]').first());
      await within(`${what}: why`, () => page.locator("[data-why][open] h2").waitFor());
      await page.keyboard.press("Escape");
    }
    const before = await log(page);
    assert.ok(before > 0);
    await act(page.locator('shop-header [data-action="panel"]'));
    await act(page.locator('shop-panel [data-action="pause"]'));
    await within(`${name}: pause`, () => until("paused", () => page.locator('shop-controls [data-action="gate-learn"]').isChecked(), (on) => !on));
    await page.locator('shop-panel [data-action="pause"]').click();
    await closePanel(page);
  }
  for (const name of ["home", "category", "search", "item", "basket"]) {
    await go(page, "#/", ready.home);
    await fillBasket(page);
    await arrive(page, name);
    await until("something to forget", () => log(page), (count) => count > 0);
    await act(page.locator('[data-action="panel-forget"]'));
    await act(page.locator('shop-panel [data-action="erase-confirm"]'));
    await within(`${name}: forget me`, () => page.locator("shop-panel [data-toast]").waitFor());
    await closePanel(page);
    await until("an empty basket", () => page.locator("[data-basket-count]").count(), (count) => count === 0);
  }
  assert.deepEqual(mishaps, []);
});

for (const [language, locale] of LANGUAGES) {
  test(`in ${language}, every stop of the keyboard is at least ${TARGET} pixels each way, and shows the focus`, { timeout: 300_000 * PATIENCE }, async (t) => {
    const { page, mishaps } = await enter(t, browser, server.origin, { choice: null, options: { locale } });
    const found = {};
    const look = async (name) => {
      const { stops, wrong } = await page.evaluate(stopsOf, TARGET);
      assert.ok(stops >= 3, `${name}: only ${stops} stops`);
      if (wrong.length > 0) found[name] = wrong;
    };
    await page.locator(ready.home).first().waitFor();
    await page.keyboard.press("Tab"); // what is focused by a script is now shown as for a keyboard
    await look("the door");
    await page.locator('[data-action="consent-accept"]').click();
    await answered(page);
    await fillBasket(page);
    for (const name of Object.keys(at)) {
      await arrive(page, name);
      if (name === "playground") {
        await page.locator('[data-action="example"]').click();
        await page.locator('page-playground >> [data-action="run"]').click();
        await page.locator("page-playground [data-shelf] > li").first().waitFor();
      }
      if (name === "merchant") await page.locator("[data-watched] .scroll").first().waitFor();
      await page.keyboard.press("Tab");
      await look(name);
    }
    for (const tab of ["controls", "knows", "history", "engine"]) {
      await openPanel(page, tab);
      await page.keyboard.press("Tab");
      await look(`the drawer: ${tab}`);
      await page.keyboard.press("Escape");
    }
    await arrive(page, "home");
    await page.locator('[data-shelf="home"] [data-action="why"]').first().click();
    await page.locator("[data-why][open]").waitFor();
    await page.keyboard.press("Tab");
    assert.equal((await page.evaluate(stopsOf, TARGET)).wrong.join("; "), "", "why");
    assert.deepEqual(found, {});
    assert.deepEqual(mishaps, []);
  });
}

/** Runs in the page: focuses everything that Tab can reach, and names what is too small then or looks as without the focus. */
async function stopsOf(target) {
  const everything = (root) => [...root.querySelectorAll("*")].flatMap((node) => [node, ...(node.shadowRoot ? everything(node.shadowRoot) : [])]);
  const modal = everything(document).find((node) => node.matches("dialog:modal"));
  const inside = modal ? [...everything(modal), ...modal.querySelectorAll("slot")].flatMap((node) => (node.localName === "slot" ? node.assignedElements().flatMap((one) => [one, ...everything(one)]) : [node])) : everything(document);
  const stops = inside.filter((node) => node.tabIndex >= 0 && node.checkVisibility({ visibilityProperty: true }) && !node.matches(":disabled, dialog") && !node.shadowRoot);
  const frame = (node) => {
    const { outlineStyle, outlineWidth, outlineColor, boxShadow } = getComputedStyle(node);
    return outlineStyle === "none" || parseFloat(outlineWidth) === 0 ? boxShadow : `${outlineWidth} ${outlineColor} ${boxShadow}`;
  };
  // A file is chosen by a label that looks like a button; it shows the focus for the field that it holds.
  const shownBy = (node) => (node.type === "file" ? node.closest("label") : node);
  const wrong = [];
  for (const node of stops) {
    const what = `${node.localName} ${node.dataset.action ?? ""} ${(node.getAttribute("aria-label") ?? node.textContent).trim().slice(0, 30)}`;
    const shown = shownBy(node);
    node.blur();
    const before = frame(shown);
    node.focus();
    if (!node.matches(":focus-visible")) wrong.push(`${what}: cannot be focused`);
    if (frame(shown) === before) wrong.push(`${what}: looks as without the focus`);
    const { width, height } = shown.getBoundingClientRect();
    // A link in a sentence is as high as its line.
    const inline = node.localName === "a" && getComputedStyle(node).display === "inline" && node.parentElement.textContent.trim() !== node.textContent.trim();
    if (!inline && (width < target || height < target)) wrong.push(`${what}: ${width.toFixed(1)} × ${height.toFixed(1)}`);
  }
  return { stops: stops.length, wrong };
}
