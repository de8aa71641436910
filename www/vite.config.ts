// Builds the shop, and writes the build's own hash and file list into its service worker.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { defineConfig, type Plugin } from "vite";

/** Every file under a folder, sorted. */
function files(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      return statSync(path).isDirectory() ? files(path) : [path];
    });
}

/** Fills the two placeholders of dist/sw.js: the version, and what the shell is made of. */
function serviceWorker(): Plugin {
  let out = "";
  return {
    name: "shop-service-worker",
    apply: "build",
    configResolved(config) {
      out = join(config.root, config.build.outDir);
    },
    closeBundle() {
      const worker = join(out, "sw.js");
      if (!existsSync(worker)) return;
      // What the pack was made from is no part of the shop.
      for (const name of ["items.ndjson", "events.csv"]) rmSync(join(out, "catalog", name), { force: true });
      const hash = createHash("sha256");
      const shell: string[] = [];
      for (const path of files(out)) {
        const name = relative(out, path).split(sep).join("/");
        if (name === "sw.js" || name.endsWith(".map")) continue;
        hash.update(name).update(readFileSync(path));
        // The inline copy of the engine is for pages that cannot have the file; offline, the file is there.
        // What measures is fetched after consent and not before, and the questions are those of today.
        if (!/^(catalog|measure)\/|^assets\/(inline|measurer|upstream)/.test(name)) shell.push(name);
      }
      const text = readFileSync(worker, "utf8")
        .replace("__BUILD__", hash.digest("hex").slice(0, 16))
        .replace('["__SHELL__"]', JSON.stringify(shell));
      writeFileSync(worker, text);
    },
  };
}

export default defineConfig({
  base: "./",
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  // The package finds its wasm beside itself; pre-bundling would move it.
  optimizeDeps: { exclude: ["flaneur"] },
  plugins: [serviceWorker()],
});
