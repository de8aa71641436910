import "./support/database.mjs";
import "./support/locks.mjs";
import assert from "node:assert/strict";
import { test } from "node:test";
import { EPOCH_MS, budgetAt, charge, endOf, epochAt, isOld } from "../../pkg/dist/measure/ledger.js";
import { QUIET_MS, retryAt, verdict } from "../../pkg/dist/measure/schedule.js";
import { below } from "../../pkg/dist/measure/random.js";
import { DAY, START } from "./support/tasks.mjs";

const MICRO = 1_000_000;

test("epochs are seven days from the device's own anchor", () => {
  assert.equal(epochAt(START - 1, START), -1);
  assert.equal(epochAt(START, START), 0);
  assert.equal(epochAt(START + 7 * DAY, START), 1);
  assert.equal(endOf(0, START), START + EPOCH_MS);
});

test("a line is kept for 25 months, as docs/PRIVACY.md says", () => {
  const ago = (months) => isOld({ at: START - months * 30.44 * DAY }, START);
  assert.deepEqual([ago(0), ago(24.9), ago(25.1)], [false, false, true]);
});

test("over random months of random tasks, never more than 2 in an epoch and 8 in thirty days", () => {
  for (let run = 0; run < 300; run++) {
    const ledger = [];
    let refused = 0;
    for (let epoch = 0; epoch < 20; epoch++) {
      const at = endOf(epoch, START);
      for (let task = 0; task < 1 + below(6); task++) {
        const epsilon = 1 + below(2 * MICRO);
        const cost = charge(ledger, epsilon, at);
        assert.ok(cost === 0 || cost === epsilon, "all or nothing");
        if (cost === 0) refused++;
        ledger.push({ at, epsilon: cost });
      }
    }
    for (const { at } of ledger) {
      for (const moment of [at, at + EPOCH_MS - 1]) assert.ok(budgetAt(ledger, moment).week.spent <= 2 * MICRO);
      for (const moment of [at, at + 30 * DAY - 1]) assert.ok(budgetAt(ledger, moment).month.spent <= 8 * MICRO);
    }
    assert.ok(run > 0 || refused > 0, "the limits were met");
  }
});

test("four full weeks fill the month, and the fifth says nothing", () => {
  const ledger = [0, 1, 2, 3].map((epoch) => ({ at: endOf(epoch, START), epsilon: 2 * MICRO }));
  assert.equal(charge(ledger, 1, endOf(4, START)), 0);
  assert.equal(charge(ledger, 2 * MICRO, endOf(5, START)), 2 * MICRO);
});

test("a report leaves when it is due, and never within ten minutes of an action", () => {
  const report = { at: START, due: START + 3600_000, retryAt: 0 };
  assert.equal(verdict(report, START, -Infinity), "wait");
  assert.equal(verdict(report, report.due, -Infinity), "send");
  assert.equal(verdict(report, report.due, report.due - QUIET_MS + 1), "wait");
  assert.equal(verdict(report, report.due, report.due - QUIET_MS), "send");
  assert.equal(verdict({ ...report, retryAt: report.due + 1 }, report.due, -Infinity), "wait");
  assert.equal(verdict(report, START + EPOCH_MS + 1, -Infinity), "late");
  assert.equal(verdict(report, report.due, report.due + DAY), "send", "an event of a clock that ran ahead");
});

test("retries wait longer and longer, and end", () => {
  const waits = [1, 2, 3, 4, 5].map((failures) => retryAt(failures, 0));
  assert.deepEqual(waits, [...waits].sort((a, b) => a - b));
  assert.equal(retryAt(6, 0), undefined);
});

test("draws are uniform whole numbers below their bound", () => {
  const counts = new Array(7).fill(0);
  for (let i = 0; i < 70_000; i++) counts[below(7)]++;
  // Chi-square with 6 degrees of freedom: above 33 once in 100,000.
  const chi = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
  assert.ok(chi < 33, `${chi}`);
  assert.equal(below(1), 0);
});
