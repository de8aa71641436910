/** Modules of the demo shop's page, which is TypeScript: Vite turns them into what Node.js runs. */

import { fileURLToPath } from "node:url";

import { createServer } from "vite";

/** Loads modules by their paths in `www/src`. */
export async function pageModules(...paths) {
  const root = fileURLToPath(new URL("../../../www/", import.meta.url));
  const vite = await createServer({ root, configFile: false, logLevel: "error", appType: "custom", server: { middlewareMode: true, ws: false, watch: null }, optimizeDeps: { noDiscovery: true } });
  try {
    return await Promise.all(paths.map((path) => vite.ssrLoadModule(`/src/${path}`)));
  } finally {
    await vite.close();
  }
}
