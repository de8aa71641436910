import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

test("the page's side in docs/WEBVIEWS.md is what the browsers are tested with", () => {
  const blocks = [...read("docs/WEBVIEWS.md").matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code);
  const files = ["app", "keep", "react-native"].map((name) => read(`tests/browser/pages/webview/${name}.js`));
  assert.deepEqual(blocks, files);
});
