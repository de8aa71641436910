// One item on a shelf: picture, words, price, and the shopper's four answers to it.
import { css, html, nothing } from "lit";
import type { RankedItem } from "flaneur";
import { money, t } from "../i18n/index.ts";
import { headline } from "../reasons.ts";
import { to } from "../router.ts";
import { shared } from "../styles/shared.ts";
import { addToBasket, dismissWithScopes, like } from "./actions.ts";
import { ShopElement } from "./element.ts";
import { icon } from "./icons.ts";
import "./picture.ts";

const MONTH = 30 * 86_400_000;

export class ShopCard extends ShopElement {
  static override properties = { ranked: { attribute: false }, plain: { type: Boolean }, eager: { type: Boolean } };
  declare ranked: RankedItem;
  declare plain: boolean;
  declare eager: boolean;
  static override styles = [
    shared,
    css`
      :host { display: block; height: 100%; }
      article { position: relative; display: flex; flex-direction: column; height: 100%; }
      .frame { position: relative; border-radius: var(--radius); overflow: hidden; isolation: isolate; }
      shop-picture { border-radius: inherit; }
      .frame a { display: block; }
      .frame img, shop-picture { transition: transform 500ms ease; }
      article:hover shop-picture { transform: scale(1.025); }
      .corner { position: absolute; inset-block-start: 8px; inset-inline-end: 8px; display: flex; gap: 6px; z-index: 1; }
      .discovery, .tag {
        position: absolute; inset-block-end: 8px; inset-inline-start: 8px; z-index: 1; display: inline-flex; align-items: center; gap: 0.35em; padding: 0.15em 0.7em 0.15em 0.5em; border-radius: 999px;
        background: var(--plum-soft); color: var(--plum); font-size: 0.8rem; font-weight: 600; pointer-events: none;
      }
      .tag { background: var(--surface); color: var(--ink); padding-inline-start: 0.7em; }
      .words { display: flex; flex-direction: column; flex: 1; padding: 0.7rem 0.1rem 0; gap: 0.15rem; }
      .brand { font-size: 0.74rem; letter-spacing: 0.08em; text-transform: uppercase; color: var(--muted); }
      h3 { font-size: 1.04rem; line-height: 1.25; }
      h3 a { text-decoration: none; display: inline-block; min-height: 24px; }
      h3 a:hover { text-decoration: underline; text-underline-offset: 0.18em; text-decoration-thickness: 1px; }
      .because { color: var(--muted); font-size: 0.82rem; line-height: 1.35; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; }
      .foot { display: flex; align-items: center; justify-content: space-between; flex-wrap: wrap; gap: 0 0.3rem; margin-block-start: auto; padding-block-start: 0.35rem; }
      .price { font-variant-numeric: tabular-nums; font-weight: 600; white-space: nowrap; }
      .sold { color: var(--muted); }
      .why { font-size: 0.86rem; white-space: nowrap; }
      .actions { display: flex; align-items: center; gap: 0.3rem; margin-inline-start: auto; }
      .bag { border-color: var(--line); background: var(--surface); }
      .bag.in { background: var(--sage-soft); color: var(--sage); border-color: transparent; }
      @media (prefers-reduced-motion: reduce) { shop-picture { transition: none; } article:hover shop-picture { transform: none; } }
    `,
  ];

  #why(): void {
    this.dispatchEvent(new CustomEvent("shop-why", { detail: this.ranked, bubbles: true, composed: true }));
  }

  protected override render() {
    const { id, discovery } = this.ranked;
    const words = t();
    const { catalog, basket, likes } = this.store;
    const item = catalog.item(id);
    const title = catalog.title(id);
    const liked = likes.has(id);
    const product = catalog.isProduct(id);
    const inBasket = basket.has(id);
    const added = catalog.addedAt(id);
    const because = this.plain || discovery ? undefined : headline(this.ranked, catalog);
    return html`
      <article>
        <div class="frame">
          <a href=${to.item(id)} tabindex="-1" aria-hidden="true"><shop-picture .item=${id} ?eager=${this.eager}></shop-picture></a>
          ${discovery
            ? html`<span class="discovery" data-discovery>${icon("spark")}${words.toDiscover}</span>`
            : !product
              ? html`<span class="tag">${words.kind[item.kind ?? "product"]}</span>`
              : added !== undefined && Date.now() - added < MONTH
                ? html`<span class="tag">${words.isNew}</span>`
                : nothing}
        </div>
        <div class="words">
          ${item.brand ? html`<span class="brand">${item.brand}</span>` : nothing}
          <h3><a href=${to.item(id)}>${title}</a></h3>
          <div class="corner">
            <button class="round" data-action="like" aria-pressed=${liked ? "true" : "false"} aria-label=${words.likeFor(title)} title=${words.like} @click=${() => like(this, id)}>
              ${icon(liked ? "heartFull" : "heart")}
            </button>
            <button class="round" data-action="dismiss" aria-label=${words.notForMeFor(title)} title=${words.notForMe} @click=${() => dismissWithScopes(this, id)}>${icon("cross")}</button>
          </div>
          ${because ? html`<span class="because">${because}</span>` : nothing}
          <div class="foot">
            <span>
              ${!product ? nothing : item.available === false ? html`<span class="sold">${words.soldOut}</span>` : html`<span class="price">${item.price === undefined ? words.priceUnknown : money(item.price, item.currency)}</span>`}
            </span>
            <span class="actions">
              <button class="link why" data-action="why" aria-haspopup="dialog" aria-label=${words.whyFor(title)} @click=${() => this.#why()}>${words.why}</button>
              ${product && item.available !== false
                ? html`<button class="round bag ${inBasket ? "in" : ""}" data-action="basket" aria-label=${inBasket ? `${words.inBasket}${words.colon}${title}` : words.toBasketFor(title)} title=${inBasket ? words.inBasket : words.toBasket} @click=${() => addToBasket(this, id)}>
                    ${icon(inBasket ? "check" : "plus")}
                  </button>`
                : nothing}
            </span>
          </div>
        </div>
      </article>
    `;
  }
}
customElements.define("shop-card", ShopCard);
