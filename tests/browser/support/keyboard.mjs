/**
 * Keys as a person presses them, which no script of a page can make: through the driver that each engine brings.
 *
 * Chromium: its debugger; Firefox: Marionette; WebKitGTK: WebKitWebDriver, which starts the browser itself.
 */

import { existsSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";

import { chromium } from "playwright-core";

import { there } from "./engines.mjs";

/** The keys of WebDriver, by their names. */
const KEYS = { Tab: "\uE004", Enter: "\uE007", Shift: "\uE008", Escape: "\uE00C", Space: " ", End: "\uE010", ArrowUp: "\uE013", ArrowRight: "\uE014", ArrowDown: "\uE015" };

/** What a key types: a letter is itself. */
const valueOf = (name) => KEYS[name] ?? name;

/** What presses keys and clicks in the first page of a browser that was started with `keys`: `press("Shift+Tab")`, `click(12, 80)`. */
export async function keyboardOf(browser) {
  if (browser.engine === "chromium") {
    const [context] = (await chromium.connectOverCDP(await browser.debugger())).contexts();
    return { press: (key) => context.pages()[0].keyboard.press(key), click: (x, y) => context.pages()[0].mouse.click(x, y) };
  }
  const perform = browser.engine === "firefox" ? await marionette(browser.profile) : (actions) => browser.driver("actions", { actions });
  return {
    press: (key) => perform([{ type: "key", id: "keyboard", actions: strokes(key.split("+")) }]),
    click: (x, y) => perform([{ type: "pointer", id: "mouse", parameters: { pointerType: "mouse" }, actions: click(Math.round(x), Math.round(y)) }]),
  };
}

/** Pressed in order, released the other way round. */
function strokes(names) {
  const values = names.map(valueOf);
  return [...values.map((value) => ({ type: "keyDown", value })), ...values.reverse().map((value) => ({ type: "keyUp", value }))];
}

function click(x, y) {
  return [{ type: "pointerMove", duration: 0, origin: "viewport", x, y }, { type: "pointerDown", button: 0 }, { type: "pointerUp", button: 0 }];
}

/** A session of Firefox's driver: messages are JSON with their length before them. */
async function marionette(profile) {
  const file = join(profile, "MarionetteActivePort");
  const port = await there("Marionette", () => existsSync(file) && Number(readFileSync(file, "utf8")));
  const socket = connect(port, "127.0.0.1");
  const answers = new Map();
  let heard = Buffer.alloc(0);
  let calls = 0;
  socket.on("error", () => {}); // the browser is killed at the end
  socket.on("data", (part) => {
    heard = Buffer.concat([heard, part]);
    for (let colon; (colon = heard.indexOf(":")) > 0; ) {
      const end = colon + 1 + Number(heard.subarray(0, colon));
      if (heard.length < end) return;
      const message = JSON.parse(heard.subarray(colon + 1, end));
      heard = heard.subarray(end);
      if (!Array.isArray(message)) continue; // its greeting
      const [, call, error, value] = message;
      const { resolve, reject } = answers.get(call);
      if (error) reject(new Error(`Marionette: ${error.message}`));
      else resolve(value);
    }
  });
  const send = (name, given) =>
    new Promise((resolve, reject) => {
      const call = ++calls;
      answers.set(call, { resolve, reject });
      const text = JSON.stringify([0, call, name, given]);
      socket.write(`${Buffer.byteLength(text)}:${text}`);
    });
  await send("WebDriver:NewSession", {});
  return (actions) => send("WebDriver:PerformActions", { actions });
}
