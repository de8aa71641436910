// Plurals by the language's own rule (French: zero is singular), through Intl.PluralRules.
const rules: Record<string, Intl.PluralRules> = {};

export function plural(locale: string, count: number, forms: { one: string; other: string }): string {
  const rule = (rules[locale] ??= new Intl.PluralRules(locale));
  return rule.select(count) === "one" ? forms.one : forms.other;
}
