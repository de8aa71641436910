/** A fresh id that no other device makes. Random, so it says nothing about the shopper. */
export function newId(): string {
  const source = typeof crypto === "object" ? crypto : undefined;
  if (typeof source?.randomUUID === "function") return source.randomUUID(); // only on secure pages
  const bytes = new Uint8Array(16);
  if (typeof source?.getRandomValues === "function") source.getRandomValues(bytes);
  else for (let i = 0; i < bytes.length; i++) bytes[i] = Math.floor(Math.random() * 256); // unique is all it must be
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
