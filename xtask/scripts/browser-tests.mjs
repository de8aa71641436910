// Runs test files that drive a browser, two at once, and those of their tests that failed once more, alone: an engine
// that stumbles under load is no fault of ours, and what fails twice is. What passed at its second try is told by
// name, in the output and in a file; where more than three fail, nothing is tried again.
//
// Usage: node browser-tests.mjs <file for the names, JSON> <test files…>

import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";

/** More failures than these are no stumbling. */
const MOST = 3;

const [told, ...files] = process.argv.slice(2);
const first = await tests({ files, concurrency: 2 });
const again = first.failed.length <= MOST ? first.failed : [];
let unsteady = [];
let failed = first.failed;
if (again.length > 0) {
  console.log(`\n━━ once more, alone: ${again.map(({ name }) => name).join("; ")} ━━`);
  // A file that declares its tests elsewhere is found by their names.
  const places = [...new Set(again.map(({ file }) => file))];
  const names = again.some(isFile) ? {} : { testNamePatterns: again.map(({ name }) => exactly(name)) };
  const second = await tests({ files: places.every((file) => files.includes(file)) ? places : files, concurrency: 1, ...names });
  // Whoever passes must have run.
  const passed = (one) => (isFile(one) ? second.failed.length === 0 && second.passed.length > 0 : second.passed.some((other) => isSame(one, other)));
  unsteady = again.filter(passed);
  failed = [...again.filter((one) => !passed(one)), ...second.failed];
}
for (const { name } of unsteady) console.log(`! passed at its second try: ${name}`);
writeFileSync(told, JSON.stringify(unsteady.map(({ name }) => name)));
process.exitCode = failed.length > 0 ? 1 : 0;

/** Runs them with the reporter that people know; gives what passed and what failed, each with its file. */
async function tests(options) {
  const [passed, failed] = [[], []];
  const events = run(options);
  events.on("test:pass", ({ name, file, skip }) => skip === undefined && passed.push({ name, file }));
  // What failed because of a part of it is told by that part.
  events.on("test:fail", ({ name, file, details }) => details?.error?.failureType !== "subtestsFailed" && failed.push({ name, file }));
  for await (const text of events.compose(new spec())) process.stdout.write(text);
  return { passed, failed };
}

function isSame(one, other) {
  return one.name === other.name && one.file === other.file;
}

/** A file that does not get as far as its tests fails under its own name. */
function isFile({ name }) {
  return files.some((file) => file === name || relative(process.cwd(), file) === name);
}

function exactly(name) {
  return new RegExp(`^${name.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")}$`);
}
