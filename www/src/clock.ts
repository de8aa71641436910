// The clock of the page. The address can set it ahead (?later=8, in days), so that a week of measuring can be watched in a minute.
const DAY = 86_400_000;
const MOST = 400;

const asked = new URLSearchParams(location.search).get("later");

/** How many days this page's clock runs ahead. */
export const later: number = asked !== null && /^\d{1,3}$/.test(asked) ? Math.min(MOST, Number(asked)) : 0;

/** Milliseconds since 1970, by that clock. */
export const now = (): number => Date.now() + later * DAY;

/** This page's address with the clock so many days ahead. */
export function addressAt(days: number): string {
  const address = new URL(location.href);
  if (days > 0) address.searchParams.set("later", String(Math.min(MOST, days)));
  else address.searchParams.delete("later");
  return address.href;
}
