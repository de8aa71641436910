/**
 * Tells the page what happened. A listener that throws is reported and breaks nothing.
 */

import { flaneurError, report } from "./errors.js";
import type { ChangeEvent, FlaneurEvents } from "./types.js";

type Listeners = { [Type in keyof FlaneurEvents]: Set<(event: FlaneurEvents[Type]) => void> };

/** The listeners of one handle. */
export class Emitter {
  readonly #listeners: Listeners = { change: new Set(), consent: new Set(), status: new Set() };
  readonly #causes = new Set<ChangeEvent["cause"]>();

  /**
   * Adds a listener; returns what removes it.
   *
   * # Errors
   * `value_unknown` for another type, `value_type` when the listener is not a function.
   */
  on<Type extends keyof FlaneurEvents>(type: Type, listener: (event: FlaneurEvents[Type]) => void): () => void {
    if (!Object.hasOwn(this.#listeners, type)) {
      throw flaneurError("value_unknown", "The type is one of change, consent, status.", "type");
    }
    if (typeof listener !== "function") throw flaneurError("value_type", "The listener must be a function.", "listener");
    const own = (event: FlaneurEvents[Type]): void => listener(event); // so that one function added twice is two
    this.#listeners[type].add(own);
    return () => this.#listeners[type].delete(own);
  }

  emit<Type extends keyof FlaneurEvents>(event: FlaneurEvents[Type], type: Type): void {
    for (const listener of [...this.#listeners[type]]) {
      try {
        listener(event);
      } catch (e) {
        report(e);
      }
    }
  }

  /** Announces a change once per task, however many events caused it: each costs the page a new rank. */
  change(cause: ChangeEvent["cause"]): void {
    const waiting = this.#causes.size > 0;
    this.#causes.add(cause);
    if (waiting) return;
    queueMicrotask(() => {
      const causes = [...this.#causes];
      this.#causes.clear();
      for (const each of causes) this.emit({ type: "change", cause: each }, "change");
    });
  }

  clear(): void {
    for (const listeners of Object.values(this.#listeners)) listeners.clear();
  }
}
