/**
 * When a report leaves, so that its moment says nothing about the shopper.
 *
 * Pure. Due at a random instant of the 24 hours after the epoch; not within ten minutes after anything the
 * shopper did; dropped a week after the epoch's end. A failure is tried again later and later, at most six times in all.
 */

import { DAY_MS, EPOCH_MS } from "./ledger.js";

export const SPREAD_MS = DAY_MS;
export const QUIET_MS = 10 * 60_000;
const RETRY_MS = [15 * 60_000, 3_600_000, 4 * 3_600_000, 12 * 3_600_000, 24 * 3_600_000] as const;

/** When a report of an epoch that ended then is due. `drawn`: uniform from 0 to `SPREAD_MS`. */
export function dueAt(epochEnd: number, drawn: number): number {
  return epochEnd + drawn;
}

/** Whether a report of an epoch that ended `at` leaves no more. */
export function isLate(at: number, now: number): boolean {
  return now > at + EPOCH_MS;
}

/** What to do with a report now. */
export function verdict(
  report: { due: number; at: number; retryAt: number },
  now: number,
  lastAction: number,
): "send" | "wait" | "late" {
  if (isLate(report.at, now)) return "late";
  const quiet = now - lastAction >= QUIET_MS || lastAction > now;
  return now >= report.due && now >= report.retryAt && quiet ? "send" : "wait";
}

/** When to try again after so many failures; nothing when it is enough. */
export function retryAt(failures: number, now: number): number | undefined {
  const wait = RETRY_MS[failures - 1];
  return wait === undefined ? undefined : now + wait;
}
