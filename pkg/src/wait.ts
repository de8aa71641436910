/**
 * Bounds for waiting, without which no promise of the browser's storage is waited for; and the pause between two steps
 * that are long on a slow device.
 */

/** How long a caller waits for the database to open; opening itself goes on. */
export const OPEN_MS = 1500;
/** How long a caller waits for a read; reading itself goes on. */
export const READ_MS = 500;
/** How long opening waits for a consent source; a later answer still counts. */
export const CONSENT_MS = 1000;
/** How long a write may take before it counts as failed and is made again. */
export const WRITE_MS = 4000;

/** Lets a page that is looked at work in between: what comes after is a task of its own. */
export async function breath(): Promise<void> {
  if (typeof document !== "object" || document.hidden) return; // a hidden page would wait a second
  const { scheduler } = globalThis as { scheduler?: { yield?(): Promise<void> } };
  await (scheduler?.yield?.() ?? new Promise((resolve) => setTimeout(resolve)));
}

/** Waits for a promise, but not longer than that. The promise goes on by itself. */
export function within<T>(promise: Promise<T>, milliseconds: number): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(undefined), milliseconds);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/**
 * Waits for a promise, and rejects when it takes longer than that.
 *
 * # Errors
 * Those of the promise, or a plain `Error` that says what did not answer.
 */
export async function orFail<T>(what: string, promise: Promise<T>, milliseconds: number): Promise<T> {
  const late = Symbol();
  const found = await Promise.race([promise, pause(milliseconds, late)]);
  if (found === late) throw new Error(`${what} did not answer within ${milliseconds} ms`);
  return found as T;
}

function pause<T>(milliseconds: number, value: T): Promise<T> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(value), milliseconds);
    (timer as { unref?: () => void }).unref?.(); // in Node, waiting must not keep the process alive
  });
}
