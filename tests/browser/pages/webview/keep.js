/**
 * Keeps a profile in the app around a webview whose own storage does not last.
 *
 * `bridge` has `read()`, `write(text)` and `clear()`, each of which may answer later. Open the shop with
 * `storage: "memory"`. What the shopper forgets is gone from the app's copy too; without the gate `store`
 * the app keeps nothing.
 */
export async function keepIn(bridge, shop) {
  const kept = await bridge.read();
  if (kept && shop.consent.gates.store) await shop.profile.import(JSON.parse(kept));
  let writing = Promise.resolve();
  let asked = false;
  const write = async () => {
    asked = false;
    if (shop.consent.gates.store) await bridge.write(await (await shop.profile.export()).text());
    else await bridge.clear();
  };
  const keep = () => {
    if (asked) return;
    asked = true;
    writing = writing.then(write).catch(() => {}); // the next change tries again
  };
  shop.on("change", keep);
  shop.on("consent", keep);
  return () => writing; // resolves when the app has everything
}
