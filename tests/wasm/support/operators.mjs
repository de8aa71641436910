/** The fixture with two operators, as a process of its own for one test. */

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const OPERATORS = process.env.FLANEUR_OPERATORS ?? fileURLToPath(new URL("../../../target/debug/flaneur-operators", import.meta.url));

export const bytes = (hex) => new Uint8Array(Buffer.from(hex, "hex"));

/** Starts it; gives what it says of itself: address, and in hexadecimal task, leader, helper and gateway. */
export async function fixture(t, buckets, chunk) {
  const child = spawn(OPERATORS, [buckets, chunk].map(String), { stdio: ["pipe", "pipe", "inherit"] });
  child.on("error", (error) => {
    throw new Error(`${OPERATORS} did not start (${error.message}); build it: cargo build -p flaneur-operators`);
  });
  t.after(() => child.stdin.end());
  const [line] = await new Promise((resolve) => createInterface(child.stdout).once("line", (line) => resolve([line])));
  return JSON.parse(line);
}
