/** A page in real Chromium, and a plain web server that notes what is asked of it. */

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm" };

/**
 * Serves a folder. `refuse` names paths that answer 404, `change` alters a body; `headers` go with every
 * answer; `prefix` is what paths begin with.
 */
export async function serve(folder, { refuse = () => false, change = (_, body) => body, headers = {}, prefix = "" } = {}) {
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url, "http://localhost").pathname);
    const file = join(folder, path === "/" ? "index.html" : path.replace(prefix, ""));
    try {
      if (refuse(path)) throw new Error("refused");
      const body = change(path, await readFile(file));
      response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream", ...headers }).end(body);
    } catch {
      response.writeHead(404, headers).end("not here");
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => new Promise((resolve) => server.close(resolve)) };
}

/**
 * Visits a page until its script has a result.
 *
 * Gives the result, the shelf's entries, the addresses that were asked for, the scripts' texts, and what
 * went wrong: errors, and what the console calls one.
 */
export async function visit(browser, url) {
  const page = await (await browser.newContext()).newPage();
  const requests = [];
  const errors = [];
  const texts = [];
  page.on("request", (request) => requests.push(request.url()));
  page.on("response", (response) => {
    if (response.request().resourceType() === "script") texts.push(response.text().catch(() => ""));
  });
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await page.goto(url);
  await page.waitForFunction(() => globalThis.result !== undefined, null, { timeout: 60_000 }).catch((e) => {
    throw new Error(`no result; the page said: ${errors.join("; ") || "nothing"}`, { cause: e });
  });
  const result = await page.evaluate(() => globalThis.result);
  const shown = await page.locator("li").allTextContents();
  const scripts = await Promise.all(texts);
  await page.context().close();
  return { result, shown, requests, scripts, errors };
}
