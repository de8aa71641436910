/**
 * An export that only its passphrase opens.
 *
 * PBKDF2 with SHA-256 makes a key of the passphrase, AES-GCM seals the document with it. Both are
 * WebCrypto's, so the file can be opened by any tool that knows them. The cost of a guess is
 * 600,000 rounds, what OWASP recommends for this hash since 2023: a third of a second or so on a
 * laptop of 2020, for the shopper once and for a thief at every guess.
 */

import { flaneurError } from "./errors.js";
import { base64, bytesOf, fromUtf8, utf8 } from "./seal.js";

/** The sealed part of a file. */
export interface Locked {
  kdf: "PBKDF2";
  hash: "SHA-256";
  iterations: number;
  cipher: "AES-256-GCM";
  /** Base64. */
  salt: string;
  /** Base64. */
  iv: string;
  /** Base64: the document with its tag. */
  data: string;
}

const ITERATIONS = 600_000;
/** More than anyone waits for; a file that asks for more is not an export. */
const MOST_ITERATIONS = 10_000_000;
const LEAST_LENGTH = 8;

/**
 * Seals a text.
 *
 * # Errors
 * `value_type`, `value_too_short` for the passphrase; `export_crypto` where the page has no WebCrypto.
 */
export async function lock(text: string, passphrase: unknown): Promise<Locked> {
  const words = checkPassphrase(passphrase, LEAST_LENGTH);
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const key = await keyOf(words, salt, ITERATIONS);
  const data = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, utf8(text)));
  return {
    kdf: "PBKDF2",
    hash: "SHA-256",
    iterations: ITERATIONS,
    cipher: "AES-256-GCM",
    salt: base64(salt),
    iv: base64(iv),
    data: base64(data),
  };
}

/**
 * Opens what {@link lock} sealed.
 *
 * # Errors
 * `import_passphrase` when it is missing or wrong, `import_format` when the file is not of this form.
 */
export async function unlock(locked: unknown, passphrase: unknown): Promise<string> {
  const { kdf, hash, iterations, cipher, salt, iv, data } = (locked ?? {}) as Record<keyof Locked, unknown>;
  const texts = [salt, iv, data].every((part) => typeof part === "string");
  const cost = typeof iterations === "number" && iterations >= 1 && iterations <= MOST_ITERATIONS;
  if (kdf !== "PBKDF2" || hash !== "SHA-256" || cipher !== "AES-256-GCM" || !texts || !cost) {
    throw flaneurError("import_format", "The file is sealed in a way that this version does not know.", "sealed");
  }
  if (passphrase === undefined) throw wrong("The file is sealed; give its passphrase: import(file, { passphrase }).");
  const words = checkPassphrase(passphrase, 1);
  try {
    const key = await keyOf(words, bytesOf(salt as string), iterations);
    const algorithm = { name: "AES-GCM", iv: bytesOf(iv as string) };
    return fromUtf8(new Uint8Array(await crypto.subtle.decrypt(algorithm, key, bytesOf(data as string))));
  } catch (cause) {
    throw wrong("The passphrase does not open the file, or the file is damaged.", cause);
  }
}

async function keyOf(words: string, salt: Uint8Array<ArrayBuffer>, iterations: number): Promise<CryptoKey> {
  const subtle = (globalThis.crypto as Crypto | undefined)?.subtle;
  if (!subtle) throw flaneurError("export_crypto", "Sealing a file needs WebCrypto: serve the page over https.");
  const material = await subtle.importKey("raw", utf8(words.normalize("NFC")), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  return subtle.deriveKey(how, material, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

function checkPassphrase(passphrase: unknown, least: number): string {
  if (typeof passphrase !== "string") throw flaneurError("value_type", "passphrase must be a text.", "options.passphrase");
  if (passphrase.length < least) {
    throw flaneurError("value_too_short", `passphrase must have at least ${least} characters.`, "options.passphrase");
  }
  return passphrase;
}

function wrong(message: string, cause?: unknown): Error {
  return flaneurError("import_passphrase", message, "options.passphrase", cause);
}
