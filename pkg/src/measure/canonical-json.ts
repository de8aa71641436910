/**
 * One spelling for each JSON value, so that a signature covers the meaning and not the layout.
 *
 * Source: RFC 8785 for texts, whole numbers, booleans, null, arrays and objects. Other numbers are refused: bundles
 * count in whole millionths.
 */

/** The canonical text; nothing for a value that has none. */
export function canonicalJson(value: unknown): string | undefined {
  if (value === null || typeof value === "boolean" || typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") return Number.isSafeInteger(value) ? String(value) : undefined;
  if (Array.isArray(value)) return joined("[", value.map(canonicalJson), "]");
  if (typeof value !== "object") return undefined;
  const keys = Object.keys(value).sort();
  const members = keys.map((key) => {
    const text = canonicalJson((value as Record<string, unknown>)[key]);
    return text && `${JSON.stringify(key)}:${text}`;
  });
  return joined("{", members, "}");
}

function joined(start: string, parts: (string | undefined)[], end: string): string | undefined {
  return parts.includes(undefined) ? undefined : `${start}${parts.join(",")}${end}`;
}
