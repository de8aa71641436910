/** Bundles of tasks for the tests: made here, signed with a fresh key. */

import { generateKeyPairSync } from "node:crypto";

import { canonicalJson } from "../../../pkg/dist/measure/canonical-json.js";

export const DAY = 86_400_000;
export const WEEK = 7 * DAY;
export const START = Date.UTC(2026, 0, 1);

export const base64url = (bytes) => Buffer.from(bytes).toString("base64url");

const words = (text) => ({ en: text, fr: `${text} (fr)` });

/** A DAP `HpkeConfig` for a fresh X25519 key. */
export function hpkeConfig(id = 1) {
  const { x } = generateKeyPairSync("x25519").publicKey.export({ format: "jwk" });
  return base64url(Buffer.concat([Buffer.from([id, 0, 0x20, 0, 1, 0, 1, 0, 32]), Buffer.from(x, "base64url")]));
}

/** A task for two operators that keeps every rule. */
export function dapTask(change = {}) {
  return {
    id: base64url(Buffer.alloc(32, 7)),
    metric: "taste_share",
    mode: "dap",
    purpose: words("Which kinds of things please"),
    buckets: [words("nothing"), ...["lamp", "chair", "rug"].map((kind) => ({ ...words(kind), value: `category:${kind}` }))],
    epsilon: 1_000_000,
    minBatchSize: 1000,
    start: new Date(START).toISOString(),
    end: new Date(START + 365 * DAY).toISOString(),
    retention: words("13 months"),
    leader: { name: "Leader Ltd", url: "https://dap.leader.example/", hpke: hpkeConfig(1) },
    helper: { name: "Helper GmbH", url: "https://dap.helper.example/", hpke: hpkeConfig(2) },
    chunk: 2,
    timePrecision: 3600,
    ...change,
  };
}

/** A task for answers with noise. */
export function ldpTask(change = {}) {
  const { leader, helper, chunk, timePrecision, ...rest } = dapTask();
  return {
    ...rest,
    id: base64url(Buffer.alloc(32, 9)),
    mode: "ldp",
    epsilon: 2_000_000,
    collector: { name: "Shop SA", url: "https://answers.shop.example/" },
    expected: 10_000,
    ...change,
  };
}

/** Signs tasks for a shop. Returns the options of `open`. */
export async function signed(shop, tasks) {
  const { publicKey, privateKey } = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  const rest = { flaneur: 1, shop, tasks };
  const signature = await crypto.subtle.sign("Ed25519", privateKey, new TextEncoder().encode(canonicalJson(rest)));
  const key = await crypto.subtle.exportKey("raw", publicKey);
  return { tasks: { ...rest, signature: base64url(signature) }, tasksKey: base64url(key) };
}
