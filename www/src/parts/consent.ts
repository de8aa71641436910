// Asks once, with refusing as easy as accepting: same size, same weight, nothing ticked beforehand.
import { css, html } from "lit";
import type { Gates } from "flaneur";
import { t } from "../i18n/index.ts";
import { shared } from "../styles/shared.ts";
import type { ShopStore } from "../store.ts";
import { to } from "../router.ts";
import { ShopElement } from "./element.ts";

/** The gates that this shop asks about: what sends is not asked for where nothing can be sent. */
export const gatesOf = ({ questions }: ShopStore): (keyof Gates)[] => (questions ? ["store", "learn", "rank", "measure"] : ["store", "learn", "rank"]);
export const gateWords = (gate: keyof Gates): [string, string] => {
  const words = t();
  return (
    {
      store: [words.gateStore, words.gateStoreText],
      learn: [words.gateLearn, words.gateLearnText],
      rank: [words.gateRank, words.gateRankText],
      measure: [words.privacy.gateMeasure, words.privacy.gateMeasureText],
    } satisfies Record<keyof Gates, [string, string]>
  )[gate] as [string, string];
};

export class ShopConsent extends ShopElement {
  static override properties = { picked: { state: true } };
  declare picked: Partial<Gates>;
  static override styles = [
    shared,
    css`
      :host { position: sticky; inset-block-end: 0; z-index: 30; display: block; }
      section { background: var(--surface); border-block-start: 1px solid var(--line); box-shadow: 0 -8px 30px rgb(60 40 20 / 12%); padding: 1rem max(16px, calc((100vw - var(--page)) / 2)); max-height: 72vh; overflow: auto; }
      .grid { display: grid; gap: 0.8rem 2rem; grid-template-columns: minmax(0, 5fr) minmax(0, 6fr); align-items: start; }
      h2 { font-size: 1.25rem; margin-block-end: 0.3rem; }
      label { display: grid; grid-template-columns: 28px 1fr; gap: 0 0.5rem; padding-block: 0.2rem; align-items: start; }
      input { width: 24px; height: 24px; margin: 0; accent-color: var(--accent); }
      label small { display: block; color: var(--muted); font-size: 0.86rem; line-height: 1.35; }
      .buttons { grid-column: 1 / -1; display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 5.5rem), 1fr)); gap: 0.7rem; max-width: 46rem; margin-inline-start: auto; width: 100%; }
      @media print { :host { display: none; } }
      @media (max-width: 720px) { .grid { grid-template-columns: minmax(0, 1fr); } }
      @media (max-width: 720px), (max-height: 600px) { .buttons { gap: 0.4rem; max-width: none; position: sticky; inset-block-end: -0.7rem; padding-block: 0.5rem 0.7rem; margin-block: -0.5rem -0.7rem; background: var(--surface); } .buttons .button { padding-inline: 0.4em; font-size: 0.9rem; } section { padding-block: 0.7rem; scroll-padding-block-end: 6rem; } }
    `,
  ];
  /** What is focused behind it scrolls to where it can be seen. */
  readonly #room = new ResizeObserver(() => (document.documentElement.style.scrollPaddingBlockEnd = `${this.offsetHeight + 8}px`));
  constructor() {
    super();
    this.picked = {};
  }
  override connectedCallback(): void {
    super.connectedCallback();
    this.#room.observe(this);
  }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#room.disconnect();
    document.documentElement.style.scrollPaddingBlockEnd = "";
  }
  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>("h2")?.focus();
  }
  #choose(gates: Partial<Gates>): void {
    void this.store.setGates(gates);
    this.dispatchEvent(new CustomEvent("shop-answered", { bubbles: true, composed: true }));
    this.toast({ text: Object.values(gates).some(Boolean) ? t().consentSaved : t().refusedNote });
  }
  protected override render() {
    const words = t();
    const gates = gatesOf(this.store);
    const all = (value: boolean): Partial<Gates> => Object.fromEntries(gates.map((gate) => [gate, value]));
    return html`
      <section aria-labelledby="ask" data-consent>
        <div class="grid">
          <div>
            <h2 id="ask" tabindex="-1">${words.consentTitle}</h2>
            <p class="note">${this.store.questions ? words.consentAsked : words.consentText} <a href=${to.privacy}>${words.privacy.link}</a></p>
          </div>
          <div>
            ${gates.map((gate) => {
              const [name, text] = gateWords(gate);
              return html`<label><input type="checkbox" data-consent-gate=${gate} .checked=${this.picked[gate] ?? false} @change=${(e: Event) => (this.picked = { ...this.picked, [gate]: (e.target as HTMLInputElement).checked })} /><span>${name}<small>${text}</small></span></label>`;
            })}
          </div>
          <div class="buttons">
            <button class="button" data-action="consent-refuse" @click=${() => this.#choose(all(false))}>${words.refuse}</button>
            <button class="button" data-action="consent-save" @click=${() => this.#choose({ ...all(false), ...this.picked })}>${words.saveChoice}</button>
            <button class="button" data-action="consent-accept" @click=${() => this.#choose(all(true))}>${words.accept}</button>
          </div>
        </div>
      </section>
    `;
  }
}
customElements.define("shop-consent", ShopConsent);
