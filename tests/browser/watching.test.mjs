// The whole way, watched: a shopper's own report and those of 2,000 simulated ones through two local operators to the merchant's page.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch, until } from "./support/browser.mjs";
import { startOperators } from "./support/operators.mjs";
import { SHOP, serve } from "./support/server.mjs";
import { NOWHERE, departmentOf, enter, go, items, later, sendAfterTwoWeeks, some, view } from "./support/shop.mjs";

const SHOPPERS = 2000;

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** The demo as `cargo xtask demo` puts it together: the built shop, and the operators' questions in place of none. */
async function demo(t) {
  const { questions, faults, stop } = await startOperators();
  t.after(stop);
  const server = await serve(SHOP, faults);
  t.after(() => server.close());
  return { server, stop, questions };
}

const watched = (page) =>
  page.locator("[data-watched]").evaluateAll((sections) =>
    sections.map((section) => {
      const numbers = (name) => [...section.querySelectorAll(`[data-${name}]`)].map(({ dataset }) => Number(dataset[name]));
      const inside = [...section.querySelectorAll("[data-inside]")].map(({ dataset }) => dataset.inside === "true");
      const about = section.querySelector("[data-reports]")?.dataset;
      const told = about && { reports: Number(about.reports), own: Number(about.own) };
      return { waiting: Number(section.dataset.waiting), ...told, truth: numbers("truth"), counts: numbers("count"), inside };
    }),
  );

const measure = (page) => page.locator("[data-line]").evaluateAll((rows) => rows.map(({ dataset }) => dataset.outcome));

test("a report of one's own and those of 2,000 simulated shoppers become a histogram whose intervals hold the truth", async (t) => {
  const { server, stop } = await demo(t);
  const { page, mishaps, outside } = await enter(t, browser, server.origin, { at: NOWHERE });
  for (const id of some("Garden", 3)) await view(page, id);
  await go(page, "#/privacy", "[data-next]");
  const answers = await page.locator("[data-next] [data-answer]").allTextContents();
  assert.equal(answers.length, 3);
  assert.equal(answers[0], "Garden");
  for (const button of ["week-later", "week-later"]) await later(page, button);
  await until("three reports", () => measure(page), (found) => found.length === 3);
  await sendAfterTwoWeeks(page);
  await until("three deliveries", () => measure(page), (found) => found.every((outcome) => outcome === "sent"));

  await page.locator('[data-action="merchant"]').click();
  const one = await until("the waiting reports", () => watched(page), (tasks) => tasks.length === 3 && tasks.every(({ waiting }) => waiting === 1));
  assert.ok(one.every(({ reports }) => reports === undefined), "one report is not opened");

  await page.locator('[data-action="simulate"]').click();
  await page.locator("progress").waitFor();
  const tasks = await until("the histograms", () => watched(page), (found) => found.every(({ reports }) => reports !== undefined), 120_000);
  for (const { reports, own, truth, counts, inside, waiting } of tasks) {
    assert.deepEqual([reports, own, waiting], [SHOPPERS + 1, 1, 0]);
    assert.equal(truth.reduce((sum, count) => sum + count, 0), SHOPPERS);
    assert.ok(counts.every((count, at) => Math.abs(count - truth[at]) < 60), `${counts} for ${truth}`);
    assert.ok(new Set(counts).size > 1);
    assert.equal(inside.length, truth.length);
  }
  // 30 intervals at 95 %, whose noises are independent: fewer than 23 inside has a probability below 3e-5.
  const hits = tasks.flatMap(({ inside }) => inside);
  assert.equal(hits.length, 19 + 5 + 6);
  assert.ok(hits.filter(Boolean).length >= 23, `${hits.filter(Boolean).length} of ${hits.length} intervals hold the truth`);

  // The operators go away, and the shop does not mind.
  stop();
  await page.locator("[data-away]").waitFor();
  await go(page, "#/", '[data-shelf="home"] li[data-item]');
  assert.deepEqual(outside, []);
  assert.deepEqual(mishaps.filter((mishap) => !/ERR_CONNECTION_REFUSED/.test(mishap)), []);
});

test("the demo's questions name every department of its catalog, and every one is answered", async (t) => {
  const { server, questions } = await demo(t);
  const { page } = await enter(t, browser, server.origin, { at: NOWHERE });
  await go(page, "#/privacy", "[data-next]");
  assert.equal(await page.locator("[data-next]").count(), questions.tasks.tasks.length, "none is refused");
  const asked = questions.tasks.tasks[0].buckets.flatMap(({ value }) => value ?? []);
  assert.deepEqual(new Set(asked), new Set(items.map(({ id }) => `category:${departmentOf(id)}`)));
});
