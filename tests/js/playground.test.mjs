// What the playground reads: product feeds as shops have them, and dumps of a dataLayer, also strange ones.

import assert from "node:assert/strict";
import { test } from "node:test";

import { open } from "flaneur";

import { pageModules } from "./support/page.mjs";

const [{ readFeed }, { hear, readDump }] = await pageModules("playground/feed.ts", "playground/hearing.ts");

const plain = (value) => JSON.parse(JSON.stringify(value));
const ids = (text) => readFeed(text).items.map(({ id }) => id);

test("a table keeps its last line when its last cell is empty, and every line whatever ends it", () => {
  assert.deepEqual(ids("id,title,brand\na,b,\nc,d,"), ["a", "c"]);
  assert.deepEqual(ids("id\ttitle\tbrand\na\tb\t\nc\t\t"), ["a", "c"]);
  for (const end of ["\n", "\r\n", "\r", "\r\r\n"]) assert.deepEqual(ids(["id,title", "a,b", "c,d", ""].join(end)), ["a", "c"], JSON.stringify(end));
  assert.deepEqual(plain(readFeed('\uFEFFid,title\na,"two\nlines, ""quoted"""\n').items), [{ id: "a", title: 'two\nlines, "quoted"' }]);
});
