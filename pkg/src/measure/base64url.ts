/**
 * Base64url without padding (RFC 4648, section 5), as DAP writes ids.
 */

/** The bytes; nothing when the text is none. */
export function fromBase64url(text: unknown): Uint8Array<ArrayBuffer> | undefined {
  if (typeof text !== "string" || !/^[\w-]*$/.test(text)) return undefined;
  try {
    const plain = text.replaceAll("-", "+").replaceAll("_", "/");
    const binary = atob(plain);
    if (!btoa(binary).startsWith(plain)) return undefined; // another spelling of the same bytes
    return Uint8Array.from(binary, (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** Lowercase hexadecimal. */
export function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
