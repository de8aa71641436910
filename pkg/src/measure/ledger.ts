/**
 * What was spent, and what may still be: whole millionths of epsilon, charged before anything leaves.
 *
 * Pure. A charge belongs to the end of the epoch that it answers about, not to the moment it leaves: so every seven
 * days hold one epoch's charges, whatever the random delays. Charges add up, as pure differential privacy composes.
 */

import type { Budget, LedgerEntry } from "../types/measure.js";
import { MONTH_LIMIT, WEEK_LIMIT } from "./limits.js";

export const DAY_MS = 86_400_000;
export const EPOCH_MS = 7 * DAY_MS;

/** How long a line is kept: 25 months. */
const KEPT_MS = 25 * 30.44 * DAY_MS;

/** Which epoch a moment is in, counted from the device's own anchor; negative before it. */
export function epochAt(now: number, anchor: number): number {
  return Math.floor((now - anchor) / EPOCH_MS);
}

/** When an epoch ends. */
export function endOf(epoch: number, anchor: number): number {
  return anchor + (epoch + 1) * EPOCH_MS;
}

/** What is spent at a moment: of the last 7 and the last 30 days, this moment included. */
export function budgetAt(ledger: readonly Pick<LedgerEntry, "at" | "epsilon">[], now: number): Budget {
  const since = (milliseconds: number): number =>
    ledger.reduce((sum, { at, epsilon }) => (at > now - milliseconds && at <= now ? sum + epsilon : sum), 0);
  return {
    week: { spent: since(EPOCH_MS), limit: WEEK_LIMIT },
    month: { spent: since(30 * DAY_MS), limit: MONTH_LIMIT },
  };
}

/** What a report costs at a moment: its epsilon, or 0 when the budget does not hold it; then it must say nothing. */
export function charge(ledger: readonly Pick<LedgerEntry, "at" | "epsilon">[], epsilon: number, at: number): number {
  const { week, month } = budgetAt(ledger, at);
  return week.spent + epsilon <= week.limit && month.spent + epsilon <= month.limit ? epsilon : 0;
}

/** Whether a line is too old to keep. */
export function isOld({ at }: Pick<LedgerEntry, "at">, now: number): boolean {
  return at < now - KEPT_MS;
}
