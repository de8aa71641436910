/**
 * IAB Europe's Transparency and Consent Framework, versions 2.2 and 2.3, read as the publisher.
 *
 * Purpose 1 opens `store`, 5 `learn`, 6 `rank`, 8 and 9 together `measure`. Only `tcloaded` and
 * `useractioncomplete` say what the shopper decided; while the platform shows its dialog the consents read false,
 * so nothing else is acted on.
 *
 * Source: IAB Tech Lab, "CMP API v2", `addEventListener`, `TCData` and the in-app keys.
 */

import { report } from "../errors.js";
import type { ConsentSource, Gates } from "../types/consent.js";
import { globalNamed, sourceOf, whenThere } from "./source.js";

/** What a consent platform tells, as far as it is read. */
export interface TcData {
  eventStatus?: string;
  cmpStatus?: string;
  gdprApplies?: boolean;
  /** Purpose 1 was not asked, because the publisher's country does not require it. */
  purposeOneTreatment?: boolean;
  publisher?: { consents?: Record<string, boolean> };
  listenerId?: number | null;
}

/** The `IABTCF_` keys that a native app keeps. */
export interface TcfKeys {
  IABTCF_gdprApplies?: number | string;
  IABTCF_PurposeOneTreatment?: number | string;
  /** A digit per purpose, `"1"` for consent. */
  IABTCF_PublisherConsent?: string;
}

export interface TcfOptions {
  /**
   * What holds where the platform says that the GDPR does not apply. `"unknown"`, the default, leaves every gate
   * denied; `"granted"` is the shop's own decision for such visitors.
   */
  outsideGdpr?: "unknown" | "granted";
}

const OPEN: Gates = Object.freeze({ store: true, learn: true, rank: true, measure: true });

/** What holds after an event: a decision replaces what held, anything else leaves it. */
export function tcfStep(before: Partial<Gates>, data: TcData | undefined, options: TcfOptions = {}): Partial<Gates> {
  if (data?.cmpStatus === "error") return {};
  if (data?.gdprApplies === false) return outside(options);
  if (data?.gdprApplies !== true) return before;
  if (data.eventStatus !== "tcloaded" && data.eventStatus !== "useractioncomplete") return before;
  const consents = data.publisher?.consents;
  return decide((purpose) => consents?.[purpose] === true, data.purposeOneTreatment === true);
}

/** What the keys of a native app say. */
export function tcfKeysGates(keys: TcfKeys, options: TcfOptions = {}): Partial<Gates> {
  const applies = Number(keys.IABTCF_gdprApplies ?? Number.NaN);
  if (applies === 0) return outside(options);
  const consents = keys.IABTCF_PublisherConsent;
  if (applies !== 1 || typeof consents !== "string" || !/^[01]+$/.test(consents)) return {};
  return decide((purpose) => consents[purpose - 1] === "1", Number(keys.IABTCF_PurposeOneTreatment) === 1);
}

/** The consent platform of this page, whenever it arrives. */
export function tcf(options: TcfOptions = {}): ConsentSource {
  return sourceOf((say) => {
    let known: Partial<Gates> = {};
    let listener: number | undefined;
    let ended = false;
    const leave = (): void => {
      if (listener !== undefined) attempt(() => platform()?.("removeEventListener", 2, () => {}, listener));
    };
    const hear = (data: TcData | undefined, success: boolean): void => {
      if (typeof data?.listenerId === "number") listener = data.listenerId;
      if (ended) return leave(); // a stub kept the call until its platform came
      known = success ? tcfStep(known, data, options) : {};
      say(known);
    };
    const stop = whenThere(platform, (call) => attempt(() => call("addEventListener", 2, hear)));
    return () => {
      ended = true;
      stop();
      leave();
    };
  });
}

/** How an app shell hands over its keys. */
export interface WebviewBridge {
  get(): TcfKeys | Promise<TcfKeys>;
  subscribe?(listener: (keys: TcfKeys) => void): () => void;
}

/** The consent of the app around this webview. */
export function webview(bridge: WebviewBridge, options: TcfOptions = {}): ConsentSource {
  return {
    get: async () => tcfKeysGates(await bridge.get(), options),
    subscribe: (listener) => bridge.subscribe?.((keys) => listener(tcfKeysGates(keys, options))) ?? (() => {}),
  };
}

type TcfApi = (
  command: string,
  version: number,
  callback: (data: TcData | undefined, success: boolean) => void,
  parameter?: unknown,
) => void;

function platform(): TcfApi | undefined {
  const api = globalNamed("__tcfapi");
  return typeof api === "function" ? (api as TcfApi) : undefined;
}

function decide(consents: (purpose: number) => boolean, purposeOneNotAsked: boolean): Gates {
  return {
    store: consents(1) && !purposeOneNotAsked,
    learn: consents(5),
    rank: consents(6),
    measure: consents(8) && consents(9),
  };
}

function outside({ outsideGdpr }: TcfOptions): Partial<Gates> {
  return outsideGdpr === "granted" ? OPEN : {};
}

function attempt(call: () => void): void {
  try {
    call();
  } catch (e) {
    report(e); // a platform that fails grants nothing
  }
}
