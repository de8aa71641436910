/**
 * Opens a shop: the engine, the catalog and what the device remembers, side by side.
 */

import type { CatalogContent } from "./catalog.js";
import { isUnavailable, readCatalog } from "./catalog.js";
import { Handle } from "./flaneur.js";
import type { Sources } from "./loader.js";
import { loadEngine } from "./loader.js";
import { checkOptions } from "./options.js";
import type { Catalog, Flaneur } from "./types.js";
import { breath } from "./wait.js";

/** What every entry point's `open` does, with the parts it brings. */
export async function openWith(sources: Sources, options: unknown): Promise<Flaneur> {
  const checked = checkOptions(options);
  const engine = loadEngine(sources, checked.wasm); // never rejects
  // On a slow device, each of the steps between is nearly as long as a task may be.
  await breath();
  const handle = new Handle(checked, sources.measurer);
  try {
    const parts = Promise.all([engine, reachCatalog(checked.catalog)]);
    parts.catch(() => {}); // awaited below: what fails before must not be left unhandled
    const memory = handle.recall();
    memory.catch(() => {});
    const ready = await parts;
    await breath();
    await handle.prepare(...ready); // while the disk still answers
    await breath();
    handle.rehearse();
    await memory;
    await breath();
    handle.begin();
    handle.fold();
    await breath();
    return handle.face();
  } catch (e) {
    await handle.close();
    throw e;
  }
}

/** The catalog, or nothing when it is out of reach. */
async function reachCatalog(catalog: Catalog): Promise<CatalogContent | undefined> {
  try {
    return await readCatalog(catalog);
  } catch (e) {
    if (isUnavailable(e)) return undefined;
    throw e;
  }
}
