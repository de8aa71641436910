// Gives the tests the package, and counts what the page did not catch.

import { isFlaneurError, open } from "/pkg/index.js";
import { linesOf } from "/support/golden.mjs";

window.uncaught = [];
addEventListener("error", (event) => window.uncaught.push(String(event.message)));
addEventListener("unhandledrejection", (event) => window.uncaught.push(String(event.reason)));

window.items = Array.from({ length: 60 }, (_, i) => ({
  id: `item-${i}`,
  title: `Thing ${i}`,
  brand: `brand-${i % 4}`,
  category: ["all", `shelf-${i % 6}`],
  tags: [`tag-${i % 5}`],
  price: 5 + i,
}));
window.flaneur = { open, isFlaneurError, linesOf };
window.ready = true;
