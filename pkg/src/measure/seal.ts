/**
 * Makes a report unreadable, and the request that carries it when a relay does, with the module that is loaded only now.
 */

import type { OpenOptions } from "../types.js";
import type { Task } from "../types/measure.js";
import { VERSION } from "../version.js";
import { fromBase64url, hexOf } from "./base64url.js";

/** What opens an answer, before the request that is sent. */
const SECRET_BYTES = 16;
/** What a report begins with: DAP-09, section 4.4.2. */
const ID_BYTES = 16;

/**
 * Seals a bucket: the bytes that leave. `time` is in milliseconds since 1970. `before` is the report that was sealed
 * for keys which are outdated: it keeps its id, so that an honest operator counts one of the two.
 */
export type Seal = (task: Task, bucket: number, time: number, before?: Uint8Array) => Uint8Array<ArrayBuffer>;

/** What is sent, and where to. */
export interface Request {
  method: "PUT" | "POST";
  address: string;
  type: string;
  body: Uint8Array<ArrayBuffer>;
}

/** Seals a request for a gateway. `reveal` opens the answer, as status and body, and throws when it is another's. */
export type Hide = (
  gateway: string,
  request: Request,
) => { body: Uint8Array<ArrayBuffer>; reveal(answer: Uint8Array): [number, Uint8Array] };

/** What the module does. */
export interface Upstream {
  seal: Seal;
  hide: Hide;
}

/**
 * Loads the module beside this file, or the shop's own copy.
 *
 * # Errors
 * Rejects when it cannot be loaded or is of another version; then nothing is sent.
 */
export async function loadUpstream(source: OpenOptions["upstream"]): Promise<Upstream> {
  const glue = await import("../upstream.js");
  await glue.default({ module_or_path: source ?? new URL("../upstream_bg.wasm", import.meta.url) });
  if (glue.version() !== VERSION) throw new Error(`the upstream module is version ${glue.version()}, not ${VERSION}`);
  const seal: Seal = (task, bucket, time, before = new Uint8Array()) => {
    if (task.mode === "ldp") return written(task, glue.answer(task.buckets.length, task.epsilon, bucket));
    const { id, buckets, chunk, timePrecision, leader, helper } = task;
    const [task32, leaderKey, helperKey] = [id, leader.hpke, helper.hpke].map(bytesOf);
    const seconds = Math.floor(time / 1000);
    const report = before.subarray(0, ID_BYTES);
    return own(glue.seal(task32!, buckets.length, chunk, timePrecision, leaderKey!, helperKey!, bucket, seconds, report));
  };
  const hide: Hide = (gateway, { method, address, type, body }) => {
    const { protocol, host, pathname } = new URL(address);
    const hidden = glue.hide(bytesOf(gateway), method, protocol.slice(0, -1), host, pathname, type, body);
    const reveal = (answer: Uint8Array): [number, Uint8Array] => {
      const revealed = glue.reveal(hidden, answer);
      return [(revealed[0]! << 8) | revealed[1]!, revealed.subarray(2)];
    };
    return { body: own(hidden.subarray(SECRET_BYTES)), reveal };
  };
  return { seal, hide };
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
