/**
 * Shopify's customer privacy, which folds in the visitor's region and the merchant's settings.
 *
 * Preferences open `store`, `learn` and `rank`; analytics opens `measure`.
 *
 * Source: Shopify, "Customer Privacy API": `Shopify.loadFeatures`, the `…Allowed` methods, `currentVisitorConsent` and
 * the document event `visitorConsentCollected`; and Hydrogen, `useCustomerPrivacy`.
 */

import { report } from "../errors.js";
import type { ConsentSource, Gates } from "../types/consent.js";
import { globalNamed, sourceOf, whenThere } from "./source.js";

/** The interface, as far as it is read. */
export interface CustomerPrivacy {
  preferencesProcessingAllowed?(): boolean;
  analyticsProcessingAllowed?(): boolean;
  /** What the visitor answered for each purpose: `"yes"`, `"no"`, or `""` for nothing yet. */
  currentVisitorConsent?(): { preferences?: string; analytics?: string };
  /** Where the visitor is; `""` when nothing is known of them, and then everything is allowed. */
  getRegion?(): string;
}

interface Shop {
  customerPrivacy?: CustomerPrivacy;
  loadFeatures?(features: { name: string; version: string }[], done: (error?: unknown) => void): void;
}

/** The visitor chose; and Hydrogen's interface, which grants before it knows of a choice, knows of it now. */
const EVENTS = ["visitorConsentCollected", "shopifyCustomerPrivacyApiLoaded"] as const;

/**
 * The gates of the interface; unknown when it is missing or fails. Without an answer of the visitor, what is not allowed
 * is no refusal, and what is allowed counts where the interface knows that no answer is needed.
 */
export function shopifyGates(privacy: CustomerPrivacy | undefined): Partial<Gates> {
  const gates: Partial<Gates> = {};
  try {
    const answers = privacy?.currentVisitorConsent?.();
    const isKnown = privacy?.getRegion?.() !== "";
    const counts = (allowed: unknown, answer: unknown): allowed is boolean =>
      typeof allowed === "boolean" && (!answers || Boolean(answer) || (allowed && isKnown));
    const preferences = privacy?.preferencesProcessingAllowed?.();
    const analytics = privacy?.analyticsProcessingAllowed?.();
    if (counts(preferences, answers?.preferences)) gates.store = gates.learn = gates.rank = preferences;
    if (counts(analytics, answers?.analytics)) gates.measure = analytics;
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
    // The storefront writes a bare `Shopify` first, and a page of its own making a `customerPrivacy` that only has flags;
    // what answers, or loads it, comes with a deferred script.
    const answers = (): unknown => shop()?.customerPrivacy?.preferencesProcessingAllowed;
    const stop = whenThere(() => (answers() || shop()?.loadFeatures ? shop() : undefined), (found) => {
      if (answers()) return look();
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
    for (const event of EVENTS) page?.addEventListener(event, look);
    return () => {
      ended = true;
      stop();
      for (const event of EVENTS) page?.removeEventListener(event, look);
    };
  });
}

function shop(): Shop | undefined {
  const found = globalNamed("Shopify");
  return typeof found === "object" && found !== null ? (found as Shop) : undefined;
}
