// Says what just happened and offers the way back; stays at least ten seconds, longer under pointer or focus.
import { css, html, nothing } from "lit";
import { keyed } from "lit/directives/keyed.js";
import { t } from "../i18n/index.ts";
import { shared } from "../styles/shared.ts";
import { ShopElement, type Toast } from "./element.ts";
import { icon } from "./icons.ts";
import { goBack, trail, type Trail } from "./trail.ts";

const STAY_MS = 10_000;

export class ShopToast extends ShopElement {
  static override properties = { now: { state: true } };
  declare now: Toast | undefined;
  #timer = 0;
  #kept = false;
  /** Where the focus came from, when it is here. */
  #from: Trail = [];
  static override styles = [
    shared,
    css`
      :host { position: fixed; inset-block-end: 16px; inset-inline: 16px; z-index: 40; display: grid; justify-items: center; pointer-events: none; }
      .toast { pointer-events: auto; position: relative; display: flex; flex-wrap: wrap; align-items: center; gap: 0.4rem 0.9rem; max-width: min(640px, 100%); min-height: calc(36px + 1.2rem); max-height: 60vh; overflow: auto; padding-block: 0.6rem; padding-inline: 1.2rem 52px; border-radius: 18px; background: var(--ink); color: var(--paper); box-shadow: var(--shadow); }
      .toast > .said { flex: 1 1 7rem; min-width: 0; }
      .toast > .round { position: absolute; inset-block-start: 0.6rem; inset-inline-end: 8px; }
      .button { color: inherit; border-color: color-mix(in srgb, var(--paper) 60%, transparent); }
      .button:hover { background: color-mix(in srgb, var(--paper) 18%, transparent); }
      .button.main { background: var(--paper); color: var(--ink); border-color: var(--paper); }
      .more { flex: 1 0 100%; order: 1; display: flex; flex-wrap: wrap; gap: 0.4rem; align-items: center; font-size: 0.9rem; }
      .round, .round:hover { background: transparent; color: inherit; border-color: transparent; }
      :focus-visible { outline-color: var(--paper); }
      @media print { :host { display: none; } }
      @media (forced-colors: active) { .toast { border: 1px solid CanvasText; background: Canvas; color: CanvasText; } .button.main { background: ButtonFace; color: ButtonText; } :focus-visible { outline-color: Highlight; } }
    `,
  ];

  show(toast: Toast): void {
    this.now = toast;
    this.#count();
  }
  hide(): void {
    clearTimeout(this.#timer);
    this.now = undefined;
  }
  #count(): void {
    clearTimeout(this.#timer);
    if (!this.#kept) this.#timer = window.setTimeout(() => (this.now = undefined), STAY_MS);
  }
  #keep(kept: boolean): void {
    this.#kept = kept;
    clearTimeout(this.#timer);
    if (!kept) this.#count();
  }
  #do(run: () => void, said?: string): void {
    this.#kept = false;
    this.now = undefined;
    run();
    if (said && !this.now) this.show({ text: said });
    setTimeout(() => goBack(this.#from)); // the shelves draw first: a card that moves loses the focus
  }
  #entered(): void {
    if (!trail().includes(this)) this.#from = trail();
    this.#keep(true);
  }

  protected override render() {
    const toast = this.now;
    const words = t();
    return html`<div role="status">
      ${toast
        ? keyed(toast, html`<div class="toast" data-toast @pointerenter=${() => this.#keep(true)} @pointerleave=${() => this.#keep(false)} @focusin=${() => this.#entered()} @focusout=${() => this.#keep(false)}>
            <span class="said">${toast.text}</span>
            ${toast.undo ? html`<button class="button small main" data-action="undo" @click=${() => this.#do(toast.undo!, words.undone)}>${words.undo}</button>` : nothing}
            ${toast.more?.length
              ? html`<span class="more">${toast.lead ?? nothing}${toast.more.map(({ label, action, run }) => html`<button class="button small" data-action=${action} data-value=${label} @click=${() => this.#do(run)}>${label}</button>`)}</span>`
              : nothing}
            <button class="round" aria-label=${words.close} @click=${() => this.#do(() => undefined)}>${icon("cross")}</button>
          </div>`)
        : nothing}
    </div>`;
  }
}
customElements.define("shop-toast-bar", ShopToast);
