// The merchant's own rules of this demo: one pin, one boost, one cap. Each is named in the reasons it moves.
import type { Rule } from "flaneur";
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
