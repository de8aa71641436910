/**
 * `<flaneur-why>`: the reasons of one place. `show(ranked)` opens it; shelves have their own.
 *
 * At most three reasons are told one by one; together with the rest they are the score.
 */

import { html, nothing } from "lit";
import type { TemplateResult } from "lit";
import type { Flaneur, RankedItem } from "../types.js";
import { FlaneurElement } from "./base.js";
import type { Words } from "./en.js";
import { termsOf } from "./terms.js";

/** Reasons that are told one by one. */
const TOLD = 3;

export class FlaneurWhy extends FlaneurElement {
  static override properties = { ranked: { attribute: false } };
  declare ranked: RankedItem | undefined;

  show(ranked: RankedItem): void {
    this.ranked = ranked;
  }

  protected override draw(_shop: Flaneur, words: Words): TemplateResult {
    const ranked = this.ranked;
    if (!ranked) return html``;
    const terms = termsOf(ranked, words);
    const told = terms.slice(0, TOLD);
    const rest = ranked.score - told.reduce((sum, { part }) => sum + part, 0);
    return html`<dialog aria-labelledby="title" @close=${() => (this.ranked = undefined)}>
      <div class="head">
        <h2 id="title">${words.whyFor(this.title_(ranked.id))}</h2>
        <button data-act="close" @click=${() => this.renderRoot.querySelector("dialog")?.close()}>${words.close}</button>
      </div>
      ${ranked.discovery ? html`<p>${words.whySurprise}</p>` : nothing}
      ${terms.length === 0
        ? html`<p>${words.whyPlain}</p>`
        : html`<p>${words.whySum}</p>
            <ul>
              ${told.map(
                ({ family, part, item, attribute }) => html`<li class="line" data-part=${part}>
                  <span>${words.signal[family]}${attribute ? html`${this.colon}<bdi>${this.trait(attribute)}</bdi>` : nothing}${item !== undefined && item !== ranked.id ? html` <small>${words.because(this.title_(item))}</small>` : nothing}</span>
                  <span class="number">${this.number(part)}</span>
                </li>`,
              )}
              ${terms.length > TOLD ? html`<li class="line" data-part=${rest}><span>${words.rest(terms.length - TOLD)}</span><span class="number">${this.number(rest)}</span></li>` : nothing}
              <li class="line"><strong>${words.score}</strong><strong class="number" data-score=${ranked.score}>${this.number(ranked.score)}</strong></li>
            </ul>`}
    </dialog>`;
  }
}
