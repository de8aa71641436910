/**
 * Credit for a purchase among the touches before it, in whole numbers that add up.
 *
 * Pure. Shapley's value of a channel is over the shopper's own journeys: a journey is the set of channels touched
 * before a purchase, or in the window before now without one; the worth of a set of channels is the number of
 * purchases whose journey lies within it. For that game the value has a closed form: each purchase is shared equally
 * among the channels of its own journey, so no subset is enumerated.
 *
 * Source: Shapley 1953; for the closed form, the value of a sum of unanimity games (Zhao, Mahboobi and Bagheri 2018,
 * "Shapley value methods for attribution modeling"). W3C Attribution for the shape of the query.
 */

import { checkIds } from "../checks.js";
import { flaneurError } from "../errors.js";
import type { Attribution, AttributionModel, AttributionQuery } from "../types/measure.js";
import type { ExportedEvent } from "../types/profile.js";

const DAY_MS = 86_400_000;

interface Touch {
  channel: string;
  at: number;
}

/**
 * Shares out.
 *
 * # Errors
 * `value_type`, `value_out_of_range`, `value_unknown` and those of a list of texts, with the field of the query.
 */
export function attribute(events: readonly ExportedEvent[], query: AttributionQuery = {}): Attribution {
  if (typeof query !== "object" || query === null) throw flaneurError("value_type", "A query is an object such as { lookbackDays: 30 }.", "query");
  const { value = 1000, lookbackDays = 30, logic = "last_touch", channels, conversion } = query;
  checkIds(channels, "query.channels");
  checkWhole(value, 1, 2 ** 31, "query.value");
  checkWhole(lookbackDays, 1, 396, "query.lookbackDays");
  checkLogic(logic);
  const touches = events
    .filter(({ type, channel }) => type === "touch" && typeof channel === "string")
    .map(({ channel, at }) => ({ channel: channel as string, at }))
    .filter(({ channel }) => !channels || channels.includes(channel))
    .sort((a, b) => a.at - b.at || (a.channel < b.channel ? -1 : 1));
  const purchases = events.filter(({ type }) => type === "purchase").sort((a, b) => a.at - b.at);
  const purchase = conversion === undefined ? purchases.at(-1) : purchases.find(({ id }) => id === conversion);
  if (!purchase) return { value: 0, credits: [] };
  const before = (at: number): Touch[] => touches.filter((touch) => touch.at <= at && touch.at > at - lookbackDays * DAY_MS);
  const path = before(purchase.at);
  if (path.length === 0) return { conversion: purchase.id, value: 0, credits: [] };
  const weights =
    logic === "data_driven" ? shapley(path, purchases.map(({ at }) => before(at))) : byPlace(path, placesOf(logic, path.length));
  const shares = wholeShares([...weights.values()], value);
  const credits = [...weights.keys()].map((channel, i) => ({
    channel,
    credit: shares[i] ?? 0,
    touches: path.filter((touch) => touch.channel === channel).length,
  }));
  credits.sort((a, b) => b.credit - a.credit || (a.channel < b.channel ? -1 : 1));
  return { conversion: purchase.id, value, credits };
}

/** What each place of a path counts, first to last. */
function placesOf(logic: Exclude<AttributionModel, "data_driven">, length: number): number[] {
  const places = new Array<number>(length).fill(0);
  if (logic === "linear") return places.fill(1);
  if (logic === "position_based") {
    if (length <= 2) return places.fill(1);
    // 40 %, 20 % among those between, 40 %, in whole numbers.
    return places.fill(1).map((_, place) => (place === 0 || place === length - 1 ? 2 * (length - 2) : 1));
  }
  const last = logic === "last_touch" ? 1 : logic.lastNTouch;
  return places.fill(1, Math.max(0, length - last));
}

function byPlace(path: readonly Touch[], places: readonly number[]): Map<string, number> {
  const weights = new Map<string, number>();
  path.forEach(({ channel }, place) => weights.set(channel, (weights.get(channel) ?? 0) + (places[place] ?? 0)));
  return weights;
}

/** Each journey's purchase is shared equally among its channels; then those of this path count. */
function shapley(path: readonly Touch[], journeys: readonly Touch[][]): Map<string, number> {
  const weights = new Map<string, number>(path.map(({ channel }) => [channel, 0]));
  for (const journey of journeys) {
    const channels = new Set(journey.map(({ channel }) => channel));
    for (const channel of channels) {
      const weight = weights.get(channel);
      if (weight !== undefined) weights.set(channel, weight + 1 / channels.size);
    }
  }
  return weights;
}

/** Whole numbers in proportion to weights, largest remainders first, that add up to `total`. */
export function wholeShares(weights: readonly number[], total: number): number[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  if (!(sum > 0)) return weights.map(() => 0);
  const exact = weights.map((weight) => (weight / sum) * total);
  const shares = exact.map(Math.floor);
  const missing = total - shares.reduce((a, b) => a + b, 0);
  const order = exact.map((_, i) => i).sort((a, b) => rest(exact[b]) - rest(exact[a]) || a - b);
  for (const i of order.slice(0, missing)) shares[i] = (shares[i] ?? 0) + 1;
  return shares;
}

function rest(number: number | undefined): number {
  return (number ?? 0) - Math.floor(number ?? 0);
}

function checkWhole(value: unknown, low: number, high: number, path: string): void {
  if (Number.isInteger(value) && (value as number) >= low && (value as number) <= high) return;
  throw flaneurError("value_out_of_range", `${path} must be a whole number from ${low} to ${high}.`, path);
}

/** Whether a model is one. */
export function isModel(logic: unknown): logic is AttributionModel {
  if (typeof logic === "string") return ["last_touch", "linear", "position_based", "data_driven"].includes(logic);
  const last = (logic as { lastNTouch?: unknown } | null)?.lastNTouch;
  return Number.isInteger(last) && (last as number) >= 1 && (last as number) <= 100;
}

function checkLogic(logic: unknown): void {
  if (isModel(logic)) return;
  const message = "A model is last_touch, { lastNTouch: n }, linear, position_based or data_driven.";
  throw flaneurError("value_unknown", message, "query.logic");
}
