/** The demo's two operators, as `cargo xtask demo` starts them: `cargo build -p flaneur-operators` makes them. */

import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { ROOT } from "./server.mjs";

const OPERATORS = process.env.FLANEUR_OPERATORS ?? join(ROOT, "target/debug/flaneur-operators");

/**
 * Starts the operators. `questions` is what the shop serves in place of the file that asks nothing;
 * `stop` ends them.
 */
export async function startOperators() {
  const child = spawn(OPERATORS, ["demo"], { stdio: ["pipe", "pipe", "inherit"] });
  const line = await new Promise((resolve, reject) => {
    child.on("error", (error) => reject(new Error(`${OPERATORS} did not start (${error.message}); build it: cargo build -p flaneur-operators`)));
    createInterface(child.stdout).once("line", resolve);
  });
  return { questions: JSON.parse(line), faults: { "/measure/tasks.json": { body: line, type: "application/json" } }, stop: () => child.stdin.end() };
}
