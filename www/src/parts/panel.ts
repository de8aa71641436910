// "My shop": a drawer with everything the shop knows and every say the shopper has in it.
import { css, html } from "lit";
import { t } from "../i18n/index.ts";
import { shared } from "../styles/shared.ts";
import { ShopElement } from "./element.ts";
import { icon } from "./icons.ts";
import type { ShopControls } from "./panel-controls.ts";
import "./panel-controls.ts";
import "./panel-history.ts";
import "./panel-knows.ts";
import "./engine-room.ts";

const TABS = ["controls", "knows", "history", "engine"] as const;
type Tab = (typeof TABS)[number];
/** On one of its tabs, or with the question whether to forget everything. */
export type Opening = Tab | "forget";
const SELECTED = '[role="tab"][aria-selected="true"]';

export class ShopPanel extends ShopElement {
  static override properties = { tab: { state: true }, open: { state: true } };
  declare tab: Tab;
  declare open: boolean;
  static override styles = [
    shared,
    css`
      dialog { margin: 0 0 0 auto; width: min(620px, 100vw); height: 100dvh; max-height: none; max-width: none; border: 0; padding: 0; background: var(--paper); color: var(--ink); box-shadow: var(--shadow); }
      @media (forced-colors: active) { dialog { border: 1px solid CanvasText; } }
      dialog::backdrop { background: var(--scrim); }
      dialog[open] { display: grid; grid-template-rows: auto auto minmax(60vh, 1fr); grid-template-columns: minmax(0, 1fr); animation: in 260ms ease-out; }
      @keyframes in { from { transform: translateX(40px); opacity: 0; } }
      @media (prefers-reduced-motion: reduce) { dialog[open] { animation: none; } }
      .head { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0.2rem 1rem; padding: 1.4rem clamp(1rem, 4vw, 1.8rem) 0.8rem; }
      h2 { font-size: 1.7rem; }
      .head p { grid-column: 1 / -1; }
      .tabs { display: flex; flex-wrap: wrap; gap: 0.3rem; padding: 0 clamp(1rem, 4vw, 1.8rem) 0.7rem; border-block-end: 1px solid var(--line); }
      .tabs button { border: 0; background: none; min-height: 36px; padding: 0.3em 0.85em; border-radius: 999px; color: var(--muted); font-weight: 500; }
      .tabs button:hover { background: var(--sunken); }
      .tabs button[aria-selected="true"] { background: var(--ink); color: var(--paper); }
      @media (forced-colors: active) { .tabs button[aria-selected="true"] { forced-color-adjust: none; background: CanvasText; color: Canvas; } }
      ::slotted(shop-toast-bar) { inset-inline-start: auto !important; width: min(588px, calc(100vw - 32px)); }
      .body { overflow: auto; overscroll-behavior: contain; padding: 1.3rem clamp(1rem, 4vw, 1.8rem) 5rem; }
    `,
  ];
  constructor() {
    super();
    this.tab = "controls";
    this.open = false;
  }
  show(at: Opening = "controls"): void {
    this.tab = at === "forget" ? "controls" : at;
    this.open = true;
    this.store.covered = true;
    void this.updateComplete.then(() => {
      const dialog = this.renderRoot.querySelector("dialog");
      if (dialog && !dialog.open) dialog.showModal();
      if (at === "forget") void this.renderRoot.querySelector<ShopControls>("shop-controls")?.forget();
      else this.renderRoot.querySelector<HTMLElement>(SELECTED)?.focus();
    });
  }
  hide(): void {
    this.renderRoot.querySelector("dialog")?.close();
  }
  #keys(event: KeyboardEvent): void {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    this.tab = TABS[(TABS.indexOf(this.tab) + step + TABS.length) % TABS.length] ?? "controls";
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(SELECTED)?.focus());
  }
  protected override render() {
    const words = t();
    const names: Record<Tab, string> = { controls: words.tabControls, knows: words.tabKnows, history: words.tabHistory, engine: words.tabEngine };
    return html`
      <dialog aria-labelledby="name" data-panel @close=${() => ((this.open = false), (this.store.covered = false))} @click=${(e: Event) => e.target === e.currentTarget && this.hide()}>
        <div class="head">
          <h2 id="name">${words.panelTitle}</h2>
          <button class="round" data-action="close" aria-label=${words.close} @click=${() => this.hide()}>${icon("cross")}</button>
          <p class="note">${words.panelIntro}</p>
        </div>
        <div class="tabs" role="tablist" aria-label=${words.panelTitle} @keydown=${(e: KeyboardEvent) => this.#keys(e)}>
          ${TABS.map((tab) => html`<button role="tab" id=${`tab-${tab}`} data-action=${`tab-${tab}`} aria-controls="body" aria-selected=${this.tab === tab ? "true" : "false"} tabindex=${this.tab === tab ? 0 : -1} @click=${() => (this.tab = tab)}>${names[tab]}</button>`)}
        </div>
        <div class="body" id="body" role="tabpanel" tabindex="0" aria-labelledby=${`tab-${this.tab}`}>${this.open ? this.#body() : ""}</div>
        <slot></slot>
      </dialog>
    `;
  }
  #body() {
    switch (this.tab) {
      case "controls": return html`<shop-controls></shop-controls>`;
      case "knows": return html`<shop-knows></shop-knows>`;
      case "history": return html`<shop-history></shop-history>`;
      case "engine": return html`<shop-engine></shop-engine>`;
    }
  }
}
customElements.define("shop-panel", ShopPanel);
