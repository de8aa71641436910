/**
 * Reads the engine's slates: numbers in one array, with names that are fetched once.
 *
 * The reasons of an entry become objects when somebody asks for them: most pages show a list and no
 * reasons. `src/wire/view.rs` has the layout.
 */

import type { Core } from "./core.js";
import type { SlateData } from "./passthrough.js";
import type { RankedItem, Reason } from "./types.js";

/** The part of a slate in an experiment; for each entry the arm that picked it, -1 for none. */
type RawPart = { id: string; arms: string[]; teams: number[] };
/** A slate as the engine gives it: figures, id, the rule that is short, what was asked to explain, its part. */
export type RawSlate = readonly [Float64Array, string, string | undefined, Pick<SlateData, "trace" | "absent"> | undefined, RawPart | undefined];

/** The texts of one catalog, by number, as far as they were needed. */
export class Names {
  readonly items: (string | undefined)[] = [];
  readonly attributes: (string | undefined)[] = [];
  terms: readonly string[] = [];
}

const TIERS = ["near", "bridge", "far"] as const;
/** Numbers of an entry before its reasons, and of a reason. */
const ENTRY = 5;
const REASON = 5;

/** The slate that a raw one stands for. The core is asked for the names that are new, and not afterwards. */
export function readSlate(core: Pick<Core, "id" | "attribute">, raw: RawSlate, slot: string, names: Names): SlateData {
  const [figures, id, short, explained, part] = raw;
  const items: RankedItem[] = [];
  for (let at = 0; at < figures.length; ) {
    const count = figures[at + 4]!;
    items.push(readEntry(core, figures, at, items.length, names));
    at += ENTRY + REASON * count;
  }
  part?.teams.forEach((team, place) => {
    const arm = part.arms[team];
    if (arm !== undefined) items[place]!.arm = arm;
  });
  const experiment = part && { id: part.id, arms: part.arms };
  return { id, slot, items, ...(short !== undefined && { short }), ...explained, ...(experiment && { experiment }) };
}

function readEntry(core: Pick<Core, "id" | "attribute">, figures: Float64Array, start: number, position: number, names: Names): RankedItem {
  const discovery = figures[start + 3]!;
  const end = start + ENTRY + REASON * figures[start + 4]!;
  for (let at = start + ENTRY; at < end; at += REASON) {
    itemOf(core, figures[at + 3]!, names);
    const attribute = figures[at + 4]!;
    if (attribute >= 0) names.attributes[attribute] ??= core.attribute(attribute);
  }
  let reasons: Reason[] | undefined;
  return {
    id: itemOf(core, figures[start]!, names)!,
    position,
    score: figures[start + 1]!,
    propensity: figures[start + 2]!,
    discovery: discovery > 0,
    ...(discovery > 1 && { tier: TIERS[discovery - 2]! }),
    get reasons() {
      return (reasons ??= readReasons(figures, start + ENTRY, end, names));
    },
    set reasons(given) {
      reasons = given; // a plain property for the page, which may change it
    },
  };
}

function itemOf(core: Pick<Core, "id">, item: number, names: Names): string | undefined {
  return item < 0 ? undefined : (names.items[item] ??= core.id(item));
}

function readReasons(figures: Float64Array, start: number, end: number, names: Names): Reason[] {
  const reasons: Reason[] = [];
  for (let at = start; at < end; at += REASON) {
    const item = names.items[figures[at + 3]!];
    const attribute = names.attributes[figures[at + 4]!];
    reasons.push({
      signal: names.terms[figures[at]!]!,
      weight: figures[at + 1]!,
      value: figures[at + 2]!,
      ...(item !== undefined && { item }),
      ...(attribute !== undefined && { attribute }),
    });
  }
  return reasons;
}
