// What the module seals, two operators open and sum, with other people's code; and how long that takes.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { Task } from "@divviup/dap";

import init, * as upstream from "../../pkg/dist/upstream.js";
import { bytes, fixture } from "./support/operators.mjs";

await init({ module_or_path: await readFile(new URL("../../pkg/dist/upstream_bg.wasm", import.meta.url)) });

const PRECISION = 3600;
const now = () => Math.floor(Date.now() / 1000);

/** The fixture with two operators, for one test. */
async function operators(t, buckets, chunk) {
  const { address, task, leader, helper } = await fixture(t, buckets, chunk);
  return {
    address,
    task: bytes(task),
    seal: (bucket) => upstream.seal(bytes(task), buckets, chunk, PRECISION, bytes(leader), bytes(helper), bucket, now(), new Uint8Array()),
    async upload(body) {
      const id = Buffer.from(task, "hex").toString("base64url");
      const headers = { "content-type": "application/dap-report" };
      const response = await fetch(`${address}/leader/tasks/${id}/reports`, { method: "PUT", body, headers });
      return response.status;
    },
    sums: async (query = "") => (await fetch(`${address}/sums${query}`)).json(),
  };
}

test("ten thousand shoppers through the module give the exact sum, and none is rejected", async (t) => {
  const { seal, upload, sums } = await operators(t, 16, 4);
  const truth = new Array(16).fill(0);
  for (let shopper = 0; shopper < 10_000; shopper++) {
    const bucket = (shopper * shopper) % 16;
    truth[bucket]++;
    assert.equal(await upload(seal(bucket)), 201);
  }
  assert.deepEqual(await sums(), { report_count: 10_000, aggregate_result: truth });
});

test("sums are without noise only for who asks for none: an epsilon that is none gets no sums", async (t) => {
  const { address, seal, upload, sums } = await operators(t, 4, 2);
  for (let shopper = 0; shopper < 3; shopper++) assert.equal(await upload(seal(1)), 201);
  for (const epsilon of ["0", "-1", "1.5", "1e6", "4294967296", "", "much"]) {
    const response = await fetch(`${address}/sums?epsilon_micro=${epsilon}`);
    assert.equal(response.status, 400, `epsilon_micro=${epsilon}: ${await response.text()}`);
  }
  assert.equal((await sums("?epsilon_micro=1000000")).report_count, 3);
  assert.deepEqual((await sums()).aggregate_result, [0, 3, 0, 0]);
});

/** The reference client of the deployed operators. */
function reference({ address, task }, buckets, chunk) {
  return new Task({
    type: "histogram",
    length: buckets,
    chunkLength: chunk,
    id: Buffer.from(task).toString("base64url"),
    leader: `${address}/leader`,
    helper: `${address}/helper`,
    timePrecisionSeconds: PRECISION,
  });
}

test("two hundred reports of the reference client and two hundred of ours sum exactly", async (t) => {
  const both = await operators(t, 16, 4);
  const client = reference(both, 16, 4);
  const truth = new Array(16).fill(0);
  for (let shopper = 0; shopper < 200; shopper++) {
    const [theirs, ours] = [shopper % 16, (3 * shopper) % 16];
    truth[theirs]++;
    truth[ours]++;
    await client.sendMeasurement(theirs);
    assert.equal(await both.upload(both.seal(ours)), 201);
  }
  assert.deepEqual(await both.sums(), { report_count: 400, aggregate_result: truth });
});

test("a report of 256 buckets has at most 6,000 bytes and is made at least four times faster than the reference's", async (t) => {
  const both = await operators(t, 256, 16);
  const client = reference(both, 256, 16);
  await client.fetchKeyConfiguration?.();
  const median = async (make) => {
    for (let warm = 0; warm < 10; warm++) await make();
    const times = [];
    for (let round = 0; round < 60; round++) {
      const start = performance.now();
      await make();
      times.push(performance.now() - start);
    }
    return times.sort((a, b) => a - b)[30];
  };
  let length;
  const ours = await median(() => (length = both.seal(7).length));
  const theirs = await median(() => client.generateReport(7));
  t.diagnostic(`${length} bytes; ${ours.toFixed(2)} ms, the reference ${theirs.toFixed(2)} ms`);
  assert.ok(length <= 6000, `${length} bytes`);
  assert.ok(theirs / ours >= 4, `${(theirs / ours).toFixed(1)} times faster`);
});

test("answers with noise name as many buckets as they should, and the module says its version", async () => {
  const manifest = JSON.parse(await readFile(new URL("../../pkg/package.json", import.meta.url), "utf8"));
  assert.equal(upstream.version(), manifest.version);
  const ones = (answer) => answer.reduce((sum, byte) => sum + byte.toString(2).replaceAll("0", "").length, 0);
  const sizes = new Set();
  for (let round = 0; round < 500; round++) {
    const answer = upstream.answer(64, 1_000_000, round % 64);
    assert.equal(answer.length, 8);
    sizes.add(ones(answer));
  }
  assert.deepEqual([...sizes], [17]); // 64 / (e + 1), to the nearest
});

test("what makes no sense is a coded error with its field", () => {
  const good = [new Uint8Array(32), 16, 4, PRECISION, new Uint8Array(41), new Uint8Array(41), 0, now(), new Uint8Array()];
  const key = Uint8Array.from([1, 0, 0x20, 0, 1, 0, 1, 0, 32, 9, ...new Uint8Array(31)]);
  for (const [change, code, path] of [
    [{ 0: new Uint8Array(3) }, "task_id", "id"],
    [{ 1: 300 }, "task_buckets", "buckets"],
    [{}, "hpke_config_malformed", "leader"],
    [{ 4: key, 5: key, 8: new Uint8Array(15) }, "report_id", "report"],
  ]) {
    assert.throws(() => upstream.seal(...Object.assign([...good], change)), (e) => e.name === "FlaneurError" && e.code === code && e.path === path);
  }
  assert.throws(() => upstream.answer(16, 9_000_000, 0), (e) => e.code === "task_epsilon");
  assert.throws(() => upstream.answer(16, 1_000_000, 16), (e) => e.code === "bucket_out_of_range");
});
