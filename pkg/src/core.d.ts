/**
 * The generated glue, as this package uses it.
 *
 * Written by hand: the glue is generated next to the compiled files after they are type-checked.
 * `tests/js` runs every method against the real one.
 */

import type { RawDecision } from "./decide.js";
import type { ExperimentResult, ExportedEvent, Intent, ProfileView, Replay } from "./types.js";
import type { CanonicalEvent } from "./canonical.js";
import type { RawSlate } from "./slate.js";

export class Core {
  constructor(seed?: number);
  free(): void;
  static version(): string;
  static recordId(record: Uint8Array): string | undefined;
  static precedes(record: Uint8Array, other: Uint8Array): boolean;
  readonly items: number;
  readonly size: number;
  loadPack(bytes: Uint8Array): void;
  checkPack(bytes: Uint8Array): void;
  takeChecked(): boolean;
  loadItems(items: unknown): void;
  ids(): string[];
  setRules(rules: unknown): void;
  setGates(learn: boolean, rank: boolean): void;
  setSecret(secret: number): void;
  observe(event: CanonicalEvent, now: number): Uint8Array | undefined;
  restore(joined: Uint8Array, lengths: Uint32Array): void;
  fold(now: number): void;
  expire(now: number): string[];
  import(
    events: unknown,
    now: number,
  ): { added: Uint8Array[]; known: number; refused: { path: string; code: string; message: string }[] };
  forget(what: unknown, now: number): string[];
  remove(ids: string[]): number;
  events(): ExportedEvent[];
  has(id: string): boolean;
  rank(request: unknown, now: number): RawSlate;
  static terms(): string[];
  id(item: number): string | undefined;
  attribute(token: number): string | undefined;
  decide(request: unknown, now: number): RawDecision;
  noticed(decisionId: string, at: number): Uint8Array | undefined;
  intent(now: number): Intent;
  seen(slateId: string, ids: string[] | undefined, at: number): Uint8Array | undefined;
  rehearse(now: number): void;
  inspect(now: number): ProfileView;
  replay(): Replay;
  experiments(): ExperimentResult[];
}

/** Instantiates once; later calls return what is there. */
export default function init(source: { module_or_path: BufferSource | WebAssembly.Module }): Promise<unknown>;

/** Replaces the instance by a fresh one; every `Core` made before is dead. */
export function __wbg_reset_state(): void;
