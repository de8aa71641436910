import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { VERSION } from "../../pkg/dist/version.js";

test("the package, its code and the crate have one version", () => {
  const read = (path) => readFileSync(new URL(path, import.meta.url), "utf8");
  assert.equal(JSON.parse(read("../../pkg/package.json")).version, VERSION);
  assert.equal(/^version = "(.+)"$/m.exec(read("../../Cargo.toml"))[1], VERSION);
});
