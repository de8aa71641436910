/** The demo shop in any engine: its built page, which also asks the test what to do, and ways to look into it. */

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { ROOT, SHOP } from "./server.mjs";

/** The origin of a server with the built demo shop. `faults` are the server's other answers. */
export async function shopOf(world, faults = {}) {
  const script = '<script src="/kit/mishaps.js"></script><script type="module" src="/kit/remote.js"></script></body>';
  const page = readFileSync(join(ROOT, "www/dist/index.html"), "utf8").replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, "").replace("</body>", script);
  const mounts = { "/kit/": "tests/browser/pages", "/modules/": "node_modules", ...SHOP };
  const { origin } = await world.server({ ...faults, "/": { body: page, type: "text/html; charset=utf-8" }, "/sw.js": { status: 404, body: "" } }, mounts);
  return origin;
}

/** Runs in a page: gives it a way to look through shadow roots, where "a >> b" is b somewhere inside a. */
export function lookThrough() {
  const roots = (node) => [node, ...(node.shadowRoot ? [node.shadowRoot] : [])];
  const within = (selector, from) => {
    for (const root of roots(from)) {
      const found = root.querySelector(selector);
      if (found) return found;
      for (const element of root.querySelectorAll("*")) {
        const inside = element.shadowRoot && within(selector, element.shadowRoot);
        if (inside) return inside;
      }
    }
    return undefined;
  };
  window.deep = (selectors) => selectors.split(" >> ").reduce((from, selector) => from && within(selector, from), document);
  window.there = async (selectors) => {
    for (let tries = 0; tries < 1000; tries++) {
      const found = window.deep(selectors);
      if (found) return found;
      await window.sleep(20);
    }
    throw new Error(`not there: ${selectors}`);
  };
}
