// Opens the shop: language and colours first, then the engine and the catalog, then the page; last, the offline copy.
import { preferred, setLanguage, t } from "./i18n/index.ts";
import { setShop, ShopStore } from "./store.ts";
import { startTheme } from "./theme.ts";

setLanguage(preferred());
startTheme();
document.title = t().shopName;

async function start(): Promise<void> {
  const store = await ShopStore.open();
  setShop(store);
  // The elements are defined now, so that the one in the page wakes up to an open shop.
  await import("./app.ts");
  if (import.meta.env.PROD && "serviceWorker" in navigator && window.isSecureContext) {
    if (document.readyState === "complete") void keepOffline(store);
    else addEventListener("load", () => void keepOffline(store), { once: true });
  }
}

/**
 * Registers the worker that keeps the shop's files, then lets it fetch the pictures in idle time: five megabytes, hence
 * not for who asks the browser to save data.
 */
async function keepOffline(store: ShopStore): Promise<void> {
  try {
    await navigator.serviceWorker.register("./sw.js");
    const { active } = await navigator.serviceWorker.ready;
    const { connection } = navigator as { connection?: { saveData?: boolean } };
    if (!connection?.saveData) active?.postMessage({ type: "keep", files: store.catalog.pictures() });
  } catch {
    // Refused or unavailable: the shop works, it only needs the network next time.
  }
}

start().catch((error: unknown) => {
  console.error(error);
  const said = document.createElement("p");
  said.setAttribute("role", "alert");
  said.textContent = `${t().failed} ${error instanceof Error ? error.message : ""}`;
  document.body.append(said);
});
