/**
 * Whether this device ever measured, found out without creating or loading anything.
 */

/** The database of what was spent and what waits. */
export function databaseOf(shop: string): string {
  return `flaneur:${shop}:measure`;
}

/** Whether the database is there; without certainty, yes. */
export async function hasMeasured(shop: string): Promise<boolean> {
  try {
    // A frame without an origin has no database, and asking Chromium there rejects a promise that nobody holds.
    if (typeof indexedDB !== "object" || indexedDB === null || globalThis.origin === "null") return false;
    if (typeof indexedDB.databases !== "function") return true;
    return (await indexedDB.databases()).some(({ name }) => name === databaseOf(shop));
  } catch {
    return false; // this page may have no database
  }
}
