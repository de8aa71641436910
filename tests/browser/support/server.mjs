/**
 * A small static server of the tests: right MIME types, a log of what was asked, and faults that a
 * test switches on: another status, other bytes, other headers, or silence.
 */

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, normalize, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** The tests' own pages with the built package beside them. */
export const PAGES = { "/pkg/": "pkg/dist", "/modules/": "node_modules", "/support/": "tests/support", "/vectors/": "tests/vectors", "/": "tests/browser/pages" };
/** The built demo shop. */
export const SHOP = { "/": "www/dist" };

const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

/**
 * Serves folders of the repository by address prefix. `faults` maps an address to what is answered
 * instead: `{ status, body, type, headers }`; without `body` the file stays. `remote` answers pages that
 * drive themselves. `headers` go with every answer.
 */
export async function serve(mounts, faults = {}, remote = undefined, headers = {}) {
  const asked = [];
  const server = createServer((request, response) => {
    if (remote?.handle(request, response)) return;
    const path = decodeURIComponent(new URL(request.url, "http://server").pathname);
    asked.push({ method: request.method, path, url: request.url });
    answer(mounts, path, faults[path]).then(
      (found) => response.writeHead(found.status, { ...found.headers, ...headers }).end(found.body),
      (error) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    asked,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

async function answer(mounts, path, fault) {
  const file = fileOf(mounts, path.endsWith("/") ? `${path}index.html` : path);
  const found = fault?.body ?? (file && (await readFile(file).catch(() => undefined)));
  const headers = { "access-control-allow-origin": "*", "cache-control": "no-cache", "content-type": fault?.type ?? TYPES[extname(file ?? "")] ?? "application/octet-stream" };
  if (found === undefined) return { status: 404, headers: { ...headers, "content-type": "text/plain" }, body: "not found" };
  return { status: fault?.status ?? 200, headers: { ...headers, ...fault?.headers }, body: found };
}

function fileOf(mounts, path) {
  const prefix = Object.keys(mounts).find((start) => path.startsWith(start));
  if (prefix === undefined) return undefined;
  const folder = resolve(ROOT, mounts[prefix]);
  const file = normalize(`${folder}${sep}${path.slice(prefix.length)}`);
  return file.startsWith(folder + sep) ? file : undefined;
}
