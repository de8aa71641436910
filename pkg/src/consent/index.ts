/**
 * Consent from the signals that shops already have, as sources for `open({ consent })`.
 *
 * Each signal is a pure state machine, `…Gates` or `…Step`, and a thin reader around it. A reader only
 * listens to what the page has already: it writes nothing and sends nothing. Shopify's alone asks the storefront
 * for its own consent interface where the theme has not.
 * Unknown is denied, and a signal that fails or is missing is unknown.
 */

export { strictest } from "./strictest.js";
export { tcf, tcfStep, tcfKeysGates, webview } from "./tcf.js";
export type { TcData, TcfKeys, TcfOptions, WebviewBridge } from "./tcf.js";
export { consentMode, consentModeGates, consentModeStep } from "./consent-mode.js";
export type { ConsentModeState } from "./consent-mode.js";
export { shopify, shopifyGates } from "./shopify.js";
export type { CustomerPrivacy } from "./shopify.js";
export type { ConsentSource, Gates } from "../types/consent.js";
