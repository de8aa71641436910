/**
 * Makes a report unreadable, with the module that is loaded only now.
 */

import type { OpenOptions } from "../types.js";
import type { Task } from "../types/measure.js";
import { VERSION } from "../version.js";
import { fromBase64url, hexOf } from "./base64url.js";

/** Seals a bucket: the bytes that leave. `time` is in milliseconds since 1970. */
export type Seal = (task: Task, bucket: number, time: number) => Uint8Array<ArrayBuffer>;

/**
 * Loads the module beside this file, or the shop's own copy.
 *
 * # Errors
 * Rejects when it cannot be loaded or is of another version; then nothing is sent.
 */
export async function loadSeal(source: OpenOptions["upstream"]): Promise<Seal> {
  const glue = await import("../upstream.js");
  await glue.default({ module_or_path: source ?? new URL("../upstream_bg.wasm", import.meta.url) });
  if (glue.version() !== VERSION) throw new Error(`the upstream module is version ${glue.version()}, not ${VERSION}`);
  return (task, bucket, time) => {
    if (task.mode === "ldp") return written(task, glue.answer(task.buckets.length, task.epsilon, bucket));
    const { id, buckets, chunk, timePrecision, leader, helper } = task;
    const [task32, leaderKey, helperKey] = [id, leader.hpke, helper.hpke].map(bytesOf);
    const seconds = Math.floor(time / 1000);
    return own(
      glue.seal(task32!, buckets.length, chunk, timePrecision, leaderKey!, helperKey!, bucket, seconds),
    );
  };
}

/** One line of NDJSON, as `flaneur estimate` reads it; the same length whatever the answer. */
function written(task: Task, bits: Uint8Array): Uint8Array<ArrayBuffer> {
  return own(new TextEncoder().encode(`${JSON.stringify({ task: task.id, answer: hexOf(bits) })}\n`));
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return fromBase64url(text) ?? new Uint8Array();
}

/** A copy that nothing else holds. */
function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}
