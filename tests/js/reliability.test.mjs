// The document of faults and the tests that declare them say the same.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { PLACE, reliability } from "../browser/reliability.mjs";

test("docs/RELIABILITY.md lists the faults that the tests declare", () => {
  assert.equal(readFileSync(PLACE, "utf8"), reliability(), "run `node tests/browser/reliability.mjs`");
});
