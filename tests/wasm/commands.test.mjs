// Every command that the documentation shows has the options that it is shown with.
//
// Needs both tools, whose paths `cargo xtask test --only wasm` passes in FLANEUR_TOOL and FLANEUR_XTASK.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

import { pages, read } from "../js/support/snippets.mjs";

/** How a command starts, and the variable that names its program. */
const TOOLS = [
  [/^(?:cargo run (?:--release )?-p flaneur-cli -- |flaneur )/, "FLANEUR_TOOL"],
  [/^cargo xtask /, "FLANEUR_XTASK"],
];

/** The commands of a page: lines of its text blocks, and code within its prose. */
function commandsOf(page) {
  const markdown = read(page);
  const shown = [...markdown.matchAll(/^```text\n([^]*?)^```$/gm)].flatMap(([, text]) => text.replaceAll("\\\n", " ").split("\n"));
  const told = [...markdown.replaceAll(/^```[^]*?^```$/gm, "").matchAll(/`([^`\n]+)`/g)].map(([, code]) => code);
  return [...shown, ...told].flatMap((line) => {
    const found = TOOLS.find(([start]) => start.test(line));
    if (!found) return [];
    // What stands behind the command, after two spaces or a redirection, is no part of it.
    const words = line.replace(found[0], "").split(/ {2,}| [>|] /)[0].trim().split(/\s+/);
    return [{ page, line, tool: found[1], words }];
  });
}

const told = new Map();

/** What a command's help names: whether it has commands below it, and its options, those of the examples too. */
function helpOf(tool, path) {
  const program = process.env[tool];
  assert.ok(program, `${tool} is not set; run \`cargo xtask test --only wasm\``);
  const key = [tool, ...path].join(" ");
  if (!told.has(key)) {
    const { status, stdout } = spawnSync(program, [...path, "--help"], { encoding: "utf8" });
    told.set(key, status === 0 ? { isGroup: /^Commands:$/m.test(stdout), options: stdout.match(/(?<![\w-])--[a-z][\w-]*/g) } : undefined);
  }
  return told.get(key);
}

/** What is wrong with a command; nothing when its tool knows every word that is not a value. */
function faultsOf({ page, line, tool, words }) {
  let depth = 0;
  let help = helpOf(tool, []);
  while (help?.isGroup && depth < words.length && !words[depth].startsWith("-")) help = helpOf(tool, words.slice(0, ++depth));
  if (!help) return [`${page}: no such command: \`${line}\``];
  // What follows `--` goes to another command, which is shown on its own.
  const own = words.includes("--") ? words.slice(0, words.indexOf("--")) : words;
  const options = own.filter((word) => word.startsWith("--")).map((word) => word.match(/^--[\w-]*/)[0]);
  return options.filter((option) => !help.options.includes(option)).map((option) => `${page}: no option ${option}: \`${line}\``);
}

const commands = pages().flatMap(commandsOf);

test("every command of the documentation has the options that it is shown with", () => {
  assert.ok(commands.length >= 60, `${commands.length} commands`);
  for (const [, tool] of TOOLS) assert.ok(commands.some((command) => command.tool === tool), tool);
  assert.deepEqual(commands.flatMap(faultsOf), []);
});

test("a command or an option that there is not would be noticed", () => {
  const wrong = (words) => faultsOf({ page: "X.md", line: words.join(" "), tool: "FLANEUR_TOOL", words }).length;
  assert.equal(wrong(["evaluate", "--events", "log.csv"]), 0);
  assert.equal(wrong(["evaluate", "--evnts", "log.csv"]), 1);
  assert.equal(wrong(["evaluat"]), 1);
});
