// The types that are published, as a shop compiles against them.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");

for (const [module, resolution] of [
  ["node16", "node16"],
  ["nodenext", "nodenext"],
  ["esnext", "bundler"],
]) {
  test(`the published types compile, and the lines marked as errors do not: ${resolution}`, () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [
        tsc, "--noEmit", "--strict", "--exactOptionalPropertyTypes", "--target", "es2022",
        "--module", module, "--moduleResolution", resolution, "--types", "", "--skipLibCheck", "false",
        join(here, "types/contract.ts"),
      ],
      { cwd: here, encoding: "utf8" },
    );
    assert.equal(status, 0, stdout + stderr);
  });
}
