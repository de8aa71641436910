/** What a browser has on the disk: the files of its profile, and those of them that hold databases. */

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** The files that hold the databases of pages, by engine. */
const DATABASES = {
  chromium: (path) => /IndexedDB\/.*\.leveldb\/(.*\.(log|ldb)|MANIFEST.*|CURRENT)$/.test(path),
  firefox: (path) => /storage\/default\/http.*\/idb\/.*\.sqlite(-wal)?$/.test(path),
  webkit: (path) => /IndexedDB\.sqlite3(-wal)?$/.test(path),
};

/** Every file of a browser's profile. A browser that runs makes and removes some meanwhile. */
export function filesOf({ profile }) {
  const files = [];
  const folders = [profile];
  for (const folder of folders) {
    for (const entry of unlessGone(() => readdirSync(folder, { withFileTypes: true })) ?? []) {
      if (entry.isDirectory()) folders.push(join(folder, entry.name));
      else if (entry.isFile()) files.push(join(folder, entry.name));
    }
  }
  return files;
}

/** Those that hold databases of pages. */
export function databaseFiles(browser) {
  return filesOf(browser).filter(DATABASES[browser.engine]);
}

/** Those of a browser's files that hold one of some bytes. */
export function filesWith(browser, needles) {
  return filesOf(browser).filter((path) => {
    const bytes = unlessGone(() => readFileSync(path));
    return bytes !== undefined && needles.some((needle) => bytes.includes(needle));
  });
}

function unlessGone(read) {
  try {
    return read();
  } catch (e) {
    if (e.code !== "ENOENT") throw e;
    return undefined;
  }
}
