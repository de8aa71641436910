/**
 * The browser's entropy, in whole numbers.
 */

/** Fresh random bytes. */
export function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(length));
}

/** A uniform whole number from 0 to `bound`, without `bound`, which is at most 2^32. */
export function below(bound: number): number {
  const whole = 2 ** 32 - (2 ** 32 % bound); // what is left over would favour small numbers
  const drawn = new Uint32Array(1);
  do crypto.getRandomValues(drawn);
  while ((drawn[0] ?? whole) >= whole);
  return (drawn[0] ?? 0) % bound;
}
