/** Real Chromium, and a plain web server that notes what is asked of it. */

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { chromium } from "playwright-core";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm" };

/** Serves a folder. `refuse` names paths that answer 404; `headers` go with every answer. */
export async function serve(folder, { refuse = () => false, headers = {} } = {}) {
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url, "http://localhost").pathname);
    const file = join(folder, path === "/" ? "index.html" : path);
    try {
      if (refuse(path)) throw new Error("refused");
      const body = await readFile(file);
      response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream", ...headers }).end(body);
    } catch {
      response.writeHead(404, headers).end("not here");
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => new Promise((resolve) => server.close(resolve)) };
}

/** Starts the browser. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.FLANEUR_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu"],
  });
}

/** Visits a page until its script has a result. */
export async function visit(browser, url) {
  const page = await (await browser.newContext()).newPage();
  const requests = [];
  const errors = [];
  page.on("request", (request) => requests.push(request.url()));
  page.on("pageerror", (error) => errors.push(error.message));
  await page.goto(url);
  await page.waitForFunction(() => globalThis.result !== undefined, null, { timeout: 30_000 }).catch((e) => {
    throw new Error(`no result; the page said: ${errors.join("; ") || "nothing"}`, { cause: e });
  });
  const result = await page.evaluate(() => globalThis.result);
  const shown = await page.locator("li").allTextContents();
  await page.context().close();
  return { result, shown, requests, errors };
}
