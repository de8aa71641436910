// "Forget me": asks once more in its own place, then erases everything; the focus stays with the question.
import { css, html } from "lit";
import { t } from "../i18n/index.ts";
import { shared } from "../styles/shared.ts";
import { ShopElement } from "./element.ts";

export class ShopForget extends ShopElement {
  static override properties = { sure: { state: true } };
  declare sure: boolean;
  static override styles = [
    shared,
    css`
      :host, span { display: flex; flex-wrap: wrap; gap: 0.6rem; align-items: center; }
    `,
  ];
  constructor() {
    super();
    this.sure = false;
  }
  /** Puts the question, with the focus on its answer. */
  async ask(): Promise<void> {
    this.sure = true;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('[data-action="erase-confirm"]')?.focus();
  }
  #settle(): void {
    this.sure = false;
    void this.keepFocus('[data-action="erase"]');
  }
  async #erase(): Promise<void> {
    await this.store.erase();
    this.#settle();
    this.toast({ text: t().erased });
  }
  protected override render() {
    const words = t();
    return this.sure
      ? html`<span role="group" aria-labelledby="sure"><strong id="sure">${words.eraseSure}</strong><button class="button" data-action="erase-confirm" @click=${() => void this.#erase()}>${words.eraseYes}</button><button class="button" data-action="erase-cancel" @click=${() => this.#settle()}>${words.eraseNo}</button></span>`
      : html`<button class="button" data-action="erase" @click=${() => void this.ask()}>${words.eraseButton}</button>`;
  }
}
customElements.define("shop-forget", ShopForget);
