/**
 * Tells the shop's other tabs what happened here, so that they follow without a reload.
 *
 * Only pages of the same origin hear it; nothing is stored and nothing leaves the device. What
 * comes in is checked, since any script of the origin can write to the channel.
 */

import { readGates } from "./gates.js";
import type { Gates } from "./types.js";

/** What tabs tell each other. */
export type Message =
  /**
   * New events. `quiet`: only impressions, which must not make the other tabs rank again. `again`: they may
   * have been forgotten, and are taken back or brought along.
   */
  | { records: Uint8Array[]; quiet: boolean; again?: boolean }
  /** Ids of events that were forgotten. */
  | { forgotten: string[] }
  /** A consent choice. */
  | { gates: Partial<Gates> }
  /** What a consent source said, for tabs that have one too. */
  | { source: Partial<Gates> }
  /** The whole log was erased. */
  | { erased: true };

/** No message of ours is longer; a record is a few hundred bytes. */
const MAX_ENTRIES = 8192;
const MAX_RECORD_BYTES = 65_536;

/** The channel of one shop. Silent where the browser has none. */
export class Tabs {
  #channel: BroadcastChannel | undefined;

  constructor(shop: string, hear: (message: Message) => void) {
    try {
      const channel = new BroadcastChannel(`flaneur:${shop}`);
      channel.onmessage = ({ data }: MessageEvent<unknown>) => {
        const message = read(data);
        if (message && this.#channel) hear(message);
      };
      (channel as { unref?: () => void }).unref?.(); // in Node, listening must not keep the process alive
      this.#channel = channel;
    } catch {
      this.#channel = undefined; // a sandboxed frame, or an old webview: this tab is alone
    }
  }

  post(message: Message): void {
    try {
      this.#channel?.postMessage(message);
    } catch {
      // The page is going away.
    }
  }

  close(): void {
    this.#channel?.close();
    this.#channel = undefined;
  }
}

function read(data: unknown): Message | undefined {
  if (typeof data !== "object" || data === null) return undefined;
  const { records, quiet, again, forgotten, gates, source, erased } = data as Record<string, unknown>;
  if (isListOf(records, isRecord)) return { records, quiet: quiet === true, again: again === true };
  if (isListOf(forgotten, (id) => typeof id === "string")) return { forgotten: forgotten as string[] };
  if (typeof gates === "object" && gates !== null) return { gates: readGates(gates) };
  if (typeof source === "object" && source !== null) return { source: readGates(source) };
  return erased === true ? { erased } : undefined;
}

function isListOf<T>(value: unknown, is: (entry: unknown) => entry is T): value is T[];
function isListOf(value: unknown, is: (entry: unknown) => boolean): value is unknown[];
function isListOf(value: unknown, is: (entry: unknown) => boolean): value is unknown[] {
  return Array.isArray(value) && value.length <= MAX_ENTRIES && value.every(is);
}

function isRecord(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array && value.byteLength <= MAX_RECORD_BYTES;
}
