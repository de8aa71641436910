// Finds the best of many vectors with everything there is, in turn. The driver calls `window.scan` and `window.growth`.

import { hnswlib, hnswlibExact, orama, clientVectorSearch, voy } from "./contenders/search.js";
import { mapAndSort, typedArrayHeap } from "./contenders/plain.js";
import { chill, load, ours, rowsOf } from "./contenders/ours.js";
import { onnxruntimeWeb } from "./contenders/onnxruntime.js";
import { tensorflow } from "./contenders/tensorflow.js";
import { inTurn } from "./measure.js";
import { PLACES, quantizedRecall, recall, vectors } from "./vectors.js";

/** Everyone but the product, with the largest catalog that it is asked for. */
const OTHERS = [
  { name: "typed array and heap", kind: "page", make: typedArrayHeap },
  { name: "objects, map and sort", kind: "page", make: mapAndSort },
  { name: "onnxruntime-web", kind: "exact", make: onnxruntimeWeb },
  { name: "@tensorflow/tfjs", kind: "exact", make: tensorflow },
  { name: "hnswlib-wasm, exact index", package: "hnswlib-wasm", kind: "exact", make: hnswlibExact },
  { name: "hnswlib-wasm, HNSW", package: "hnswlib-wasm", kind: "approximate", make: hnswlib },
  { name: "@orama/orama", kind: "exact", make: orama },
  { name: "voy-search", kind: "exact", make: voy, most: 10_000, reason: "it takes its vectors as nested objects, and is asked for 10,000 at most" },
  { name: "client-vector-search", kind: "exact", make: clientVectorSearch },
];

const say = (text) => {
  document.querySelector("#state").textContent = text;
  console.info(text);
};

/**
 * One size: times of all in turn, with recall; warm and with cold caches.
 *
 * Warm is what a call finds after another of its own: untimed, since the one whose turn it was before emptied the caches.
 */
window.scan = async ({ items, dims, samples, absent }) => {
  say(`making ${items} vectors`);
  const world = vectors(items, dims);
  const us = await ours(world);
  const contenders = [
    { name: "flaneur", kind: "ours", ...us },
    { name: "reading the bytes", kind: "roofline", top: us.read },
  ];
  const missing = [];
  for (const { name, kind, make, most = Infinity, reason, package: from = name } of OTHERS) {
    if (absent[from]) missing.push({ name, reason: absent[from] });
    else if (items > most) missing.push({ name, reason });
    else {
      say(`preparing ${name} for ${items} items`);
      const started = performance.now();
      try {
        contenders.push({ name, kind, readyMs: performance.now() - started, ...(await make(world)) });
        contenders.at(-1).readyMs = performance.now() - started;
      } catch (error) {
        missing.push({ name, reason: String(error) });
      }
    }
  }
  const lists = new Map();
  for (const { name, kind, top } of contenders) {
    if (kind === "roofline") continue;
    const found = [];
    for (const asker of world.askers) found.push(Array.from(await top(asker)));
    lists.set(name, recall(world, found));
  }
  say(`searching ${items} items`);
  const asked = contenders.map(({ name, top }) => ({ name, call: (i) => top(world.askers[i % world.askers.length]) }));
  const times = await inTurn(asked.map((it) => ({ ...it, before: it.call })), samples);
  const rows = times.map((row, at) => {
    const { kind, readyMs, buildMs } = contenders[at];
    return { ...row, kind, readyMs, buildMs, recall: lists.get(row.name) };
  });
  const cold = await inTurn(asked.map((it) => ({ ...it, most: 1, before: chill })), samples);
  return { items, dims, places: PLACES, rows, missing, cold, quantizedRecall: quantizedRecall(world) };
};

/** How the scan grows with dimensions and with vectors asked at once. */
window.growth = async ({ items, samples }) => {
  await load();
  const dims = [16, 32, 64, 128];
  const worlds = dims.map((it) => vectors(items, it));
  const byDims = worlds.map((world) => {
    const rows = rowsOf(world);
    return { name: String(world.dims), call: (i) => rows.top(world.askers[i % world.askers.length].bytes, PLACES) };
  });
  const world = worlds[1];
  const rows = rowsOf(world);
  const byQueries = [1, 2, 3, 4, 6, 8].map((count) => {
    const together = new Uint8Array(count * world.dims);
    for (let k = 0; k < count; k++) together.set(world.askers[k].bytes, k * world.dims);
    return { name: String(count), call: () => rows.top(together, PLACES) };
  });
  return { items, dims: await inTurn(byDims, samples), queries: await inTurn(byQueries, samples), queryDims: world.dims };
};
window.ready = true;
