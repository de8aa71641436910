// The disk is full, the files of the database are broken, or they are gone.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { closeSync, ftruncateSync, mkdirSync, openSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";

import { databaseFiles, filesWith } from "../support/disk.mjs";
import { scratch } from "../support/engines.mjs";
import { fault } from "../support/fault.mjs";

for (const [what, damage] of [
  ["cut to half their length", (file, size) => ftruncateSync(file, size >> 1)],
  ["overwritten with zeros", (file, size) => writeSync(file, Buffer.alloc(size), 0, size, 0)],
]) {
  fault(
    {
      name: `files of the database that are ${what} cost the log at most, and the shop starts anew`,
      injected: "the files in the profile, between two starts of the browser",
      expected: "0 exceptions; what is noted from then on is on the disk",
    },
    async (world) => {
      const shop = world.shopName();
      const { browser, page } = await world.browser();
      await page.run(async (shop) => {
        await openShop(shop);
        for (let i = 0; i < 200; i++) view(`before-${i}`);
        while (!(await window.shop.flush())) await sleep(10);
        await sleep(500);
      }, shop);
      await browser.kill();
      const files = databaseFiles(browser);
      assert.ok(files.length > 0, "there is a database on the disk");
      for (const path of files) {
        const file = openSync(path, "r+");
        damage(file, statSync(path).size);
        closeSync(file);
      }
      await world.start(browser, page);
      const found = await page.run(async (shop) => {
        await openShop(shop);
        const places = order().length;
        view("after");
        for (let tries = 0; tries < 300 && !(await window.shop.flush()); tries++) await sleep(20);
        await window.shop.close();
        await openShop(shop);
        return { places, after: (await idsOf()).includes("after"), storage: window.shop.status.storage };
      }, shop);
      assert.deepEqual(found, { places: 12, after: true, storage: "device" });
    },
  );
}

/** Fills what room there is, down to the last record of 1 kB; returns how many sizes were refused in the end. Run in the page. */
async function fill() {
  const db = await new Promise((resolve, reject) => {
    const request = indexedDB.open("filler");
    request.onupgradeneeded = () => request.result.createObjectStore("bytes", { autoIncrement: true });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const random = (length) => crypto.getRandomValues(new Uint8Array(length));
  let refused = 0;
  for (const bytes of [524_288, 65_536, 8192, 1024]) {
    const isKept = () =>
      new Promise((resolve) => {
        try {
          const transaction = db.transaction("bytes", "readwrite");
          for (let at = 0; at < bytes; at += 65_536) transaction.objectStore("bytes").put(random(Math.min(bytes, 65_536)));
          transaction.oncomplete = () => resolve(true);
          transaction.onabort = () => resolve(false);
        } catch {
          resolve(false);
        }
      });
    let kept = 0;
    while (kept < 1000 && (await isKept())) kept++;
    if (kept < 1000) refused++;
  }
  db.close();
  return refused;
}

/** The most that a site may store, in bytes. */
const QUOTA = 8_388_608;
const TOO_MANY = 3000;

fault(
  {
    name: "a quota that is exceeded leaves the shop working, and everything is written when there is room",
    injected: `a quota of ${QUOTA / 1_048_576} MiB (Chromium: Storage.overrideQuotaForOrigin; Firefox: dom.quotaManager.temporaryStorage.fixedLimit), filled by another database, which then goes`,
    expected: `slates as ever; status says storage_unavailable, then nothing; 0 of ${TOO_MANY} events lost`,
    engines: ["chromium", "firefox"],
    elsewhere: "WebKitGTK has no switch for it; a full disk is the same to the page",
  },
  async (world) => {
    const shop = world.shopName();
    const { browser, page } = await world.browser({ preferences: { "dom.quotaManager.temporaryStorage.fixedLimit": QUOTA / 1024 } });
    if (world.engine === "chromium") await limitChromium(browser, world.origin);
    await page.run(async (shop) => (await openShop(shop), view("before"), window.shop.flush()), shop);
    assert.equal(await page.run(fill), 4, "the quota is met");
    const full = await page.run(async (many) => {
      for (let i = 0; i < many; i++) view(`full-${i}`);
      for (let tries = 0; tries < 400 && window.shop.status.storage !== "memory"; tries++) await sleep(20);
      return [window.shop.status.storage, window.shop.status.storageReason, order().length];
    }, TOO_MANY);
    assert.deepEqual(full, ["memory", "storage_unavailable", 12]);
    await page.run(() => new Promise((resolve) => (indexedDB.deleteDatabase("filler").onsuccess = () => resolve(null))));
    const roomy = await page.run(async (shop) => {
      for (let tries = 0; tries < 600 && !(await window.shop.flush()); tries++) await sleep(40);
      const { storage, storageReason } = window.shop.status;
      await window.shop.close();
      await openShop(shop);
      return [storage, storageReason ?? null, (await idsOf()).length];
    }, shop);
    assert.deepEqual(roomy, ["device", null, 1 + TOO_MANY]);
  },
);

async function limitChromium(browser, origin) {
  const { chromium } = await import("playwright-core");
  const debug = await chromium.connectOverCDP(await browser.debugger());
  const [context] = debug.contexts();
  const session = await context.newCDPSession(context.pages()[0]);
  await session.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: QUOTA });
}

/** How small a disk each browser starts on, in megabytes. */
const DISK_MB = { chromium: 128, firefox: 128, webkit: 12 };

fault(
  {
    name: "a full disk leaves the shop working from memory, and everything is written when there is room",
    injected: "the profile on a small file system, filled to the last byte while the page is open; then emptied",
    expected: "slates as ever; 0 exceptions; 0 events lost once there is room",
  },
  async (world) => {
    const profile = scratch("disk");
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${DISK_MB[world.engine]}m`, "tmpfs", profile]);
    assert.equal(mounted.status, 0, `this fault needs the right to mount a file system: ${mounted.stderr}`);
    try {
      const shop = world.shopName();
      const { browser, page } = await world.browser({ profile });
      await page.run(async (shop) => (await openShop(shop), view("before"), window.shop.flush()), shop);
      mkdirSync(join(profile, "fill"), { recursive: true });
      const filled = spawnSync("dd", ["if=/dev/zero", `of=${join(profile, "fill", "zeros")}`, "bs=4k"]);
      assert.notEqual(filled.status, 0, "the disk is full");
      const full = await page.run(async () => {
        for (let i = 0; i < 500; i++) view(`full-${i}`);
        await window.shop.flush();
        return order().length;
      });
      assert.equal(full, 12);
      spawnSync("rm", ["-rf", join(profile, "fill")]);
      const roomy = await page.run(async (shop) => {
        for (let tries = 0; tries < 300 && !(await window.shop.flush()); tries++) await sleep(50);
        await window.shop.close();
        await openShop(shop);
        return (await idsOf()).length;
      }, shop);
      assert.equal(roomy, 501);
      await browser.kill();
    } finally {
      spawnSync("umount", ["-l", profile]);
    }
  },
);

fault(
  {
    name: "a renderer that crashes loses nothing that was acknowledged",
    injected: "SIGKILL to the process that shows the page",
    expected: "after a new start every acknowledged event is there",
  },
  async (world) => {
    const shop = world.shopName();
    const { browser, page } = await world.browser();
    const saved = await page.run(async (shop) => {
      await openShop(shop);
      for (let i = 0; i < 100; i++) view(`crash-${i}`);
      return window.shop.flush();
    }, shop);
    assert.equal(saved, true);
    const part = { chromium: "--type=renderer", firefox: "-contentproc", webkit: "WebKitWebProcess" }[world.engine];
    assert.ok(browser.killPart(part) >= 1, "there is a renderer to kill");
    await browser.kill();
    await world.start(browser, page);
    assert.equal((await page.run(async (shop) => (await openShop(shop), idsOf()), shop)).length, 100);
  },
);

const NEEDLE = "needle-that-nobody-else-writes";
const utf = (text) => [Buffer.from(text, "latin1"), Buffer.from(text, "utf16le")];

fault(
  {
    name: "nothing of an event is found in the files of the profile, before or after it is erased",
    injected: "a search of every file of the profile for the ids of the item and the event",
    expected: "0 files, with a text that the page itself stored found as a control; after an erasure 0 records",
  },
  async (world) => {
    const shop = world.shopName();
    const { browser, page } = await world.browser();
    await page.run(
      async (shop, needle) => {
        await openShop(shop);
        for (let i = 0; i < 50; i++) view(`event-${needle}-${i}`, `item-${needle}`);
        while (!(await window.shop.flush())) await sleep(10);
        const db = await new Promise((resolve) => {
          const request = indexedDB.open("control");
          request.onupgradeneeded = () => request.result.createObjectStore("plain");
          request.onsuccess = () => resolve(request.result);
        });
        const transaction = db.transaction("plain", "readwrite");
        transaction.objectStore("plain").put(`control-of-${needle}`, 1);
        await new Promise((resolve) => (transaction.oncomplete = resolve));
      },
      shop,
      NEEDLE,
    );
    const found = () => [`event-${NEEDLE}`, `item-${NEEDLE}`].flatMap((text) => filesWith(browser, utf(text)));
    assert.ok(filesWith(browser, utf(`control-of-${NEEDLE}`)).length > 0, "what is in plain is found");
    assert.deepEqual(found(), []);
    await page.run(() => window.shop.profile.erase());
    await browser.kill();
    assert.deepEqual(found(), []);
    await world.start(browser, page);
    assert.deepEqual(await page.run(async (shop) => (await openShop(shop), idsOf()), shop), []);
  },
);

/** How many sealed records, and which of the keys, are searched for. */
const SOUGHT = 20;

fault(
  {
    name: "when store is withdrawn, no sealed record and no key is left in the files of the profile",
    injected: `a search of every file of the profile for the bytes of ${SOUGHT} sealed records and of both keys, which this page makes readable`,
    expected: "all are found before, as the control, and none after",
    engines: ["firefox", "webkit"],
    elsewhere: "Chromium keeps what a page deleted in its files until it compacts them, the key with the records; no page can hasten that",
  },
  async (world) => {
    const shop = world.shopName();
    const { browser, page } = await world.browser();
    const secrets = await page.run(
      async (shop, sought) => {
        const { generateKey } = SubtleCrypto.prototype;
        const keys = [];
        SubtleCrypto.prototype.generateKey = async function (algorithm, _, uses) {
          const key = await generateKey.call(this, algorithm, true, uses);
          keys.push([...new Uint8Array(await crypto.subtle.exportKey("raw", key))]);
          return key;
        };
        await openShop(shop);
        for (let i = 0; i < 200; i++) view(`sealed-${i}`);
        while (!(await window.shop.flush())) await sleep(10);
        const db = await new Promise((resolve) => (indexedDB.open(`flaneur:${shop}`).onsuccess = ({ target }) => resolve(target.result)));
        const records = await new Promise((resolve) => (db.transaction("log").objectStore("log").getAll(null, sought).onsuccess = ({ target }) => resolve(target.result)));
        db.close();
        return [...keys, ...records.map((record) => [...record])].map((bytes) => bytes.slice(1, 25));
      },
      shop,
      SOUGHT,
    );
    const left = () => secrets.filter((secret) => filesWith(browser, [Buffer.from(secret)]).length > 0).length;
    assert.deepEqual([secrets.length, left()], [2 + SOUGHT, 2 + SOUGHT], "they are found while they are there");
    await page.run(() => window.shop.consent.set({ store: false }));
    await page.run(() => sleep(200));
    assert.equal(left(), 0);
    await browser.kill();
    assert.equal(left(), 0);
  },
);
