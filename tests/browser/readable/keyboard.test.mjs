// The elements by keyboard alone, in each engine, with keys as a person presses them: each task in at most twelve.

import assert from "node:assert/strict";

import { until } from "../support/browser.mjs";
import { fault } from "../support/fault.mjs";
import { keyboardOf } from "../support/keyboard.mjs";

const PRESSES = 12;

fault(
  {
    name: `every task of the elements is done by keyboard in at most ${PRESSES} presses`,
    injected: "keys, through the engine's own driver",
    expected: `each task done, within ${PRESSES} presses, the focus on what comes next`,
  },
  async (world) => {
    const { browser, page } = await world.browser({ keys: true }, "/remote-elements.html");
    await page.run(enter);
    const keyboard = await keyboardOf(browser);
    const focus = () => page.run(focused);
    let presses = 0;
    const press = async (key) => (presses++, keyboard.press(key));
    const reach = async (name, key = "Tab") => {
      while ((await focus()) !== name && presses <= PRESSES) await press(key);
      assert.equal(await focus(), name);
    };
    const task = async (name, from, steps) => {
      await page.run(begin, from);
      presses = 0;
      await steps();
      world.say(`${name}: ${presses} presses`);
      assert.ok(presses <= PRESSES, `${name} took ${presses} presses`);
    };
    const become = (what, ask, value) => until(what, () => page.run(ask), (found) => found === value);
    await task("why", "a", async () => {
      await reach("why");
      await press("Enter");
      await become("the reasons", isOpen, true);
      await press("Escape");
      await become("the shelf again", isOpen, false);
      assert.equal(await focus(), "why");
    });
    await task("send away and undo", "[data-act=why]", async () => {
      await reach("away");
      await press("Enter");
      await become("the focus on undo", focused, "undo");
      await press("Enter");
      await become("the focus on the item", focused, "why");
    });
    await task("pause", "[data-item]:last-child [data-act=away]", async () => {
      await reach("pause");
      await press("Enter");
      await become("no learning", () => window.shop.consent.gates.learn, false);
    });
    await task("the shop's order", "[data-act=pause]", async () => {
      await reach("order", "Shift+Tab");
      await press("Enter");
      await become("no ranking", () => window.shop.consent.gates.rank, false);
    });
    await task("open and close the centre", "[data-act=order]", async () => {
      await reach("centre");
      await press("Enter");
      await become("the centre", isOpen, true);
      await press("Escape");
      await become("the shelf again", isOpen, false);
    });
    await task("forget me, after a question", "[data-act=centre]", async () => {
      await reach("erase");
      await press("Enter");
      await become("the focus on the answer", focused, "erase-yes");
      await press("Enter");
      await become("an empty log", () => window.shop.profile.inspect().events, 0);
      assert.equal(await focus(), "erase");
    });
  },
);

// What follows runs in the page.

async function enter() {
  document.body.innerHTML = '<main><h1>Elements</h1><flaneur-shelf name="home" size="6"></flaneur-shelf></main>';
  await import("/elements.js");
  const shelf = document.querySelector("flaneur-shelf");
  while (!shelf.shadowRoot.querySelector("[data-act=pause]")) await window.sleep(20);
}

/** Where a task begins. */
function begin(selectors) {
  document.querySelector("flaneur-shelf").shadowRoot.querySelector(selectors).focus();
}

/** What has the focus, through shadow roots: its act, else its name. */
function focused() {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return at?.dataset.act ?? at?.localName;
}

/** Whether a dialog of the shelf is open. */
function isOpen() {
  const { shadowRoot } = document.querySelector("flaneur-shelf");
  return ["flaneur-why", "flaneur-centre"].some((name) => shadowRoot.querySelector(name).shadowRoot.querySelector("dialog[open]") !== null);
}
