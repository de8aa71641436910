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
    if (typeof indexedDB !== "object" || indexedDB === null) return false;
    if (typeof indexedDB.databases !== "function") return true;
    return (await indexedDB.databases()).some(({ name }) => name === databaseOf(shop));
  } catch {
    return false; // this page may have no database
  }
}
