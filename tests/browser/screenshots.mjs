/**
 * Takes a picture of every page of the demo shop, in both languages, light and dark, wide and narrow:
 * `node tests/browser/screenshots.mjs FOLDER`. `cargo xtask screenshots` builds the shop first.
 */

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

import { launch } from "./support/browser.mjs";
import { ROOT, SHOP, serve } from "./support/server.mjs";
import { DOOR, busyOperators, products, stops } from "./support/tour.mjs";

const LANGUAGES = ["en", "fr"];
const SCHEMES = ["light", "dark"];
const SCREENS = {
  desktop: { viewport: { width: 1280, height: 900 } },
  mobile: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
};

/** The longest that a page may take to come, in milliseconds. */
const WAIT_MS = 60_000;

const [, , given] = process.argv;
if (!given) throw new Error("name the folder for the pictures: node tests/browser/screenshots.mjs target/screenshots");
const folder = resolve(given);
const items = products(JSON.parse(await readFile(join(ROOT, "www/dist/catalog/items.json"), "utf8")));
const tour = [DOOR, ...stops(items)];
const looks = LANGUAGES.flatMap((language) => SCHEMES.flatMap((scheme) => Object.keys(SCREENS).map((screen) => ({ language, scheme, screen }))));
const fileOf = ({ language, scheme, screen }, { name }) => `${name.replace(/[^a-z]+/gi, "-").toLowerCase()}.${language}.${scheme}.${screen}.png`;

const progress = (() => {
  const all = looks.length * tour.length;
  const width = 24;
  let done = 0;
  return (what) => {
    done++;
    const bar = "█".repeat(Math.round((width * done) / all)).padEnd(width, "░");
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2K${bar} ${done} of ${all}  ${what}${done === all ? "\n" : ""}`);
    else if (done % tour.length === 0) process.stderr.write(`${done} of ${all} pictures\n`);
  };
})();

/** One shopper's tour in one language, scheme and screen. */
async function walk(browser, origin, look) {
  const context = await browser.newContext({ locale: look.language === "fr" ? "fr-FR" : "en-GB", timezoneId: "UTC", colorScheme: look.scheme, reducedMotion: "reduce", serviceWorkers: "block", ...SCREENS[look.screen] });
  context.setDefaultTimeout(WAIT_MS);
  const page = await context.newPage();
  const mishaps = [];
  page.on("pageerror", (error) => mishaps.push(String(error)));
  await page.goto(`${origin}/?seed=1#/`);
  for (const stop of tour) {
    if (stop.hash) await page.evaluate((hash) => void (location.hash = hash), stop.hash);
    for (const press of stop.presses ?? []) await page.locator(press).first().click();
    await page.locator(stop.ready).first().waitFor();
    await page.mouse.move(0, 0);
    if (await page.locator("shop-toast-bar .toast").first().isVisible()) await page.locator("shop-toast-bar .toast > .round").first().click();
    const covered = stop.ready.endsWith("[open]") || stop.name.startsWith("the drawer");
    const whole = !covered && stop !== DOOR;
    if (whole) await seePictures(page);
    await page.screenshot({ path: join(folder, fileOf(look, stop)), fullPage: whole, animations: "disabled" });
    if (stop === DOOR) await page.locator(DOOR.ready).click();
    progress(`${stop.name}, ${Object.values(look).join(", ")}`);
  }
  await context.close();
  if (mishaps.length > 0) throw new Error(`errors reached the page (${Object.values(look).join(", ")}): ${mishaps.join("; ")}`);
}

/** Scrolls past everything, so that pictures which load when they are near have loaded; those beside the screen never do. */
async function seePictures(page) {
  await page.evaluate(async () => {
    const turn = () => new Promise((resolve) => setTimeout(resolve, 60));
    const images = (root) => [...root.querySelectorAll("*")].flatMap((node) => [...(node.localName === "img" ? [node] : []), ...(node.shadowRoot ? images(node.shadowRoot) : [])]);
    const missing = () => images(document).filter(({ complete }) => !complete).length;
    for (let top = 0; top < document.documentElement.scrollHeight; top += innerHeight) {
      scrollTo({ top, behavior: "instant" });
      await turn();
    }
    for (let before = -1, same = 0; same < 4; before = missing()) {
      await turn();
      same = missing() === before ? same + 1 : 0;
    }
    scrollTo({ top: 0, behavior: "instant" });
  });
}

/** All pictures on one page, a row for each stop. */
function contactSheet() {
  const title = (look) => Object.values(look).join(", ");
  const cell = (stop) => (look) => `<td><a href="${fileOf(look, stop)}"><img loading="lazy" src="${fileOf(look, stop)}" alt="${stop.name}, ${title(look)}"></a></td>`;
  const row = (stop) => `<tr><th scope="row">${stop.name}</th>${looks.map(cell(stop)).join("")}</tr>`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Every page of the demo shop</title>
<style>
  body { font: 15px/1.4 system-ui, sans-serif; margin: 1rem; }
  table { border-collapse: collapse; }
  th, td { padding: 0.4rem; vertical-align: top; text-align: start; }
  thead th { position: sticky; top: 0; background: Canvas; }
  img { width: 180px; max-height: 420px; object-fit: cover; object-position: top; border: 1px solid GrayText; }
</style>
<h1>Every page of the demo shop</h1>
<table>
<thead><tr><th scope="col">page</th>${looks.map((look) => `<th scope="col">${title(look)}</th>`).join("")}</tr></thead>
<tbody>
${tour.map(row).join("\n")}
</tbody>
</table>
`;
}

await mkdir(folder, { recursive: true });
const operators = await busyOperators();
const server = await serve(SHOP, operators.faults);
const browser = await launch();
try {
  for (const look of looks) await walk(browser, server.origin, look);
  await writeFile(join(folder, "index.html"), contactSheet());
} finally {
  await browser.close();
  await server.close();
  operators.stop();
}
