import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { canonicalJson } from "../../pkg/dist/measure/canonical-json.js";
import { checkTask, readBundle } from "../../pkg/dist/measure/bundle.js";
import { DAY, START, base64url, dapTask, ldpTask, signed } from "./support/tasks.mjs";

const rules = JSON.parse(await readFile(new URL("../vectors/tasks/rules.json", import.meta.url), "utf8"));
const NOW = START + 30 * DAY;
const only = ({ status }) => status.map(({ state, code }) => code ?? state);

/** Follows a path such as "leader.url" and sets what is there; `null` deletes. */
function changed(task, changes) {
  const copy = structuredClone(task);
  for (const [path, value] of Object.entries(changes)) {
    const names = path.split(".");
    const last = names.pop();
    const place = names.reduce((at, name) => at[name], copy);
    if (value === null) delete place[last];
    else place[last] = value;
  }
  return copy;
}

for (const mode of ["dap", "ldp"]) {
  test(`a ${mode} task that keeps every rule is taken, and each broken rule is named`, () => {
    const { task, cases } = rules[mode];
    assert.equal(checkTask(task, Date.parse(rules.now)), undefined);
    assert.ok(cases.length >= 10, `${cases.length} cases`);
    for (const { changes, code } of cases) {
      const refusal = checkTask(changed(task, changes), Date.parse(rules.now));
      assert.equal(refusal?.code, code, JSON.stringify(changes));
      if (code) assert.ok(refusal.message.length > 15);
    }
  });
}

test("the signed bundle of the vectors, which the command line checks too, is taken", async () => {
  const { bundle, key } = rules;
  const read = await readBundle(bundle, key, bundle.shop, Date.parse(rules.now));
  assert.deepEqual(only(read), ["active", "active"]);
  assert.equal(read.tasks.length, 2);
});

test("a signed bundle is taken, and nothing that was changed afterwards", async () => {
  const { tasks, tasksKey } = await signed("s", [dapTask(), ldpTask()]);
  assert.deepEqual(only(await readBundle(tasks, tasksKey, "s", NOW)), ["active", "active"]);
  const reordered = JSON.parse(JSON.stringify(tasks, Object.keys(tasks).reverse().concat(allKeys(tasks))));
  assert.deepEqual(only(await readBundle(reordered, tasksKey, "s", NOW)), ["active", "active"], "layout is not meaning");
  const other = (await signed("s", [])).tasksKey;
  for (const [what, bundle, key, code] of [
    ["another epsilon", changed(tasks, { "tasks.0.epsilon": 2 }), tasksKey, "bundle_signature"],
    ["one task fewer", { ...tasks, tasks: tasks.tasks.slice(1) }, tasksKey, "bundle_signature"],
    ["another key", tasks, other, "bundle_signature"],
    ["no key", tasks, undefined, "bundle_key_missing"],
    ["half a key", tasks, tasksKey.slice(0, 20), "bundle_key_missing"],
    ["no signature", changed(tasks, { signature: null }), tasksKey, "bundle_unsigned"],
    ["a short signature", { ...tasks, signature: "AAAA" }, tasksKey, "bundle_signature"],
    ["a fraction", changed(tasks, { "tasks.0.epsilon": 0.5 }), tasksKey, "bundle_malformed"],
    ["nothing", null, tasksKey, "bundle_malformed"],
    ["too much", { ...tasks, more: "x".repeat(300_000) }, tasksKey, "bundle_too_large"],
    ["a list in a list, and so on", { ...tasks, more: JSON.parse("[".repeat(100_000) + "]".repeat(100_000)) }, tasksKey, "bundle_malformed"],
  ]) {
    const read = await readBundle(bundle, key, "s", NOW);
    assert.deepEqual([read.tasks, only(read)], [[], [code]], what);
  }
});

test("a signed bundle for another shop, of another version, or with too many tasks is refused", async () => {
  const one = await signed("s", [dapTask()]);
  assert.deepEqual(only(await readBundle(one.tasks, one.tasksKey, "t", NOW)), ["bundle_shop"]);
  const many = await signed("s", Array.from({ length: 9 }, (_, i) => dapTask({ id: base64url(Buffer.alloc(32, i)) })));
  assert.deepEqual(only(await readBundle(many.tasks, many.tasksKey, "s", NOW)), ["bundle_too_many"]);
  const twice = await signed("s", [dapTask(), dapTask()]);
  assert.deepEqual(only(await readBundle(twice.tasks, twice.tasksKey, "s", NOW)), ["active", "task_duplicate"]);
  const early = await signed("s", [dapTask({ start: new Date(NOW + DAY).toISOString() })]);
  assert.deepEqual(only(await readBundle(early.tasks, early.tasksKey, "s", NOW)), ["not_started"]);
});

test("one spelling for each value, after RFC 8785", () => {
  // The strings and literals of section 3.2.2 of the RFC; its numbers are not whole and are refused.
  const value = { string: "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", literals: [null, true, false] };
  assert.equal(canonicalJson(value), `{"literals":[null,true,false],"string":"€$\\u000f\\nA'B\\"\\\\\\\\\\"/"}`);
  assert.equal(canonicalJson({ b: 1, a: -2 }), '{"a":-2,"b":1}');
  for (const none of [1.5, NaN, 2 ** 60, undefined, () => {}, [1, undefined], { a: 1n }]) assert.equal(canonicalJson(none), undefined);
});

function allKeys(value) {
  if (typeof value !== "object" || value === null) return [];
  return [...Object.keys(value), ...Object.values(value).flatMap(allKeys)];
}
