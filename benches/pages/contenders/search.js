/** Search libraries from npm that find vectors. */

import { PLACES } from "../vectors.js";
import { objects } from "./plain.js";

/** hnswlib-wasm, its approximate index: M 16, efConstruction 100, ef 128. */
export async function hnswlib({ count, dims, floats }) {
  const library = await hnswlibModule();
  const index = new library.HierarchicalNSW("ip", dims, "");
  const started = performance.now();
  index.initIndex(count, 16, 100, 100);
  index.setEfSearch(128);
  for (let item = 0; item < count; item++) index.addPoint(floats.subarray(item * dims, (item + 1) * dims), item, false);
  return { buildMs: performance.now() - started, top: (asker) => index.searchKnn(asker.floats, PLACES, undefined).neighbors };
}

/** hnswlib-wasm, its exact index. */
export async function hnswlibExact({ count, dims, floats }) {
  const library = await hnswlibModule();
  const index = new library.BruteforceSearch("ip", dims);
  index.initIndex(count);
  for (let item = 0; item < count; item++) index.addPoint(floats.subarray(item * dims, (item + 1) * dims), item);
  return { top: (asker) => index.searchKnn(asker.floats, PLACES, undefined).neighbors };
}

let library;

async function hnswlibModule() {
  library ??= (await import("/peers/hnswlib-wasm/dist/hnswlib.js")).loadHnswlib();
  return library;
}

/** Orama in its vector mode. */
export async function orama(world) {
  const { create, insertMultiple, search } = await import("/peers/@orama/orama/dist/browser/index.js");
  const db = create({ schema: { embedding: `vector[${world.dims}]` } });
  await insertMultiple(db, objects(world).map(({ id, embedding }) => ({ id: String(id), embedding })), 1000);
  const top = async (asker) => {
    const vector = { value: Array.from(asker.floats), property: "embedding" };
    const { hits } = await search(db, { mode: "vector", vector, similarity: -1, limit: PLACES, includeVectors: false });
    return hits.map(({ id }) => Number(id));
  };
  return { top };
}

/** Voy's k-d tree. Its npm package is for bundlers only, so the module is instantiated here. */
export async function voy(world) {
  const glue = await import("/peers/voy-search/voy_search_bg.js");
  const { instance } = await WebAssembly.instantiateStreaming(fetch("/peers/voy-search/voy_search_bg.wasm"), { "./voy_search_bg.js": glue });
  glue.__wbg_set_wasm(instance.exports);
  const embeddings = objects(world).map(({ id, embedding }) => ({ id: String(id), title: "", url: "", embeddings: embedding }));
  const started = performance.now();
  const index = new glue.Voy({ embeddings });
  return { buildMs: performance.now() - started, top: (asker) => index.search(asker.floats, PLACES).neighbors.map(({ id }) => Number(id)) };
}

/** client-vector-search, given vectors instead of texts. */
export async function clientVectorSearch(world) {
  const { EmbeddingIndex } = await import("/peers/client-vector-search/dist/index.mjs");
  const index = new EmbeddingIndex(objects(world));
  const top = async (asker) => {
    const found = await index.search(Array.from(asker.floats), { topK: PLACES });
    return found.map(({ object }) => object.id);
  };
  return { top };
}
