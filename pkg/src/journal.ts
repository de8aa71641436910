/**
 * What a page could not write before it left: kept in `localStorage` until the next page has it.
 *
 * Writes to a database that begin when a page leaves are lost in some browsers; `localStorage` is
 * written at once in all of them. There is no time to seal anything then, so the bytes that hide the
 * text are made beforehand; each hides one text only. Replaying is idempotent: entries are writes by
 * event id.
 */

import { base64, bytesOf, checksum, equal, join, fromUtf8, utf8 } from "./seal.js";
import type { Seal } from "./seal.js";
import type { Write } from "./storage.js";

/** Longest text that is kept, in bytes: about a thousand events. */
const PAD_BYTES = 262_144;
const IV_BYTES = 12;
const SUM_BYTES = 4;

/** What waited when a page left. */
export interface Unsaved {
  clear: boolean;
  writes: Write[];
}

type Packed = { clear: boolean; writes: [store: Write["store"], id: string, body: string | null][] };

/** The journal of one shop. */
export class Journal {
  readonly #prefix: string;
  readonly #page: string;
  #pad: { iv: Uint8Array<ArrayBuffer>; bytes: Uint8Array | undefined } | undefined;
  #seal: Seal | undefined;

  constructor(shop: string, page: string) {
    this.#prefix = `flaneur:${shop}:exit:`;
    this.#page = page;
  }

  /** Gets ready to hide a text, once for each. */
  async prepare(seal: Seal): Promise<void> {
    if (this.#seal === seal && this.#pad) return;
    this.#seal = seal;
    try {
      const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
      const bytes = await seal.pad(iv, PAD_BYTES);
      if (this.#seal === seal) this.#pad = { iv, bytes };
    } catch {
      // Without the bytes nothing is kept: better lost than in plain.
    }
  }

  /**
   * Keeps what waits. What does not fit is left out, the oldest first. Does nothing unless it was prepared. Returns
   * whether all is kept.
   */
  keep({ clear, writes }: Unsaved): boolean {
    const pad = this.#pad;
    if (!pad || (!clear && writes.length === 0)) return false;
    this.#pad = undefined;
    const lines = writes.filter(({ raw }) => raw === undefined).map(packed);
    const most = pad.bytes?.length ?? PAD_BYTES;
    for (let all = true; ; all = false) {
      const text = summed(utf8(JSON.stringify({ clear, writes: lines } satisfies Packed)));
      if (text.length <= most) {
        return this.#store(pad.iv, pad.bytes ? hidden(text, pad.bytes) : text) && all;
      }
      lines.splice(0, Math.ceil(lines.length / 8));
      if (lines.length === 0) return false;
    }
  }

  /** What pages left behind, oldest key first, and what to call when it is safe elsewhere. */
  async recall(seal: Seal): Promise<{ found: Unsaved[]; done: () => void }> {
    const storage = local();
    const keys = this.#keys(storage).sort();
    const found: Unsaved[] = [];
    for (const key of keys) {
      const unsaved = await read(seal, storage?.getItem(key) ?? "").catch(() => undefined);
      if (unsaved) found.push(unsaved);
    }
    return { found, done: () => this.#remove(keys) };
  }

  /** Whether a page left anything behind. */
  get isEmpty(): boolean {
    return this.#keys(local()).length === 0;
  }

  /** Forgets what pages left behind. */
  clear(): void {
    this.#remove(this.#keys(local()));
  }

  #keys(storage: Storage | undefined): string[] {
    try {
      return Object.keys(storage ?? {}).filter((key) => key.startsWith(this.#prefix));
    } catch {
      return [];
    }
  }

  #store(iv: Uint8Array, text: Uint8Array): boolean {
    try {
      // A name of its own each time: what this page left before may not have been found yet.
      local()!.setItem(`${this.#prefix}${Date.now()}${this.#page}`, `${base64(iv)}.${base64(text)}`);
      return true;
    } catch {
      return false; // full or forbidden: this was the last resort
    }
  }

  #remove(keys: readonly string[]): void {
    try {
      for (const key of keys) local()?.removeItem(key);
    } catch {
      // Nothing to do about it.
    }
  }
}

async function read(seal: Seal, stored: string): Promise<Unsaved | undefined> {
  const [iv, text] = stored.split(".").map(bytesOf);
  if (!iv || !text) return undefined;
  const pad = await seal.pad(iv, text.length);
  const plain = pad ? hidden(text, pad) : text;
  const json = plain.subarray(SUM_BYTES);
  if (!equal(summed(json), plain)) return undefined;
  const { clear, writes } = JSON.parse(fromUtf8(json)) as Packed;
  return { clear, writes: writes.map(([store, id, body]) => (body === null ? { store, id } : { store, id, body: bytesOf(body) })) };
}

function packed({ store, id, body }: Write): Packed["writes"][number] {
  return [store, id, body ? base64(body) : null];
}

function summed(text: Uint8Array): Uint8Array {
  return join(checksum("", text), text);
}

function hidden(text: Uint8Array, pad: Uint8Array): Uint8Array {
  return text.map((byte, i) => byte ^ (pad[i] ?? 0));
}

function local(): Storage | undefined {
  try {
    return typeof localStorage === "object" ? (localStorage ?? undefined) : undefined;
  } catch {
    return undefined;
  }
}
