// What measuring has done and would do, read together: the privacy centre shows it and looks again while it is open.
import type { Budget, Flaneur, LedgerEntry, OutboxEntry, Receipt, TaskStatus } from "flaneur";

export interface Measuring {
  preview: OutboxEntry[];
  /** Newest first. */
  ledger: LedgerEntry[];
  budget: Budget;
  tasks: TaskStatus[];
  /** Newest first. */
  receipts: Receipt[];
}

export async function readMeasuring({ measure, consent }: Flaneur): Promise<Measuring> {
  const [preview, ledger, budget, tasks, receipts] = await Promise.all([measure.preview(), measure.ledger(), measure.budget(), measure.tasks(), consent.receipts()]);
  return { preview, ledger, budget, tasks, receipts: [...receipts].reverse() };
}

const MICRO = 1_000_000;
const DAY = 86_400_000;

/** Epsilon from millionths. */
export const epsilonOf = (micro: number): number => micro / MICRO;

/** What one question spent of the last days, in millionths. */
export function spentBy(ledger: readonly LedgerEntry[], task: string, days: number, now: number): number {
  return ledger.reduce((sum, line) => (line.task === task && line.at > now - days * DAY && line.at <= now ? sum + line.epsilon : sum), 0);
}
