// Gives the tests the package's worker entry, and counts what the page did not catch.

import { isFlaneurError, open } from "/pkg/worker.js";

window.uncaught = [];
addEventListener("error", (event) => window.uncaught.push(String(event.message)));
addEventListener("unhandledrejection", (event) => window.uncaught.push(String(event.reason)));

window.items = Array.from({ length: 60 }, (_, i) => ({
  id: `item-${i}`,
  title: `Thing ${i}`,
  brand: `brand-${i % 4}`,
  category: ["all", `shelf-${i % 6}`],
  price: 5 + i,
}));
window.workers = [];
/** Makes workers that the test can kill. */
window.make = () => {
  const worker = new Worker("/pkg/worker/host.js", { type: "module" });
  window.workers.push(worker);
  return worker;
};
window.openShop = (options = {}) =>
  open({ shop: "worker", catalog: window.items, consent: { learn: true, rank: true }, storage: "memory", seed: 1, worker: window.make, ...options });
window.flaneur = { open, isFlaneurError };
window.ready = true;
