/**
 * Listens to a page's event queues: what is on them already, and what comes.
 *
 * The page's own calls keep their results and their errors; a failure of ours is reported and goes
 * no further.
 */

import { report } from "../errors.js";
import { GA4 } from "../foreign.js";
import { OWN } from "./writer.js";

type Fields = Record<string, unknown>;
/** `entry`: what stands on the page's queue for the event, when that is not the event itself. */
type Hear = (event: object, entry?: object) => void;

/** Whether GA4's event carries items, which a page may push apart from it. */
const carries = (event: string): boolean => (GA4.get(event) ?? "search") !== "search";

/**
 * Reads a `dataLayer`, from its beginning, and every later push.
 *
 * Three ways of using it are understood: an object with `event` and `ecommerce`; the arguments of a
 * `gtag` call; and `ecommerce` pushed on its own before the event it belongs to. The last counts
 * for one event, and `{ ecommerce: null }` drops it. Of what waits there, what was `heard` before is left out.
 */
export function listenToLayer(layer: unknown[], hear: Hear, heard: WeakSet<object>): () => void {
  let waiting: unknown;
  const read = (entry: unknown): void => {
    if (typeof entry !== "object" || entry === null || OWN.has(entry)) return;
    heard.add(entry);
    if ("length" in entry) {
      if ((entry as unknown as unknown[])[0] === "event") hear(entry);
      return;
    }
    const { event, ecommerce } = entry as Fields;
    if (typeof event !== "string") {
      if (ecommerce !== undefined) waiting = ecommerce;
      return;
    }
    const bare = carries(event) && ecommerce === undefined && !("items" in entry);
    if (bare && waiting) hear({ ...(entry as Fields), event, ecommerce: waiting }, entry);
    else hear(entry);
    if (carries(event)) waiting = undefined;
  };
  const safely = guarded(read);
  for (const entry of [...layer]) if (!heard.has(entry as object)) safely(entry);
  return wrap(layer as unknown as Fields, "push", (args) => args.forEach(safely));
}

/**
 * Reads the calls of Segment, RudderStack (`track`) or PostHog (`capture`) on a global, also those
 * that wait in its snippet's queue and were not `heard` before, and follows when the library takes the snippet's place.
 */
export function listenToTracker(
  scope: object,
  name: string,
  method: "track" | "capture",
  hear: Hear,
  heard: WeakSet<object>,
): () => void {
  const globals = scope as Fields;
  /** What was called with these properties in a queue: the library plays it again, with the same object. */
  const queued = new WeakMap<object, string[]>();
  const tell = ([event, properties]: unknown[], isQueued: boolean): void => {
    if (typeof event !== "string" || typeof properties !== "object" || properties === null) return;
    const waiting = queued.get(properties) ?? [];
    queued.set(properties, waiting);
    const place = waiting.indexOf(event);
    if (isQueued) waiting.push(event);
    else if (place >= 0) return void waiting.splice(place, 1);
    hear({ event, properties }, properties);
  };
  const called = guarded((args) => tell(args as unknown[], false));
  /** A call in a snippet's queue, which gets its methods only later: so its `push` is listened to. */
  const waits = guarded((call) => {
    if (!Array.isArray(call) || call[0] !== method || heard.has(call)) return;
    heard.add(call);
    tell(call.slice(1), true);
  });
  let current = globals[name];
  let unwrap: (() => void) | undefined;
  // Guarded: the page's own assignment comes through here, and what it assigns may be frozen.
  const follow = guarded((tracker: unknown): void => {
    unwrap?.();
    unwrap = undefined;
    current = tracker;
    if (Array.isArray(tracker)) {
      [...(tracker as unknown[])].forEach(waits);
      unwrap = wrap(tracker as unknown as Fields, "push", (calls) => calls.forEach(waits));
    } else if (typeof (tracker as Fields | undefined)?.[method] === "function") {
      unwrap = wrap(tracker as Fields, method, called);
    }
  });
  follow(current);
  const before = Object.getOwnPropertyDescriptor(globals, name);
  if (before && !before.configurable) return () => unwrap?.();
  Object.defineProperty(globals, name, { configurable: true, enumerable: true, get: () => current, set: follow });
  return () => {
    unwrap?.();
    Object.defineProperty(globals, name, { configurable: true, enumerable: true, writable: true, value: current });
  };
}

/** Puts a listener behind a method, and takes it away again when nobody wrapped it since. */
function wrap(target: Fields, method: string, after: (args: unknown[]) => void): () => void {
  const original = target[method] as (...args: unknown[]) => unknown;
  const own = Object.hasOwn(target, method);
  let listening = true;
  const wrapped = function (this: unknown, ...args: unknown[]): unknown {
    const result = original.apply(this, args);
    if (listening) after(args);
    return result;
  };
  try {
    target[method] = wrapped;
  } catch (e) {
    report(e); // frozen: what is on it already counts, and the page goes on
  }
  return () => {
    listening = false;
    if (target[method] !== wrapped || Object.isFrozen(target)) return;
    if (own) target[method] = original;
    else delete target[method];
  };
}

function guarded(read: (value: unknown) => void): (value: unknown) => void {
  return (value) => {
    try {
      read(value);
    } catch (e) {
      report(e);
    }
  };
}
