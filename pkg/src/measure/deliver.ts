/**
 * The one place that sends: a sealed report to the address of its task, or to the relay that the task names, and
 * nothing with it.
 *
 * No cookie, no referrer, no languages, no other header of ours but the content type, no redirect followed, no cache,
 * no more than 4 KiB of the answer read, and never longer than 30 seconds. Never throws.
 * The preflight to another site is the browser's own: it names the languages, and nothing here can keep it from that.
 * Through a relay the whole request is sealed for the gateway behind it, anew each time it is sent; the report inside
 * stays the same. Whoever receives it then sees the relay's address (RFC 9458).
 */

import type { Task } from "../types/measure.js";
import type { Hide, Request } from "./seal.js";

const TIMEOUT_MS = 30_000;
const ANSWER_BYTES = 4096;
/** Said by an operator, and by a gateway, whose keys are not those that were sealed for. */
const OUTDATED = ["urn:ietf:params:ppm:dap:error:outdatedConfig", "https://iana.org/assignments/http-problem-types#ohttp-key"];
/** Said of a report whose time is yet to come, by the operator's clock: the same one may come again (DAP-09, section 4.4.2). */
const EARLY = "urn:ietf:params:ppm:dap:error:reportTooEarly";

/** What became of it. */
export type Delivery = "sent" | "again" | "outdated" | "refused" | "aborted";

/** Sends once. `hide` is asked for when the task names a relay. */
export async function deliver(
  task: Task,
  bytes: Uint8Array<ArrayBuffer>,
  signal: AbortSignal,
  hide: () => Promise<Hide>,
): Promise<Delivery> {
  const timeout = new AbortController();
  const abort = (): void => timeout.abort();
  const timer = setTimeout(abort, TIMEOUT_MS);
  signal.addEventListener("abort", abort);
  try {
    const { relay } = task;
    const request = requestOf(task, bytes);
    const hidden = relay && (await hide())(relay.gateway, request);
    if (signal.aborted) return "aborted";
    const { method, address, type, body }: Request =
      // A report whose task names a relay never goes straight to the operator.
      relay ? { method: "POST", address: relay.url, type: "message/ohttp-req", body: hidden!.body } : request;
    const response = await fetch(address, {
      method,
      body,
      // The browser would name the shopper's languages, which few others have in the same order.
      headers: { "content-type": type, "accept-language": "*" },
      credentials: "omit",
      referrerPolicy: "no-referrer",
      cache: "no-store",
      redirect: "error",
      signal: timeout.signal,
    });
    const given = (): Promise<Uint8Array> => beginningOf(response);
    if (hidden && response.ok) {
      const [status, content] = hidden.reveal(await given());
      return await meaning(status, async () => content);
    }
    const delivery = await meaning(response.status, given);
    void response.body?.cancel().catch(() => {});
    return delivery;
  } catch {
    return signal.aborted ? "aborted" : "again";
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
}

/** The request that a task's report is uploaded with: DAP-09, section 4.4.2, or a line for the shop's own collector. */
function requestOf(task: Task, body: Uint8Array<ArrayBuffer>): Request {
  return task.mode === "dap"
    ? { method: "PUT", address: `${task.leader.url}tasks/${task.id}/reports`, type: "application/dap-report", body }
    : { method: "POST", address: task.collector.url, type: "application/json", body };
}

async function meaning(status: number, body: () => Promise<Uint8Array>): Promise<Delivery> {
  if (status >= 200 && status < 300) return "sent";
  if (status >= 500 || status === 429 || status === 408) return "again";
  const text = new TextDecoder().decode(await body());
  if (text.includes(EARLY)) return "again";
  return OUTDATED.some((problem) => text.includes(problem)) ? "outdated" : "refused";
}

/** At most 4 KiB of an answer; the rest is not waited for. */
async function beginningOf(response: Response): Promise<Uint8Array> {
  const beginning = new Uint8Array(ANSWER_BYTES);
  const reader = response.body?.getReader();
  let length = 0;
  try {
    while (reader && length < ANSWER_BYTES) {
      const { done, value } = await reader.read();
      if (done) break;
      const part = value.subarray(0, ANSWER_BYTES - length);
      beginning.set(part, length);
      length += part.length;
    }
    return beginning.subarray(0, length);
  } finally {
    void reader?.cancel().catch(() => {});
    reader?.releaseLock();
  }
}
