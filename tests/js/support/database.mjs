/** IndexedDB for Node, and what is in it. Import before the package. */

import "fake-indexeddb/auto";

import { Seal } from "../../../pkg/dist/seal.js";

/** The names of the databases that exist. */
export async function databases() {
  return (await indexedDB.databases()).map(({ name }) => name);
}

/** The ids of the events on disk, sorted, whichever records can be opened; nothing when there is no database. */
export async function idsOnDisk(shop) {
  const log = await readStore(shop, "log");
  if (!log) return undefined;
  const seal = new Seal(await keysOnDisk(shop));
  const opened = await Promise.all(log.map(([key, value]) => seal.open(key, value)));
  return opened.flatMap((entry) => (entry ? [entry[0]] : [])).sort();
}

/** How many records of the log are on disk, whole or not. */
export async function recordsOnDisk(shop) {
  return (await readStore(shop, "log")).length;
}

/** The keys that seal a shop's database. */
export async function keysOnDisk(shop) {
  return new Map(await readStore(shop, "meta")).get("keys");
}

/** What the arms of experiments are made of, as the disk has it. */
export async function secretOnDisk(shop) {
  const stored = new Map(await readStore(shop, "consent")).get("secret");
  if (!stored) return undefined;
  const [, body] = await new Seal(await keysOnDisk(shop)).open("secret", stored);
  return JSON.parse(new TextDecoder().decode(body));
}

/** Changes the records of the log as they lie there: `change` gets all values and gives those that take their places. */
export async function changeOnDisk(shop, change) {
  const db = await new Promise((resolve) => (indexedDB.open(`flaneur:${shop}`).onsuccess = ({ target }) => resolve(target.result)));
  const at = db.transaction("log", "readwrite").objectStore("log");
  const [keys, values] = await Promise.all([at.getAllKeys(), at.getAll()].map(settled));
  await Promise.all(change(values).map((value, i) => settled(at.put(value, keys[i]))));
  db.close();
}

/** What the receipts on disk are called, sorted. */
export async function receiptsOnDisk(shop) {
  return (await readStore(shop, "consent")).map(([key]) => key).filter((key) => key.startsWith("receipt:")).sort();
}

/** What a store of a shop's database holds; nothing when there is no database. */
async function readStore(shop, store) {
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
    const at = db.transaction(store, "readonly").objectStore(store);
    const [keys, values] = await Promise.all([at.getAllKeys(), at.getAll()].map(settled));
    return keys.map((key, i) => [key, values[i]]);
  } finally {
    db.close();
  }
}

function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
