/**
 * Keeps a profile in the app around a webview whose own storage does not last.
 *
 * `bridge` has `read()`, `write(text)` and `clear()`, each of which may answer later. Open the shop with
 * `storage: "memory"`. What the shopper forgets is gone from the app's copy too; without the gate `store`
 * the app keeps nothing. While learning is paused, or without an engine, the shop takes nothing in: then
 * the copy waits as it is, until it is erased. So it does while it cannot be read: the next change asks again.
 */
export async function keepIn(bridge, shop) {
  let kept;
  let isRead = false;
  let writing = Promise.resolve();
  let [isAsked, isErased] = [false, false];
  const works = () => shop.status.engine !== "passthrough";
  const recall = async () => {
    if (!isRead) kept = await bridge.read();
    isRead = true;
    const { store, learn } = shop.consent.gates;
    if (!kept || !store || !learn || !works()) return;
    const file = new Blob([kept]);
    kept = null;
    await shop.profile.import(file).catch(() => {}); // a copy that is damaged is lost
  };
  const write = async () => {
    isAsked = false;
    if (isErased || !shop.consent.gates.store) {
      await bridge.clear();
      isErased = false;
      isRead = true;
      kept = null;
    }
    await recall();
    if (shop.consent.gates.store && !kept && works()) await bridge.write(await (await shop.profile.export()).text());
  };
  const keep = ({ cause } = {}) => {
    isErased ||= cause === "erase";
    if (isAsked) return;
    isAsked = true;
    writing = writing.then(write).catch(() => {}); // the next change tries again
  };
  await recall().catch(() => {});
  shop.on("change", keep);
  shop.on("consent", keep);
  if (kept || !isRead) keep();
  return () => (keep(), writing); // resolves when the app has everything, also what was only seen since
}
