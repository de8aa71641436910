// The merchant's own rules of this demo: one pin, one boost, one cap. Each is named in the reasons it moves.
import type { Rule } from "flaneur";
import type { Catalog } from "./catalog.ts";

export function rulesOf(catalog: Catalog): Rule[] {
  const rules: Rule[] = [
    // A home shelf of one maker is dull, however much one likes it.
    { id: "varied-makers", type: "cap", per: "brand", max: 3, slots: ["home"] },
  ];
  // A foreign catalog has neither this notice nor this department.
  if (catalog.items.has("offer-first-order")) rules.push({ id: "welcome-offer", type: "pin", item: "offer-first-order", position: 5, slots: ["home"] });
  if (catalog.departments.some((d) => d.token === "Tea & coffee")) rules.push({ id: "tea-season", type: "boost", where: { category: "Tea & coffee" }, by: 0.2, slots: ["home"] });
  return rules;
}
