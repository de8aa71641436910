/**
 * Seals what goes to the disk, with keys that scripts can use and cannot read.
 *
 * Guarantees: a sealed record with any flipped, missing or added bit is refused, and so is one that
 * was moved to another place; neither the id nor the content of an event stands on the disk in
 * plain. Protects against a copy of the disk that lacks the browser's key store, not against the
 * page's own scripts: they can ask for the same keys.
 *
 * Where a page has no WebCrypto (plain http), records are kept in plain with a checksum.
 *
 * Cost: two calls of WebCrypto for a record, and 28 bytes besides its id.
 */

/** What the database keeps: non-extractable, so a script can use them and not take them along. */
export interface Keys {
  /** AES-GCM, 256 bits. */
  readonly cipher: CryptoKey;
  /** HMAC-SHA-256: turns an event's id into the place it is kept at. */
  readonly mark: CryptoKey;
}

/** First byte of what is stored. What version 1 of the database holds starts with the version of a record, 1 to 3. */
const PLAIN = 0xf0;
const SEALED = 0xf1;
const IV_BYTES = 12;
const SUM_BYTES = 4;

/** New keys; nothing where the page has no WebCrypto. */
export async function freshKeys(): Promise<Keys | undefined> {
  try {
    const { subtle } = globalThis.crypto;
    const [cipher, mark] = await Promise.all([
      subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]),
      subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, false, ["sign"]),
    ]);
    return { cipher, mark };
  } catch {
    return undefined;
  }
}

/** Made when first needed: importing does nothing. */
let encoder: TextEncoder | undefined;
let decoder: TextDecoder | undefined;

/** Whether a value that a database gave can be used as keys. */
export function areKeys(value: unknown): value is Keys {
  const { cipher, mark } = (value ?? {}) as Partial<Record<keyof Keys, unknown>>;
  const isKey = (key: unknown): boolean => Object.prototype.toString.call(key) === "[object CryptoKey]";
  return isKey(cipher) && isKey(mark);
}

/** Seals and opens the records of one database. */
export class Seal {
  readonly #keys: Keys | undefined;

  constructor(keys: Keys | undefined) {
    this.#keys = keys;
  }

  /** Whether anything is sealed at all. */
  get isSealed(): boolean {
    return this.#keys !== undefined;
  }

  /** Where an event is kept: the same for the same id, and saying nothing about it. */
  async place(id: string): Promise<string> {
    if (!this.#keys) return id;
    const mark = await crypto.subtle.sign("HMAC", this.#keys.mark, utf8(id));
    return base64(new Uint8Array(mark, 0, 16));
  }

  /** What is written for a body that is kept at a place. */
  async close(place: string, id: string, body: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    const named = withName(id, body);
    if (!this.#keys) return join(Uint8Array.of(PLAIN), named, checksum(place, named));
    const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
    const algorithm = { name: "AES-GCM", iv, additionalData: utf8(place) };
    const sealed = await crypto.subtle.encrypt(algorithm, this.#keys.cipher, named);
    return join(Uint8Array.of(SEALED), iv, new Uint8Array(sealed));
  }

  /** The id and the body of what was written at a place; nothing when it is damaged. */
  open(place: string, stored: Uint8Array<ArrayBuffer>): Promise<[id: string, body: Uint8Array] | undefined> {
    if (stored[0] === SEALED && this.#keys) {
      const algorithm = { name: "AES-GCM", iv: stored.subarray(1, 1 + IV_BYTES), additionalData: utf8(place) };
      const opened = crypto.subtle.decrypt(algorithm, this.#keys.cipher, stored.subarray(1 + IV_BYTES));
      return opened.then((named) => unnamed(new Uint8Array(named)), () => undefined);
    }
    const named = stored.slice(1, -SUM_BYTES);
    const isWhole = stored[0] === PLAIN && !this.#keys && equal(checksum(place, named), stored.slice(-SUM_BYTES));
    return Promise.resolve(isWhole ? unnamed(named) : undefined);
  }

  /**
   * Bytes to hide something with later, when there is no time to wait: they are the cipher's stream
   * for `iv`, and must hide one thing only. Nothing where nothing is sealed.
   */
  async pad(iv: Uint8Array<ArrayBuffer>, length: number): Promise<Uint8Array | undefined> {
    if (!this.#keys) return undefined;
    const stream = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, this.#keys.cipher, new Uint8Array(length));
    return new Uint8Array(stream, 0, length);
  }
}

function withName(id: string, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const name = utf8(id);
  return join(Uint8Array.of(name.length & 255, name.length >> 8), name, body);
}

function unnamed(bytes: Uint8Array): [id: string, body: Uint8Array] | undefined {
  const length = (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8);
  if (bytes.length < 2 + length) return undefined;
  return [fromUtf8(bytes.subarray(2, 2 + length)), bytes.slice(2 + length)];
}

/** FNV-1a: every step can be undone, so no change of a single byte goes unnoticed. */
export function checksum(place: string, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  let sum = 0x811c9dc5;
  for (const part of [utf8(place), bytes]) for (const byte of part) sum = Math.imul(sum ^ byte, 0x01000193);
  return Uint8Array.of(sum, sum >> 8, sum >> 16, sum >> 24);
}

export function equal(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, i) => byte === other[i]);
}

export function join(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return (encoder ??= new TextEncoder()).encode(text) as Uint8Array<ArrayBuffer>;
}

/** The text of UTF-8 bytes. */
export function fromUtf8(bytes: Uint8Array): string {
  return (decoder ??= new TextDecoder()).decode(bytes);
}

export function base64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}

/** # Errors
 * Throws when the text is not base64. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
