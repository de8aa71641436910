// The base of the shop's elements: draws again when the shop changes, and speaks to the page around it.
import { LitElement } from "lit";
import { shop, type ShopStore } from "../store.ts";

export interface Toast {
  text: string;
  undo?: () => void;
  /** Further choices, such as hiding the brand as well. */
  more?: { label: string; action: string; run: () => void }[];
  lead?: string;
}

export class ShopElement extends LitElement {
  #leave: (() => void) | undefined;

  get store(): ShopStore {
    return shop();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#leave = shop().subscribe(() => this.changed());
  }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#leave?.();
  }
  /** Called when the shop changed; a shelf does more than draw again. */
  protected changed(): void {
    this.requestUpdate();
  }
  /** Once drawn, gives the focus to something here if what had it is gone or off: the keyboard would begin at the top again. */
  protected async keepFocus(selector: string): Promise<void> {
    await this.updateComplete;
    if (document.activeElement === document.body || this.shadowRoot?.activeElement?.matches(":disabled")) this.renderRoot.querySelector<HTMLElement>(selector)?.focus();
  }
  protected toast(toast: Toast): void {
    this.dispatchEvent(new CustomEvent("shop-toast", { detail: toast, bubbles: true, composed: true }));
  }
  protected openPanel(tab: "controls" | "knows" | "history" | "engine" | "forget" = "controls"): void {
    this.dispatchEvent(new CustomEvent("shop-panel", { detail: tab, bubbles: true, composed: true }));
  }
}
