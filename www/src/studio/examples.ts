// A rule of each kind to begin with, about things that the catalog really has.
import type { Rule } from "flaneur";
import type { Kind } from "./shoppers.ts";

export const EXAMPLES = ["pin", "boost", "bury", "exclude", "cap", "quota", "schedule"] as const;
export type Example = (typeof EXAMPLES)[number];

const day = (at: number): string => {
  const local = new Date(at);
  return [local.getFullYear(), local.getMonth() + 1, local.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
};
const DAY = 86_400_000;

/** What the examples are about. */
export interface Stock {
  /** The largest first. */
  kinds: readonly Kind[];
  /** Ids of the catalog. */
  ids: readonly string[];
  /** Milliseconds since 1970. */
  now: number;
  /** Ids of rules that are taken. */
  taken: ReadonlySet<string>;
}

/** Whether there is what such a rule names: where nothing is in stock, no item and maybe no kind is known. */
export function canBegin(name: Example, { kinds, ids }: Pick<Stock, "kinds" | "ids">): boolean {
  if (name === "cap") return true;
  return ids.length > 0 || (name !== "pin" && kinds.length > 0);
}

/** A rule for the list: valid in every catalog of which `canBegin` says so. */
export function example(name: Example, { kinds, ids, now, taken }: Stock): Rule {
  let id: string = name;
  for (let count = 2; taken.has(id); count++) id = `${name}-${count}`;
  const kind = (at: number) => (kinds.length > 0 ? { category: kinds[at % kinds.length]?.token ?? "" } : { ids: ids.slice(0, 5) });
  switch (name) {
    case "pin": return { id, type: "pin", item: ids[Math.floor(ids.length / 2)] ?? "", position: 0 };
    case "boost": return { id, type: "boost", where: kind(1), by: 2 };
    case "bury": return { id, type: "bury", where: kind(0), by: 2 };
    case "exclude": return { id, type: "exclude", where: kind(3) };
    case "cap": return { id, type: "cap", per: "category", max: 2 };
    case "quota": return { id, type: "quota", where: kind(2), atLeast: 2 };
    case "schedule": return { id, type: "schedule", where: kind(0), when: { from: day(now + DAY), until: day(now + 15 * DAY) } };
  }
}
