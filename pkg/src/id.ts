/** A fresh id that no other device makes. Random, so it says nothing about the shopper. */
export function newId(): string {
  try {
    if (typeof crypto.randomUUID === "function") return crypto.randomUUID(); // only on secure pages
    return hex(crypto.getRandomValues(new Uint8Array(16)));
  } catch {
    return hex(Uint8Array.from({ length: 16 }, () => Math.random() * 256)); // unique is all it must be
  }
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
