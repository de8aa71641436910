/**
 * The shopper's own view of the log, and their hand on it.
 */

import type { CanonicalEvent } from "./canonical.js";
import { stamp } from "./events.js";
import { readDocument, writeDocument } from "./export.js";
import { newId } from "./id.js";
import type { Memory } from "./memory.js";
import { emptyProfile } from "./passthrough.js";
import { checkForget, declaration } from "./preference.js";
import type { ChangeEvent, ImportReport, PassthroughReason, Profile } from "./types.js";

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
}

/** `Flaneur.profile` on a memory. */
export function profileFace(memory: Memory, around: Surroundings): Profile {
  const isClosed = (): boolean => around.idle() === "closed";
  const erase = async (): Promise<void> => {
    if (isClosed()) return;
    const done = memory.erase();
    around.changed("erase");
    await done;
  };
  return Object.freeze({
    inspect: () => memory.engine?.use((core) => core.inspect(around.now()), emptyProfile) ?? emptyProfile(),
    forget: (what) => {
      const wish = checkForget(what);
      if (isClosed()) return;
      if (wish["all"] === true) {
        void erase();
        return;
      }
      memory.forget(wish);
      around.changed("forget");
    },
    declare: (preference) => {
      const event = declaration(preference, newId(), around.now());
      if (!isClosed()) around.learn(stamp(event));
    },
    export: async () => {
      const events = memory.events();
      return writeDocument(around.shop, around.now(), events ?? [], events ? undefined : around.idle());
    },
    import: async (data) => {
      const events = await readDocument(data);
      const report = isClosed() || !memory.engine ? undefined : around.learning() ? memory.import(events) : "denied";
      if (report === "denied") return refuse(events, "learn_denied", "Nothing is added while the learn gate is denied.");
      if (!report) return refuse(events, around.idle() ?? "engine_restarted", "There is no engine to read the events.");
      around.changed("import");
      return report;
    },
    erase,
  } satisfies Profile);
}

/** The report of an import of which nothing was taken in. */
function refuse(events: unknown[], code: string, message: string): ImportReport {
  return { added: 0, known: 0, refused: events.map((_, i) => ({ path: `events[${i}]`, code, message })) };
}
