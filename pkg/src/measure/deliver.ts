/**
 * The one place that sends: a sealed report to the address of its task, and nothing with it.
 *
 * No cookie, no referrer, no header of ours but the content type, no redirect followed, no cache, no more than 4 KiB
 * of the answer read, and never longer than 30 seconds. Never throws.
 */

import type { Task } from "../types/measure.js";

const TIMEOUT_MS = 30_000;
const ANSWER_BYTES = 4096;
const OUTDATED = "urn:ietf:params:ppm:dap:error:outdatedConfig";

/** What became of it. */
export type Delivery = "sent" | "again" | "outdated" | "refused" | "aborted";

/** Sends once. */
export async function deliver(task: Task, bytes: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<Delivery> {
  const timeout = new AbortController();
  const abort = (): void => timeout.abort();
  const timer = setTimeout(abort, TIMEOUT_MS);
  signal.addEventListener("abort", abort);
  try {
    const response = await fetch(addressOf(task), {
      method: task.mode === "dap" ? "PUT" : "POST",
      body: bytes,
      headers: { "content-type": task.mode === "dap" ? "application/dap-report" : "application/json" },
      credentials: "omit",
      referrerPolicy: "no-referrer",
      cache: "no-store",
      redirect: "error",
      signal: timeout.signal,
    });
    const sent = response.ok;
    const again = response.status >= 500 || response.status === 429 || response.status === 408;
    const outdated = !sent && !again && (await beginningOf(response)).includes(OUTDATED);
    void response.body?.cancel().catch(() => {});
    return sent ? "sent" : again ? "again" : outdated ? "outdated" : "refused";
  } catch {
    return signal.aborted ? "aborted" : "again";
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
}

/** Where a task's reports go: DAP-09, section 4.4.2, or the shop's own collector. */
export function addressOf(task: Task): string {
  return task.mode === "dap" ? `${task.leader.url}tasks/${task.id}/reports` : task.collector.url;
}

async function beginningOf(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (!reader) return "";
  const decoder = new TextDecoder();
  let text = "";
  try {
    while (text.length < ANSWER_BYTES) {
      const { done, value } = await reader.read();
      if (done) break;
      text += decoder.decode(value.subarray(0, ANSWER_BYTES), { stream: true });
    }
    return text;
  } finally {
    void reader.cancel().catch(() => {});
    reader.releaseLock();
  }
}
