/**
 * The shopper's own view of the log, and their hand on it.
 */

import type { CanonicalEvent } from "./canonical.js";
import { reading } from "./checks.js";
import { stamp } from "./events.js";
import { readDocument, writeDocument } from "./export.js";
import type { Brought } from "./export.js";
import { newId } from "./id.js";
import type { Entry } from "./log.js";
import type { Memory } from "./memory.js";
import { emptyProfile, emptyReplay } from "./passthrough.js";
import { checkForget, declaration } from "./preference.js";
import type { ChangeEvent, ImportReport, PassthroughReason, Profile } from "./types.js";

/** Most affinities that are listed; what is measured looks at all of them. */
const SHOWN = 24;
/** How long a `forget` can be taken back, in milliseconds. */
const UNDO_MS = 10_000;

/** What the profile needs of its handle. */
export interface Surroundings {
  readonly shop: string;
  now(): number;
  /** Why the engine is not at work; nothing when it is. */
  idle(): PassthroughReason | undefined;
  /** Whether events may be added. */
  learning(): boolean;
  learn(event: CanonicalEvent): void;
  changed(cause: ChangeEvent["cause"]): void;
  /** Drops the reports that wait. */
  dropReports(): Promise<void>;
}

/** `Flaneur.profile` on a memory. */
export function profileFace(memory: Memory, around: Surroundings): Profile {
  const isClosed = (): boolean => around.idle() === "closed";
  /** What was forgotten last; in memory only, and not for long. */
  let forgotten: { entries: readonly Entry[]; erasures: number; timer: ReturnType<typeof setTimeout> } | undefined;
  const remember = (entries: readonly Entry[]): void => {
    clearTimeout(forgotten?.timer);
    forgotten = undefined;
    if (entries.length === 0) return;
    const timer = setTimeout(() => (forgotten = undefined), UNDO_MS);
    (timer as { unref?: () => void }).unref?.(); // in Node, waiting must not keep the process alive
    forgotten = { entries, erasures: memory.log.erasures, timer };
  };
  const erase = async (): Promise<void> => {
    remember([]);
    if (isClosed()) return;
    const done = Promise.all([memory.erase(), around.dropReports()]);
    around.changed("erase");
    await done;
  };
  return Object.freeze({
    inspect: () => {
      const view = memory.engine?.use((core) => core.inspect(around.now()), emptyProfile) ?? emptyProfile();
      return { ...view, affinities: view.affinities.slice(0, SHOWN) };
    },
    replay: () => memory.engine?.use((core) => core.replay(), emptyReplay) ?? emptyReplay(),
    experiments: () => memory.engine?.use((core) => core.experiments(), () => []) ?? [],
    forget: (what) => {
      const wish = reading("what", () => checkForget(what));
      if (isClosed()) return;
      const all = wish["all"] === true;
      const entries = all ? memory.log.entries() : memory.forget(wish);
      if (all) void erase();
      else if (memory.engine || entries.length > 0) around.changed("forget");
      remember(entries);
    },
    undo: () => {
      // What another tab erased since does not come back.
      const entries = forgotten?.erasures === memory.log.erasures ? forgotten.entries : [];
      remember([]);
      if (entries.length === 0 || isClosed() || !around.learning()) return false;
      memory.takeBack(entries);
      around.changed("undo");
      return true;
    },
    declare: (preference) => {
      const event = reading("preference", () => declaration(preference, newId(), around.now()));
      if (!isClosed()) around.learn(stamp(event));
    },
    export: async (options) => {
      const events = memory.events();
      const incomplete = events ? undefined : around.idle();
      return writeDocument(around.shop, around.now(), events ?? [], incomplete, options?.passphrase);
    },
    import: async (data, options) => {
      const brought = await readDocument(data, options?.passphrase);
      const report = isClosed() || !memory.engine ? undefined : around.learning() ? memory.import(brought) : "denied";
      if (report === "denied") return refuse(brought, "learn_denied", "Nothing is added while the learn gate is denied.");
      if (!report) return refuse(brought, around.idle() ?? "engine_restarted", "There is no engine to read the events.");
      around.changed("import");
      return report;
    },
    erase,
  } satisfies Profile);
}

/** The report of an import of which nothing was taken in. */
function refuse({ events, list }: Brought, code: string, message: string): ImportReport {
  return { added: 0, known: 0, refused: events.map((_, i) => ({ path: `${list}[${i}]`, code, message })) };
}
