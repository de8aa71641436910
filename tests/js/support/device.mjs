/** A device that measures, with a clock of its own. Its rounds are started by hand. */

import "./database.mjs";
import "./locks.mjs";
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { Measurer } from "../../../pkg/dist/measure/measurer.js";
import { DAY, START, WEEK, signed } from "./tasks.mjs";

export const upstream = await WebAssembly.compile(await readFile(new URL("../../../pkg/dist/upstream_bg.wasm", import.meta.url)));
const NO_PROFILE = { affinities: [] };

/** `tasks` are signed here, or are the signed options of `open`. `more`: options, events, profile, latencies. */
export async function device(shop, tasks, more = {}) {
  const clock = { now: START + DAY };
  const bundle = Array.isArray(tasks) ? await signed(shop, tasks) : tasks;
  const around = {
    options: { shop, ...bundle, upstream, ...more.options },
    now: () => clock.now,
    events: () => more.events?.(clock.now) ?? [],
    profile: () => more.profile ?? NO_PROFILE,
    latencies: () => more.latencies ?? [],
    receipt: () => "receipt-1",
  };
  const measurer = new Measurer(around);
  /** One round at a moment of the device's clock. */
  const at = async (now) => {
    clock.now = now;
    measurer.start();
    await measurer.work();
  };
  /** Begins, and tells when the first epoch ends: it starts at a random moment of the coming week. */
  const begin = async () => {
    await at(START + DAY);
    const [{ due }] = await measurer.preview(true);
    assert.ok(due > START + DAY + WEEK && due <= START + DAY + 2 * WEEK);
    return due;
  };
  return { measurer, clock, at, begin };
}
