// What the demo's two operators tell of themselves: `operators/src/demo.rs` writes it.
type Words = { en: string; fr: string };

export interface Row {
  label: Words;
  count: number;
  low: number;
  high: number;
}
/** One batch, added up once. */
export interface Collection {
  reports: number;
  /** How many of them are of simulated shoppers, of whom the truth is known. */
  simulated: number;
  /** Per answer. */
  truth: number[];
  rows: Row[];
  /** What each operator alone holds of the first answer, in hexadecimal. */
  leader: string;
  helper: string;
}
export interface WatchedTask {
  task: string;
  purpose: Words;
  epsilon: number;
  minBatchSize: number;
  /** Reports that wait to be added up. */
  waiting: number;
  collection: Collection | null;
}
export interface Watched {
  simulation: { done: number; of: number } | null;
  tasks: WatchedTask[];
}

/** Looks once; nothing when the operators do not answer. */
export async function watch(address: string): Promise<Watched | undefined> {
  return ask(`${address}watch`, "GET");
}

/** Lets simulated shoppers answer; they go on after this resolves. */
export async function simulate(address: string, shoppers: number): Promise<Watched | undefined> {
  return ask(`${address}watch/simulate?shoppers=${shoppers}`, "POST");
}

async function ask(address: string, method: string): Promise<Watched | undefined> {
  try {
    const answer = await fetch(address, { method, credentials: "omit", cache: "no-store" });
    return answer.ok ? ((await answer.json()) as Watched) : undefined;
  } catch {
    return undefined;
  }
}
