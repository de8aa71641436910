/**
 * Google Consent Mode, version 2, observed from the page's own `gtag("consent", …)` commands.
 *
 * `personalization_storage` opens `store`, `learn` and `rank`; `analytics_storage` opens `measure`. There is no
 * documented way to read the state, so the commands are read from the `dataLayer`: those already there, and
 * those to come. A default holds until the shopper's answer is known, also on the pages after it: one that denies
 * opens nothing, and is no refusal, which would delete what was stored. One for some regions counts where it denies,
 * since the region is not known here; one that waits for an update counts only once the update is there.
 *
 * Source: Google, "Set up consent mode on websites".
 */

import type { ConsentSource, Gates } from "../types/consent.js";
import { CONSENT_MS } from "../wait.js";
import { globalNamed, sourceOf } from "./source.js";

type Storage = "personalization_storage" | "analytics_storage";
type Answer = "granted" | "denied";

/** What the commands said so far. */
export interface ConsentModeState {
  readonly defaults: Partial<Record<Storage, Answer>>;
  readonly updates: Partial<Record<Storage, Answer>>;
  /** How long the page's tags wait for an update, in milliseconds. */
  readonly wait?: number;
}

const STORAGES = ["personalization_storage", "analytics_storage"] as const;
const NOTHING: ConsentModeState = Object.freeze({ defaults: {}, updates: {} });

/** What is known after a command. Anything that is no consent command changes nothing. */
export function consentModeStep(before: ConsentModeState, command: unknown): ConsentModeState {
  if (typeof command !== "object" || command === null) return before;
  const { 0: name, 1: kind, 2: parameters } = command as ArrayLike<unknown>;
  if (name !== "consent" || typeof parameters !== "object" || parameters === null) return before;
  const said = answers(parameters as Record<string, unknown>);
  if (kind === "update") return { ...before, updates: { ...before.updates, ...said } };
  if (kind !== "default") return before;
  const { region, wait_for_update: wait } = parameters as Record<string, unknown>;
  const cautious = region !== undefined || wait !== undefined;
  const defaults = { ...before.defaults };
  for (const storage of STORAGES) {
    const answer = said[storage];
    if (answer === "denied" || (answer === "granted" && !cautious && defaults[storage] !== "denied")) {
      defaults[storage] = answer;
    }
  }
  return { ...before, defaults, ...(typeof wait === "number" && { wait }) };
}

/** The gates of a state. */
export function consentModeGates({ defaults, updates }: ConsentModeState): Partial<Gates> {
  const gates: Partial<Gates> = {};
  const [personalization, analytics] = STORAGES.map((storage) => updates[storage] ?? (defaults[storage] === "granted" && "granted"));
  if (personalization) gates.store = gates.learn = gates.rank = personalization === "granted";
  if (analytics) gates.measure = analytics === "granted";
  return gates;
}

/**
 * The consent commands of this page. `layer`: the global that `gtag` pushes to. Asked before the update that the page
 * waits for, it answers with that, or with what is known once `wait_for_update` is over.
 */
export function consentMode(layer = "dataLayer"): ConsentSource {
  let wait: number | undefined;
  let isUpdated = false;
  const source = sourceOf((say) => {
    let state = NOTHING;
    let ended = false;
    /** Takes in commands that are there at once: between them nothing is said. */
    const take = (commands: readonly unknown[]): void => {
      const after = commands.reduce(consentModeStep, state);
      if (ended || after === state) return;
      ({ wait } = state = after);
      isUpdated = Object.keys(after.updates).length > 0;
      say(consentModeGates(state));
    };
    const globals = globalThis as Record<string, unknown>;
    const commands = globalNamed(layer) ?? (globals[layer] = []);
    if (!Array.isArray(commands)) return () => {};
    take(commands);
    const { push } = commands;
    const observed = function (this: unknown[], ...entries: unknown[]): number {
      const length = push.apply(commands, entries);
      take(entries);
      return length;
    };
    commands.push = observed;
    return () => {
      if (commands.push === observed) commands.push = push; // else someone observes after us: leave theirs
      ended = true;
    };
  });
  return {
    ...source,
    get() {
      const known = source.get();
      if (!wait || isUpdated) return known;
      const long = Math.min(wait, CONSENT_MS); // nobody waits longer
      return new Promise((resolve) => {
        const done = (gates: Partial<Gates>): void => {
          clearTimeout(timer);
          end?.();
          resolve(gates);
        };
        const timer = setTimeout(() => done(source.get() as Partial<Gates>), long);
        let end: (() => void) | undefined;
        end = source.subscribe?.((gates) => {
          if (isUpdated) done(gates);
        });
      });
    },
  };
}

function answers(parameters: Record<string, unknown>): Partial<Record<Storage, Answer>> {
  const said: Partial<Record<Storage, Answer>> = {};
  for (const storage of STORAGES) {
    const answer = parameters[storage];
    if (answer === "granted" || answer === "denied") said[storage] = answer;
  }
  return said;
}
