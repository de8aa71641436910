// `flaneur estimate --sql`: what a warehouse computes is what the tool computes. PostgreSQL runs it.
//
// Needs the command-line tool, whose path `cargo xtask test --only wasm` passes in FLANEUR_TOOL.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { PGlite } from "@electric-sql/pglite";

const tool = process.env.FLANEUR_TOOL;
const folder = mkdtempSync(join(tmpdir(), "flaneur-warehouse-"));
/** The quantile of the interval that `flaneur estimate` gives unless it is told another. */
const Z95 = 1.959963984540054;

let database;
before(async () => {
  assert.ok(tool, "FLANEUR_TOOL is not set; run `cargo xtask test --only wasm`");
  database = await PGlite.create();
  await database.exec("create table answers(task text, answer text)");
});
after(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

function estimate(...args) {
  const { status, stdout, stderr } = spawnSync(tool, ["estimate", "--tasks", "tasks.json", "--task", "it's", ...args], { cwd: folder, encoding: "utf8" });
  assert.equal(status, 0, `${stdout}\n${stderr}`);
  return stdout;
}

/** An answer that names some buckets, as a device sends it. */
function naming(buckets, named) {
  const bytes = new Uint8Array(Math.ceil(buckets / 8));
  for (const bucket of named) bytes[bucket >> 3] |= 1 << (bucket & 7);
  return Buffer.from(bytes).toString("hex");
}

for (const { buckets, epsilon, subset } of [{ buckets: 10, epsilon: 4, subset: 1 }, { buckets: 30, epsilon: 1, subset: 8 }]) {
  test(`a warehouse counts ${buckets} buckets at epsilon ${epsilon} as the tool does, and leaves out the same answers`, async () => {
    const labels = Array.from({ length: buckets }, (_, at) => ({ en: `b${at}`, fr: `b${at}` }));
    const task = { id: "it's", mode: "ldp", epsilon: epsilon * 1e6, buckets: labels };
    writeFileSync(join(folder, "tasks.json"), JSON.stringify({ flaneur: 1, shop: "s", tasks: [task] }));
    // Neighbours from a start that favours the low buckets: each answer is one that a device could send.
    const sent = Array.from({ length: 400 }, (_, at) => naming(buckets, Array.from({ length: subset }, (_, k) => (((at * at) % 17) + k) % buckets)));
    const torn = [
      ...["", "zz", "+1", `${sent[0]}00`, sent[0].slice(2), "f".repeat(sent[0].length), "0".repeat(sent[0].length)],
      naming(buckets, Array.from({ length: subset + 1 }, (_, k) => k)),
      naming(8 * Math.ceil(buckets / 8), Array.from({ length: subset }, (_, k) => buckets - subset + 1 + k)), // the last names no bucket
    ];
    const rows = [...sent, sent[1].toUpperCase(), ...torn].map((answer) => ({ task: "it's", answer })).concat({ task: "other", answer: sent[0] });
    writeFileSync(join(folder, "answers.ndjson"), rows.map((row) => JSON.stringify(row)).join("\n"));
    estimate("answers.ndjson", "--json", "estimates.json");
    const told = JSON.parse(readFileSync(join(folder, "estimates.json"), "utf8"));
    assert.equal(told.reports, sent.length + 1, "the torn ones are left out");

    await database.exec("delete from answers");
    await database.query("insert into answers select task, answer from json_to_recordset($1) as rows(task text, answer text)", [JSON.stringify(rows)]);
    const found = (await database.exec(estimate("--sql"))).at(-1).rows;
    assert.equal(found.length, buckets);
    told.buckets.forEach((bucket, at) => {
      assert.equal(found[at].bucket, at);
      assert.equal(Number(found[at].answers), told.reports);
      const close = (what, a, b) => assert.ok(Math.abs(a - b) < 1e-9 * told.reports, `bucket ${at}: ${what} ${a}, not ${b}`);
      close("estimate", Number(found[at].estimate), bucket.count);
      close("half the interval", Z95 * Number(found[at].standard_error), (bucket.high - bucket.low) / 2);
    });
  });
}
