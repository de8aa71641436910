// The pages of the browser tests that drive themselves: who is taken for them, and who is not any more.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Remote } from "../browser/support/remote.mjs";
import { serve } from "../browser/support/server.mjs";

test("what a killed browser asked last is not taken for the page that starts after it", async (t) => {
  const remote = new Remote();
  const server = await serve({}, {}, remote);
  t.after(() => server.close());
  const page = remote.page(server.origin);
  const ask = (document) => fetch(`${server.origin}/remote/next?page=${page.id}&document=${document}`);
  const done = (call, value) => fetch(`${server.origin}/remote/done?page=${page.id}`, { method: "POST", body: JSON.stringify({ call, value }) });

  const before = page.run(() => 41);
  const asked = await (await ask("killed")).json();
  await done(asked.call, 41);
  assert.equal(await before, 41);

  page.reset();
  const arrived = page.arrival();
  assert.equal((await ask("killed")).status, 410);
  const next = ask("started");
  await arrived;
  const answer = page.run(() => 42);
  const { call } = await (await next).json();
  await done(call, 42);
  assert.equal(await answer, 42);
});
