/**
 * Shopify's customer privacy, which folds in the visitor's region and the merchant's settings.
 *
 * Preferences open `store`, `learn` and `rank`; analytics opens `measure`.
 *
 * Source: Shopify, "Customer Privacy API": `Shopify.loadFeatures`, the `…Allowed` methods and the document event
 * `visitorConsentCollected`.
 */

import { report } from "../errors.js";
import type { ConsentSource, Gates } from "../types/consent.js";
import { globalNamed, sourceOf, whenThere } from "./source.js";

/** The interface, as far as it is read. */
export interface CustomerPrivacy {
  preferencesProcessingAllowed?(): boolean;
  analyticsProcessingAllowed?(): boolean;
}

interface Shop {
  customerPrivacy?: CustomerPrivacy;
  loadFeatures?(features: { name: string; version: string }[], done: (error?: unknown) => void): void;
}

/** The gates of the interface; unknown when it is missing or fails. */
export function shopifyGates(privacy: CustomerPrivacy | undefined): Partial<Gates> {
  const gates: Partial<Gates> = {};
  try {
    const preferences = privacy?.preferencesProcessingAllowed?.();
    const analytics = privacy?.analyticsProcessingAllowed?.();
    if (typeof preferences === "boolean") gates.store = gates.learn = gates.rank = preferences;
    if (typeof analytics === "boolean") gates.measure = analytics;
  } catch (e) {
    report(e);
    return {};
  }
  return gates;
}

/** The customer privacy of this storefront, whenever it arrives. */
export function shopify(): ConsentSource {
  return sourceOf((say) => {
    let ended = false;
    const look = (): void => {
      if (!ended) say(shopifyGates(shop()?.customerPrivacy));
    };
    // The storefront writes a bare `Shopify` first; what loads features comes with a deferred script.
    const ready = (): Shop | undefined => (shop()?.customerPrivacy || shop()?.loadFeatures ? shop() : undefined);
    const stop = whenThere(ready, (found) => {
      if (found.customerPrivacy) return look();
      try {
        // The theme may not have asked for it; this loads from the storefront itself.
        found.loadFeatures?.([{ name: "consent-tracking-api", version: "0.1" }], (error) => {
          if (!error) look();
        });
      } catch (e) {
        report(e);
      }
    });
    const page = globalNamed("document") as EventTarget | undefined;
    page?.addEventListener("visitorConsentCollected", look);
    return () => {
      ended = true;
      stop();
      page?.removeEventListener("visitorConsentCollected", look);
    };
  });
}

function shop(): Shop | undefined {
  const found = globalNamed("Shopify");
  return typeof found === "object" && found !== null ? (found as Shop) : undefined;
}
