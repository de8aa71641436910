// "Why this?": the terms of the score in plain sentences, with signed bars that add up to it.
import { css, html, nothing, svg } from "lit";
import type { RankedItem } from "flaneur";
import { number, signed, t } from "../i18n/index.ts";
import { terms, type Term } from "../reasons.ts";
import { to } from "../router.ts";
import { shared } from "../styles/shared.ts";
import { ShopElement } from "./element.ts";
import { icon } from "./icons.ts";
import { goBack, trail, type Trail } from "./trail.ts";
import "./picture.ts";

export class ShopWhy extends ShopElement {
  static override properties = { ranked: { state: true } };
  declare ranked: RankedItem | undefined;
  #from: Trail = [];
  static override styles = [
    shared,
    css`
      dialog { width: min(560px, calc(100vw - 24px)); max-height: min(760px, calc(100% - 24px)); overscroll-behavior: contain; border: 0; border-radius: 20px; padding: 0; background: var(--surface); color: var(--ink); box-shadow: var(--shadow); }
      @media (forced-colors: active) { dialog { border: 1px solid CanvasText; } }
      dialog::backdrop { background: var(--scrim); }
      .inside { padding: clamp(16px, 4vw, 1.8rem); display: grid; grid-template-columns: minmax(0, 1fr); overflow-wrap: anywhere; gap: 1.1rem; }
      .top { display: grid; grid-template-columns: 76px minmax(0, 1fr) auto; gap: 1rem; align-items: center; }
      shop-picture { border-radius: 10px; }
      h2 { font-size: 1.35rem; }
      .surprise { display: flex; gap: 0.6em; padding: 0.8em 1em; border-radius: 12px; background: var(--plum-soft); color: var(--plum); font-weight: 500; }
      li { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0.15rem 1rem; padding-block: 0.6rem; border-block-end: 1px solid var(--line); }
      .part { font-variant-numeric: tabular-nums; font-weight: 600; }
      .bar { grid-column: 1 / -1; width: 100%; height: 8px; display: block; }
      .bar .track { fill: var(--sunken); } .bar .for { fill: var(--sage); } .bar .against { fill: var(--accent); } .bar .zero { fill: var(--strong-line); }
      .cause { grid-column: 1 / -1; font-size: 0.92rem; color: var(--muted); display: flex; gap: 0.8em; flex-wrap: wrap; align-items: baseline; }
      .cause a { min-height: 24px; }
      .sum { display: flex; justify-content: space-between; font-weight: 600; padding-block-start: 0.7rem; font-variant-numeric: tabular-nums; }
    `,
  ];

  show(ranked: RankedItem): void {
    this.ranked = ranked;
    this.#from = trail();
    this.store.covered = true;
    void this.updateComplete.then(() => this.renderRoot.querySelector("dialog")?.showModal());
  }

  hide(): void {
    this.renderRoot.querySelector("dialog")?.close();
  }

  /** The card that asked may have left its shelf meanwhile; then the focus is still on a button that nobody sees. */
  #closed(): void {
    this.store.covered = false;
    (this.shadowRoot?.activeElement as HTMLElement | null)?.blur();
    goBack(this.#from);
  }

  #bar(term: Term, most: number) {
    const half = Math.min(50, (Math.abs(term.part) / most) * 50);
    const x = term.part < 0 ? 50 - half : 50;
    return html`<svg class="bar" aria-hidden="true">
      ${svg`<rect class="track" width="100%" height="8" rx="4"/><rect class=${term.part < 0 ? "against" : "for"} x="${x}%" width="${half}%" height="8" rx="2"/><rect class="zero" x="50%" width="1" height="8"/>`}
    </svg>`;
  }

  protected override render() {
    const words = t();
    const ranked = this.ranked;
    if (!ranked) return html`<dialog></dialog>`;
    const { catalog } = this.store;
    const rows = terms(ranked, catalog);
    const most = Math.max(0.1, ...rows.map((row) => Math.abs(row.part)));
    return html`
      <dialog @close=${() => this.#closed()} aria-labelledby="title" data-why=${ranked.id} @click=${(e: Event) => e.target === e.currentTarget && (e.currentTarget as HTMLDialogElement).close()}>
        <div class="inside">
          <div class="top">
            <shop-picture .item=${ranked.id}></shop-picture>
            <div>
              <span class="small-caps">${words.whyTitle}</span>
              <h2 id="title">${catalog.title(ranked.id)}</h2>
            </div>
            <button class="round" data-action="close" aria-label=${words.close} @click=${() => this.hide()}>${icon("cross")}</button>
          </div>
          ${ranked.discovery ? html`<p class="surprise">${icon("spark")}<span>${words.whyDiscovery}</span></p>` : nothing}
          ${rows.length === 0
            ? html`<p>${words.whyPlain}</p>`
            : html`<div>
                <p class="note">${words.whySum}</p>
                <ul>
                  ${rows.map(
                    (row) => html`<li data-signal=${row.signal ?? "rest"}>
                      <span>${row.sentence}${row.trait ? html`${words.colon}<strong>${row.trait}</strong>` : nothing}</span><span class="part">${signed(row.part)}</span>${this.#bar(row, most)}
                      ${row.item !== undefined && row.item !== ranked.id
                        ? html`<span class="cause"><a href=${to.item(row.item)} @click=${() => this.hide()}>${words.because(catalog.title(row.item))}</a></span>`
                        : nothing}
                    </li>`,
                  )}
                </ul>
                <p class="sum"><span>${words.whyScore}</span><span data-score>${number(ranked.score, 2)}</span></p>
                <p class="note">${words.whyUnit}</p>
              </div>`}
        </div>
      </dialog>
    `;
  }
}
customElements.define("shop-why", ShopWhy);
