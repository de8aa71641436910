// The merchant's own rules of this demo: one pin, one boost, one cap. Each is named in the reasons it moves.
import type { Opportunity, Rule } from "flaneur";
import type { Catalog } from "./catalog.ts";

export function rulesOf(catalog: Catalog): Rule[] {
  const rules: Rule[] = [
    // One colour of a thing is enough on the home shelf; its page shows the others.
    { id: "one-variant", type: "cap", per: "group", max: 1, slots: ["home", "discover"] },
  ];
  // A foreign catalog has neither this notice nor this department.
  if (catalog.items.has("offer-first-order")) rules.push({ id: "welcome-offer", type: "pin", item: "offer-first-order", position: 5, slots: ["home"] });
  if (catalog.departments.some((d) => d.token === "Tea & coffee")) rules.push({ id: "tea-season", type: "boost", where: { category: "Tea & coffee" }, by: 0.2, slots: ["home"] });
  return rules;
}

/** What the invented shop gains by each kind, in its own currency, and what it asks of the shopper's patience. */
const WORTH = { product: 5, offer: 4, content: 1, service: 6, message: 2 };

export const PRESSURE = { budget: 3, quiet: [23, 7] as [number, number] };

export function opportunitiesOf(catalog: Catalog): Opportunity[] {
  return [...catalog.items.values()]
    .filter((item) => item.kind !== undefined && item.kind !== "product" && item.available !== false)
    .slice(0, 200)
    .map(({ id, kind = "message" }) => ({ id, kind, value: WORTH[kind], caps: { hour: 2, day: 3, week: 8 }, cooldownDays: 14 }));
}
