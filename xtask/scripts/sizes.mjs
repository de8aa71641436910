// Prints the sizes of the npm package as JSON: its wasm modules as they are,
// and each JavaScript entry as a shop would ship it, bundled and minified with
// what it imports at once. What it imports later, on demand, is not counted.
//
// Usage: node sizes.mjs <folder of the package>

import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "vite";

const folder = resolve(process.argv[2] ?? "pkg");
const manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));

const modules = [];
for (const name of (await readdir(join(folder, "dist"))).sort()) {
  if (name.endsWith(".wasm")) {
    modules.push({ name, ...measure(await readFile(join(folder, "dist", name))) });
  }
}

const entries = [];
for (const [name, target] of Object.entries(manifest.exports ?? {})) {
  const path = inBrowser(target);
  if (path?.endsWith(".js")) {
    entries.push({ name, ...measure(await bundled(join(folder, path))) });
  }
}

console.log(JSON.stringify({ modules, entries }));

/** The file that a browser's bundler takes for an export. */
function inBrowser(target) {
  if (typeof target === "string" || target === null) return target;
  for (const [condition, next] of Object.entries(target)) {
    if (["browser", "import", "default"].includes(condition)) {
      const path = inBrowser(next);
      if (path) return path;
    }
  }
  return undefined;
}

/** The code of an entry and of everything it imports statically. */
async function bundled(input) {
  const { output } = await build({
    root: folder,
    configFile: false,
    publicDir: false,
    logLevel: "warn",
    build: {
      write: false,
      minify: true,
      modulePreload: false,
      assetsInlineLimit: 0, // the modules stay files
      // What is exported is used; a framework is the shop's own already.
      // A hash in a chunk's name is luck: a change of what is loaded later moved the size of an entry by 60 bytes.
      rolldownOptions: { input, external: ["react", "vue"], preserveEntrySignatures: "strict", output: { chunkFileNames: "assets/[name].js" } },
    },
  });
  const chunks = new Map(output.filter((file) => file.type === "chunk").map((chunk) => [chunk.fileName, chunk]));
  const wanted = new Set([...chunks.values()].filter((chunk) => chunk.isEntry).map((chunk) => chunk.fileName));
  // A set gives what is added while it is walked.
  for (const name of wanted) {
    for (const imported of chunks.get(name)?.imports ?? []) wanted.add(imported);
  }
  return Buffer.from([...wanted].map((name) => chunks.get(name)?.code ?? "").join("\n"));
}

function measure(bytes) {
  return {
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      },
    }).length,
  };
}
