/** Web Locks for Node before 24: exclusive locks of one process, in the order of asking. */

const held = new Map();

function request(name, ...rest) {
  const work = rest.at(-1);
  const { ifAvailable = false, signal } = rest.length > 1 ? rest[0] : {};
  const before = held.get(name);
  if (before && ifAvailable) return Promise.resolve(work(null));
  let given = false;
  const mine = (before ?? Promise.resolve()).then(() => {
    if (signal?.aborted) throw signal.reason;
    given = true;
    return work({ name, mode: "exclusive" });
  });
  const settled = mine.then(() => {}, () => {});
  held.set(name, settled);
  void settled.then(() => held.get(name) === settled && held.delete(name));
  if (!signal) return mine;
  return Promise.race([
    mine,
    new Promise((_, reject) => signal.addEventListener("abort", () => !given && reject(signal.reason))),
  ]);
}

if (typeof navigator !== "object") globalThis.navigator = {};
if (!navigator.locks) Object.defineProperty(navigator, "locks", { value: { request }, configurable: true });
