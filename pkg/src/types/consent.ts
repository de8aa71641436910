/**
 * What a shopper agreed to.
 */

/**
 * The consented purposes. Each is denied until it is granted, and unknown means denied.
 */
export interface Gates {
  /** Write the log to this device. Without it the log lives in memory until the page goes. */
  store: boolean;
  /** Add events to the log. Without it `observe` does nothing. */
  learn: boolean;
  /** Use the log to rank. Without it slates keep the shop's own order. */
  rank: boolean;
  /**
   * Send aggregates. Closed under Global Privacy Control until `consent.set({ measure: true })` is called
   * afterwards.
   */
  measure: boolean;
}

/**
 * Where consent comes from when a consent platform governs it.
 *
 * A gate is open only when the source grants it and `consent.set` did not deny it:
 * the strictest wins.
 */
export interface ConsentSource {
  /** The present state. A gate that is left out is unknown, hence denied; `store: false` also deletes what is stored. */
  get(): Partial<Gates> | Promise<Partial<Gates>>;
  /** Tells about later states; returns what ends it. */
  subscribe?(listener: (gates: Partial<Gates>) => void): () => void;
}

/**
 * The record of one consent choice, with the core fields of ISO/IEC TS 27560.
 *
 * It is kept on the device when `store` is granted, in memory otherwise, and goes nowhere.
 */
export interface Receipt {
  /** Unique. */
  recordId: string;
  schemaVersion: "ISO/IEC TS 27560:2023";
  /** ISO 8601. */
  timestamp: string;
  /** The shop that asked: `OpenOptions.shop`. */
  controller: string;
  purposes: { purpose: keyof Gates; state: "granted" | "denied" }[];
  lawfulBasis: "consent";
  /** `"api"`: the page said so (`consent` option, `consent.set`). `"source"`: a {@link ConsentSource} did. */
  method: "api" | "source";
  /** What the shopper read, when the shop says it. */
  notice?: Omit<Notice, "controller">;
  /** Where this record is kept, and for how long: ISO 8601. */
  storage: { location: "device"; period: string };
  /** The call that takes the choice back. */
  withdrawal: "consent.set";
  /** The browser sent Global Privacy Control when the choice was made. */
  globalPrivacyControl?: true;
}

/** What the shopper read when they chose, for the receipts. */
export interface Notice {
  /** Who is responsible, in words. Default: `OpenOptions.shop`. */
  controller?: string;
  /** Where the notice is. */
  url?: string;
  /** Which text it was. */
  version?: string;
  /** BCP 47, such as `"fr"`. */
  language?: string;
  /** ISO 3166, such as `"FR"`. */
  jurisdiction?: string;
}

/** The shopper's choice. */
export interface Consent {
  /** What is open now. A frozen copy. */
  readonly gates: Gates;
  /**
   * Changes some gates, in every tab. They hold at once; the promise is about the disk.
   *
   * Granting `store` writes the log held in memory. Losing it deletes the shop's database:
   * the promise resolves when it is gone, or when `status.storageReason` says why it is not yet.
   * Losing `learn` stops adding; what was learnt stays until forgotten or erased.
   *
   * # Errors
   * Rejects with a `FlaneurError` when a gate is not a boolean.
   */
  set(gates: Partial<Gates>): Promise<void>;
  /** Every recorded choice on this device, oldest first. */
  receipts(): Promise<Receipt[]>;
  /** The same as a JSON file for the shopper. It goes to the caller and nowhere else. */
  export(): Promise<Blob>;
}
