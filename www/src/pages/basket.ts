// The basket: quantities, a pretend checkout, and what would complete it.
import { css, html } from "lit";
import { money, t } from "../i18n/index.ts";
import { to } from "../router.ts";
import { page } from "../styles/page.ts";
import { shared } from "../styles/shared.ts";
import { ShopElement } from "../parts/element.ts";
import { icon } from "../parts/icons.ts";
import "../parts/shelf.ts";

export class PageBasket extends ShopElement {
  static override properties = { thanked: { state: true } };
  declare thanked: boolean;
  static override styles = [
    shared,
    page,
    css`
      h1 { margin-block: 1.6rem 1.2rem; }
      li { display: grid; grid-template-columns: 84px 1fr auto auto; gap: 0.4rem 1.1rem; align-items: center; padding-block: 0.9rem; border-block-end: 1px solid var(--line); }
      li shop-picture { border-radius: 10px; }
      li h2 { font-size: 1.1rem; } li h2 a { text-decoration: none; display: inline-block; min-height: 24px; }
      .sum { font-variant-numeric: tabular-nums; font-weight: 600; min-width: 5.5rem; text-align: end; white-space: nowrap; }
      .count { display: inline-flex; align-items: center; gap: 0.3rem; }
      .count input { width: 4.6rem; text-align: center; padding: 0 0.5rem; }
      .end { display: flex; flex-wrap: wrap; justify-content: flex-end; align-items: center; gap: 0.8rem 2rem; padding-block: 1.4rem 3.5rem; }
      .total { font: 500 1.5rem/1 var(--display); }
      .thanks { padding: 1.4rem; background: var(--sage-soft); color: var(--sage); border-radius: var(--radius); font-weight: 500; margin-block-end: 2rem; }
      @media (max-width: 620px) { li { grid-template-columns: 64px minmax(0, 1fr); } li h2 { overflow-wrap: anywhere; } .count, .sum { grid-column: 2; } .sum { min-width: 0; justify-self: start; } }
    `,
  ];
  constructor() {
    super();
    this.thanked = false;
  }
  /** The line or the button that was pressed may go. */
  #do(run: () => void): void {
    run();
    void this.keepFocus("h1");
  }
  /** The field shows what is in the basket, also when something else was written. */
  #count(id: string, field: HTMLInputElement): void {
    const quantity = Math.min(99, Math.max(1, Math.round(Number(field.value)) || 1));
    field.value = String(quantity);
    this.store.setQuantity(id, quantity);
  }
  protected override render() {
    const words = t();
    const { store } = this;
    const { catalog } = store;
    const lines = [...store.basket];
    const ids = lines.map(([id]) => id);
    const total = lines.reduce((sum, [id, quantity]) => sum + (catalog.item(id).price ?? 0) * quantity, 0);
    const currency = ids.map((id) => catalog.item(id).currency).find(Boolean);
    return html`
      <h1 tabindex="-1">${words.basket}</h1>
      <div role="status">${this.thanked && lines.length === 0 ? html`<p class="thanks" data-thanks>${words.thanks}</p>` : ""}</div>
      ${lines.length === 0
        ? html`<div class="hero-empty"><p>${words.basketEmpty}</p><a class="button" href=${to.home}>${words.backHome}</a></div>`
        : html`
            <ul>
              ${lines.map(([id, quantity]) => {
                const item = catalog.item(id);
                const title = catalog.title(id);
                return html`<li data-basket=${id}>
                  <a href=${to.item(id)} tabindex="-1" aria-hidden="true"><shop-picture .item=${id}></shop-picture></a>
                  <div><h2><a href=${to.item(id)}>${title}</a></h2><span class="note">${item.brand ?? ""} ${item.price === undefined ? "" : `· ${money(item.price, item.currency)}`}</span></div>
                  <span class="count">
                    <input type="number" min="1" max="99" inputmode="numeric" aria-label=${words.quantityFor(title)} .value=${String(quantity)} data-action="quantity" @change=${(e: Event) => this.#count(id, e.target as HTMLInputElement)} />
                    <button class="round" data-action="remove" aria-label=${words.removeFor(title)} title=${words.remove} @click=${() => this.#do(() => store.setQuantity(id, 0))}>${icon("cross")}</button>
                  </span>
                  <span class="sum">${item.price === undefined ? "" : money(item.price * quantity, item.currency)}</span>
                </li>`;
              })}
            </ul>
            <div class="end">
              <span class="note">${words.checkoutNote}</span>
              <span class="total">${words.total} ${money(total, currency)}</span>
              <button class="button main" data-action="checkout" @click=${() => this.#do(() => (store.buy(), (this.thanked = true)))}>${words.checkout}</button>
            </div>
          `}
      ${ids.length > 0 ? html`<shop-shelf name="cart" layout="row" .heading=${words.completes} .source=${() => store.rank({ slot: "cart", size: 10, like: [...store.basket.keys()], exclude: [...store.basket.keys()] })}></shop-shelf>` : ""}
    `;
  }
}
customElements.define("page-basket", PageBasket);
