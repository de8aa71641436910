/**
 * The shop's questions: taken when they keep the rules, refused with the reason when they do not.
 *
 * The rules protect the shopper from the shop's own mistakes, and from a bundle made for one shopper. The same rules
 * are checked by `flaneur task check`; `tests/vectors/tasks` holds both to the same answers.
 */

import type { Task, TaskBundle, TaskRelay, TaskStatus } from "../types/measure.js";
import { isModel } from "./attribution.js";
import { fromBase64url, hexOf } from "./base64url.js";
import { canonicalJson } from "./canonical-json.js";
import { WEEK_LIMIT } from "./limits.js";

const METRICS = ["taste_share", "discovery_outcome", "opportunity_outcome", "slot_click_through", "attribution_credit", "latency"];
const COMMON = ["id", "metric", "mode", "purpose", "buckets", "epsilon", "minBatchSize", "start", "end", "retention"];
const OPTIONAL = ["slot", "arms", "model", "relay"];
const OF_MODE = {
  dap: ["leader", "helper", "chunk", "timePrecision"],
  ldp: ["collector", "expected"],
};
/** A DAP `HpkeConfig` in hexadecimal: id, X25519, HKDF-SHA256, AES-128-GCM, the length of the key, and the key. */
const HPKE = /^..0020000100010020(..){32}$/;
/** A gateway's key configuration of RFC 9458: id, X25519, key, the length of the ciphers, and among them ours. */
const GATEWAY = /^..0020(?:..){32}(....)((?:.{8})*?00010001(?:.{8})*)$/;
/** A moment and not a date of the shopper's own time zone, spelled as every browser reads it. */
const DATED = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;
const MICRO = 1_000_000;

/** Limits of a task. */
export const LIMITS = Object.freeze({
  tasks: 8,
  buckets: 256,
  batch: 100,
  timePrecision: 3600,
  /** Of a report in either mode: more than a week holds would always be answered with "nothing". */
  epsilon: WEEK_LIMIT,
});

/** Why a task, or the whole bundle, is refused. */
export interface Refusal {
  code: string;
  message: string;
}

/** What became of a bundle. */
export interface Questions {
  tasks: Task[];
  status: TaskStatus[];
}

/** Checks the signature, then every task. */
export async function readBundle(bundle: unknown, key: unknown, shop: string, now: number): Promise<Questions> {
  return readSigned(bundle, await checkSignature(bundle, key), shop, now);
}

/**
 * Checks every task of a bundle whose signature was checked already, with `unsigned` as its result.
 * A bundle that is refused as a whole has one line of status.
 */
export function readSigned(bundle: unknown, unsigned: Refusal | undefined, shop: string, now: number): Questions {
  const refusal = unsigned ?? checkFrame(bundle as TaskBundle, shop);
  if (refusal) return { tasks: [], status: [{ task: "bundle", state: "refused", ...refusal }] };
  const tasks: Task[] = [];
  const seen = new Set<unknown>();
  const status = (bundle as TaskBundle).tasks.map((task, place): TaskStatus => {
    const id = typeof task?.id === "string" ? task.id : String(place);
    const refused = seen.has(task?.id)
      ? refuse("task_duplicate", "Two tasks have this id; give each its own.")
      : checkTask(task, now);
    if (refused) return { task: id, state: "refused", ...refused };
    seen.add(task.id);
    if (Date.parse(task.start) > now) return { task: id, state: "not_started" };
    tasks.push(task);
    return { task: id, state: "active" };
  });
  return { tasks, status };
}

/** Why the signature does not hold; nothing when it does. */
export async function checkSignature(bundle: unknown, key: unknown): Promise<Refusal | undefined> {
  if (typeof bundle !== "object" || bundle === null) return refuse("bundle_malformed", "A bundle is a JSON object.");
  const { signature, ...rest } = bundle as Record<string, unknown>;
  const text = spelled(rest);
  if (text === undefined) return refuse("bundle_malformed", "A bundle holds texts, whole numbers, arrays and objects.");
  if (text.length > 262_144) return refuse("bundle_too_large", "A bundle is at most 256 KiB.");
  const signed = fromBase64url(signature);
  if (!signed) return refuse("bundle_unsigned", "The bundle has no signature; sign it with `flaneur task sign`.");
  const raw = fromBase64url(key);
  if (raw?.length !== 32) {
    return refuse("bundle_key_missing", "open needs tasksKey: the 32 bytes, in base64url, that `flaneur task key` prints.");
  }
  try {
    const verifier = await crypto.subtle.importKey("raw", raw, "Ed25519", false, ["verify"]);
    if (await crypto.subtle.verify("Ed25519", verifier, signed, new TextEncoder().encode(text))) return undefined;
  } catch {
    return refuse("signature_unavailable", "This browser cannot check Ed25519 here, so nothing is measured.");
  }
  return refuse("bundle_signature", "The signature is not of this key over these bytes; sign the bundle again.");
}

/** Nothing also when the levels of a bundle are more than the stack holds. */
function spelled(bundle: object): string | undefined {
  try {
    return canonicalJson(bundle);
  } catch {
    return undefined;
  }
}

function checkFrame(bundle: TaskBundle, shop: string): Refusal | undefined {
  if (bundle.flaneur !== 1) return refuse("bundle_malformed", "Expected flaneur: 1, the version of the format.");
  if (bundle.shop !== shop) return refuse("bundle_shop", "The bundle is for another shop.");
  if (!Array.isArray(bundle.tasks)) return refuse("bundle_malformed", "tasks must be an array.");
  if (bundle.tasks.length > LIMITS.tasks) return refuse("bundle_too_many", `At most ${LIMITS.tasks} tasks.`);
  return undefined;
}

/** The first rule that a task breaks. */
export function checkTask(task: Task, now: number): Refusal | undefined {
  if (typeof task !== "object" || task === null) return refuse("task_malformed", "A task is an object.");
  const own = task.mode === "dap" || task.mode === "ldp" ? OF_MODE[task.mode] : undefined;
  if (!own) return refuse("task_mode", "mode is dap or ldp.");
  const known = [...COMMON, ...OPTIONAL, ...own];
  const strange = Object.keys(task).find((field) => !known.includes(field));
  if (strange) return refuse("task_unknown_field", "The task asks for something that this version does not know.");
  const missing = [...COMMON, ...own].find((field) => !(field in task));
  if (missing) return refuse("task_malformed", `${missing} is missing.`);
  return checkQuestion(task, now) ?? (task.mode === "dap" ? checkDap(task) : checkLdp(task)) ?? checkRelay(task);
}

function checkQuestion(task: Task, now: number): Refusal | undefined {
  if (fromBase64url(task.id)?.length !== 32) return refuse("task_id", "id must be 32 bytes in base64url.");
  if (!METRICS.includes(task.metric)) return refuse("task_metric", `metric is one of ${METRICS.join(", ")}.`);
  if (!isWords(task.purpose) || !isWords(task.retention)) {
    return refuse("task_words", "purpose and retention need texts in en and fr.");
  }
  const { buckets } = task;
  if (!Array.isArray(buckets) || buckets.length < 2 || buckets.length > LIMITS.buckets) {
    return refuse("task_buckets", `Expected 2 to ${LIMITS.buckets} buckets; merge the rare ones.`);
  }
  if (!buckets.every(isWords)) return refuse("task_words", "Every bucket needs a label in en and fr.");
  const fixed = fixedBuckets(task);
  if (fixed !== undefined && fixed !== buckets.length) {
    return refuse("task_buckets", `This metric has exactly ${fixed} buckets.`);
  }
  if (task.metric === "slot_click_through" && !(typeof task.slot === "string" && isWhole(task.arms, 1, 16))) {
    return refuse("task_experiment", "This metric needs a slot, and 1 to 16 arms.");
  }
  if (task.model !== undefined && !isModel(task.model)) return refuse("task_model", "model is not known.");
  if (!isWhole(task.minBatchSize, 0, 2 ** 40) || task.minBatchSize < LIMITS.batch) {
    return refuse("task_batch", `minBatchSize must be at least ${LIMITS.batch}: fewer answers point at people.`);
  }
  const [start, end] = [task.start, task.end].map((date) => (DATED.test(date) ? Date.parse(date) : NaN)) as [number, number];
  if (!(start < end)) return refuse("task_dates", "start and end must be ISO 8601, in this order.");
  return end <= now ? refuse("task_expired", "The task has ended.") : undefined;
}

function checkDap(task: Extract<Task, { mode: "dap" }>): Refusal | undefined {
  const { leader, helper, buckets, chunk, timePrecision, epsilon } = task;
  const sites = [leader, helper].map((operator) => siteOf(operator?.url));
  if (!sites.every((site) => site !== undefined) || !isText(leader.name) || !isText(helper.name)) {
    return refuse("task_operators", "leader and helper each need a name and an https address that ends in a slash.");
  }
  if (sites[0] === sites[1] || leader.name === helper.name) {
    return refuse("task_operators_equal", "leader and helper must be two companies: together they could read answers.");
  }
  if (![leader, helper].every(({ hpke }) => HPKE.test(hexIn(hpke)))) {
    return refuse("task_hpke", "hpke must be the operator's DAP HpkeConfig for X25519, HKDF-SHA256 and AES-128-GCM, in base64url.");
  }
  if (!isWhole(chunk, 1, buckets.length)) return refuse("task_chunk", "chunk must be from 1 to the number of buckets.");
  if (!isWhole(timePrecision, LIMITS.timePrecision, 604_800)) {
    return refuse("task_time_precision", "timePrecision must be 3,600 to 604,800 seconds.");
  }
  return isWhole(epsilon, 1, LIMITS.epsilon) ? undefined : refuse("task_epsilon", "epsilon must be at most 2, in millionths.");
}

function checkLdp(task: Extract<Task, { mode: "ldp" }>): Refusal | undefined {
  const { collector, expected, epsilon, buckets } = task;
  if (siteOf(collector?.url) === undefined || !isText(collector.name)) {
    return refuse("task_operators", "collector needs a name and an https address that ends in a slash.");
  }
  if (!isWhole(epsilon, 1, LIMITS.epsilon)) return refuse("task_epsilon", "epsilon must be at most 2, in millionths.");
  if (!isWhole(expected, 1, 2 ** 40)) return refuse("task_expected", "expected must be a whole number of shoppers.");
  if (buckets.length > 64 && epsilon < 2 * MICRO && expected < 100_000) {
    return refuse("task_blind", "Over 64 buckets with epsilon below 2 and under 100,000 shoppers, noise hides every answer.");
  }
  return undefined;
}

function checkRelay(task: Task): Refusal | undefined {
  if (task.relay === undefined) return undefined;
  const { name, url, gateway } = (task.relay ?? {}) as TaskRelay;
  const site = typeof url === "string" ? siteOf(url.endsWith("/") ? url : `${url}/`) : undefined;
  if (site === undefined || !isText(name)) return refuse("task_relay", "relay needs a name and an https address.");
  const receivers = task.mode === "dap" ? [task.leader, task.helper] : [task.collector];
  if (receivers.some((receiver) => receiver.name === name || siteOf(receiver.url) === site)) {
    return refuse("task_relay_equal", "relay must be another company than those who receive: it hides the shopper's address from them.");
  }
  const [, length = "", ciphers = ""] = GATEWAY.exec(hexIn(gateway)) ?? [];
  if (ciphers && parseInt(length, 16) * 2 === ciphers.length) return undefined;
  return refuse("task_gateway", "relay.gateway must be the gateway's key configuration of RFC 9458 for X25519 with HKDF-SHA256 and AES-128-GCM, in base64url.");
}

/** How many buckets a metric has by itself. */
function fixedBuckets(task: Task): number | undefined {
  if (task.metric === "discovery_outcome") return 5;
  if (task.metric === "opportunity_outcome") return 4;
  if (task.metric === "latency") return 6;
  return task.metric === "slot_click_through" ? 1 + 2 * (task.arms ?? 0) : undefined;
}

/**
 * What two addresses must not share: the last two labels of the host. Without the list of public suffixes this
 * refuses some honest pairs under one `co.uk`, and lets no dishonest pair of one company's subdomains through.
 */
function siteOf(address: unknown): string | undefined {
  if (typeof address !== "string" || !address.endsWith("/")) return undefined;
  try {
    const { protocol, hostname, port, username, search, hash } = new URL(address);
    const local = hostname === "127.0.0.1" || hostname === "localhost" || hostname === "[::1]";
    if (username || search || hash || (protocol !== "https:" && !(local && protocol === "http:"))) return undefined;
    // "example." is "example" with its root spelled out.
    return local ? `${hostname}:${port}` : hostname.replace(/\.+$/, "").split(".").slice(-2).join(".");
  } catch {
    return undefined;
  }
}

/** The bytes of base64url in hexadecimal; nothing when the text is none. */
function hexIn(text: unknown): string {
  return hexOf(fromBase64url(text) ?? new Uint8Array());
}

function isWords(words: unknown): boolean {
  const { en, fr } = (words ?? {}) as Record<string, unknown>;
  return isText(en) && isText(fr);
}

function isText(text: unknown): boolean {
  return typeof text === "string" && text !== "" && text.length <= 500;
}

function isWhole(value: unknown, low: number, high: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= low && (value as number) <= high;
}

function refuse(code: string, message: string): Refusal {
  return { code, message };
}
