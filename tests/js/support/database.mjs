/** IndexedDB for Node, and what is in it. Import before the package. */

import "fake-indexeddb/auto";

/** The names of the databases that exist. */
export async function databases() {
  return (await indexedDB.databases()).map(({ name }) => name);
}

/** Every key of a shop's log on disk; nothing when there is no database. */
export async function keysOnDisk(shop, store = "log") {
  const name = `flaneur:${shop}`;
  if (!(await databases()).includes(name)) return undefined;
  const db = await new Promise((resolve, reject) => {
    const request = indexedDB.open(name);
    request.onupgradeneeded = () => request.transaction.abort(); // it was deleted meanwhile
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => (request.error?.name === "AbortError" ? resolve(undefined) : reject(request.error));
  });
  if (!db) return undefined;
  try {
    return await new Promise((resolve, reject) => {
      const request = db.transaction(store, "readonly").objectStore(store).getAllKeys();
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  } finally {
    db.close();
  }
}
