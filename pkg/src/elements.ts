/**
 * Custom elements: a shelf, the reasons of a place, the surprise dial, the order in plain words, the
 * shopper's centre, what leaves, and an inspector for developers. They need the package `lit`.
 *
 * Importing defines nothing; `defineElements` does. In English and French, of which the page fetches the
 * one that it speaks, or in words of the shop's.
 */

import { FlaneurCentre } from "./elements/centre.js";
import { FlaneurDial } from "./elements/dial.js";
import { FlaneurLeaves } from "./elements/leaves.js";
import { FlaneurOrder } from "./elements/order.js";
import { FlaneurShelf } from "./elements/shelf.js";
import { FlaneurWhy } from "./elements/why.js";
import { speakFor } from "./elements/base.js";
import type { ElementsOptions } from "./elements/base.js";
import type { Slate } from "./types.js";

export { wordsOf } from "./elements/base.js";
export type { ElementsOptions } from "./elements/base.js";
export type { Words } from "./elements/en.js";
export type { FlaneurCentre } from "./elements/centre.js";
export type { FlaneurShelf } from "./elements/shelf.js";
export type { FlaneurWhy } from "./elements/why.js";

declare global {
  interface HTMLElementTagNameMap {
    "flaneur-centre": FlaneurCentre;
    "flaneur-shelf": FlaneurShelf;
    "flaneur-why": FlaneurWhy;
  }
  interface HTMLElementEventMap {
    "flaneur-shown": CustomEvent<Slate>;
  }
}

const ELEMENTS = {
  "flaneur-why": FlaneurWhy,
  "flaneur-dial": FlaneurDial,
  "flaneur-order": FlaneurOrder,
  "flaneur-leaves": FlaneurLeaves,
  "flaneur-centre": FlaneurCentre,
  "flaneur-shelf": FlaneurShelf,
};

/**
 * Defines the elements and says whom they speak for. Called again, it changes what it is given and
 * leaves the rest as it was. Does nothing on a server.
 */
export function defineElements(options: ElementsOptions): void {
  if (typeof document === "undefined") return; // lit brings a registry to servers
  speakFor(options);
  for (const [name, element] of Object.entries(ELEMENTS)) {
    if (!customElements.get(name)) customElements.define(name, element);
  }
}

/** Defines `<flaneur-inspector>`, for developers; its code is fetched only now. After `defineElements`. */
export async function defineInspector(): Promise<void> {
  const { FlaneurInspector } = await import("./elements/inspector.js");
  if (!customElements.get("flaneur-inspector")) customElements.define("flaneur-inspector", FlaneurInspector);
}
