/**
 * Where databases come from: the page's own factory, or that of a fresh frame of the same origin.
 *
 * WebKit's connection to its database server can be lost for good, and every call of the page's
 * factory fails from then on; a new frame of the same origin gets a connection of its own. No
 * reload, no network: the frame is empty and hidden.
 */

import { OPEN_MS, within } from "./wait.js";

/** The browser's databases; even asking can be forbidden. */
export function pageFactory(): IDBFactory | undefined {
  try {
    return typeof indexedDB === "object" ? (indexedDB ?? undefined) : undefined;
  } catch {
    return undefined;
  }
}

/** A hidden frame whose factory replaces the page's. It must stay as long as its databases do. */
export class Frame {
  #element: HTMLIFrameElement | undefined;

  /** The factory of a new frame; nothing in a worker, or where the page forbids frames. */
  async factory(): Promise<IDBFactory | undefined> {
    this.remove();
    if (typeof document !== "object" || !document.documentElement) return undefined;
    try {
      const frame = document.createElement("iframe");
      frame.hidden = true;
      frame.tabIndex = -1;
      frame.title = "";
      frame.setAttribute("aria-hidden", "true");
      const loaded = new Promise<void>((resolve) => frame.addEventListener("load", () => resolve(), { once: true }));
      document.documentElement.append(frame);
      this.#element = frame;
      await within(loaded, OPEN_MS);
      return (frame.contentWindow as (Window & { indexedDB?: IDBFactory }) | null)?.indexedDB;
    } catch {
      return undefined;
    }
  }

  remove(): void {
    try {
      this.#element?.remove();
    } catch {
      // The page is going away.
    }
    this.#element = undefined;
  }
}
