// A product: large picture, words, the shopper's answers, and two shelves around it.
import { css, html, nothing, type PropertyValues } from "lit";
import { day, money, t } from "../i18n/index.ts";
import { to } from "../router.ts";
import { page } from "../styles/page.ts";
import { shared } from "../styles/shared.ts";
import { addToBasket, dismissWithScopes, like } from "../parts/actions.ts";
import { ShopElement } from "../parts/element.ts";
import { icon } from "../parts/icons.ts";
import "../parts/shelf.ts";
import "../parts/whether.ts";

export class PageItem extends ShopElement {
  static override properties = { item: {} };
  declare item: string;
  /** Since when it is looked at, and for how long before that, in milliseconds: not while the page is hidden. */
  #since = 0;
  #looked = 0;
  #looking: string | undefined;
  static override styles = [
    shared,
    page,
    css`
      .sheet { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: clamp(1.4rem, 5vw, 4.5rem); align-items: start; margin-block-end: clamp(2.6rem, 6vw, 4.6rem); }
      .sheet > shop-picture { border-radius: 22px; max-height: 80vh; width: 100%; }
      .words { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1rem; align-content: start; padding-block-start: clamp(0rem, 3vw, 2.4rem); }
      .price { font: 500 1.5rem/1 var(--display); white-space: nowrap; }
      .answers { display: flex; flex-wrap: wrap; gap: 0.6rem; }
      dl { display: grid; grid-template-columns: fit-content(50%) minmax(0, 1fr); gap: 0.35rem 1.4rem; overflow-wrap: anywhere; margin: 0; font-size: 0.95rem; }
      dt { color: var(--muted); } dd { margin: 0; } dd::first-letter { text-transform: uppercase; }
      .variants { display: flex; flex-wrap: wrap; gap: 8px; }
      .variants a { width: 62px; border-radius: 10px; overflow: hidden; border: 2px solid transparent; }
      .variants a:hover { border-color: var(--strong-line); }
      .lead { font-size: 1.1rem; max-width: 34em; }
      @media (max-width: 760px) { .sheet { grid-template-columns: minmax(0, 1fr); } }
    `,
  ];
  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("visibilitychange", this.#turned);
  }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("visibilitychange", this.#turned);
    this.#leave();
  }
  readonly #turned = (): void => {
    const now = performance.now();
    if (document.visibilityState === "hidden") this.#looked += now - this.#since;
    this.#since = now;
  };
  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("item") && this.item !== this.#looking) {
      this.#leave();
      if (!this.store.catalog.items.has(this.item)) return;
      this.#looking = this.item;
      this.#since = performance.now();
      this.#looked = 0;
      // After this drawing, so that the change it causes is one of its own.
      queueMicrotask(() => this.isConnected && this.store.view(this.item));
    }
  }
  #leave(): void {
    if (this.#looking !== undefined) this.store.dwell(this.#looking, (this.#looked + performance.now() - this.#since) / 1000);
    this.#looking = undefined;
  }
  /** What resembles it is of its own department; what goes with it is of another. */
  #candidates(same: boolean): string[] {
    const { catalog } = this.store;
    const own = catalog.categories(this.item)[0];
    const group = catalog.item(this.item).group;
    return [...catalog.items.keys()].filter((id) => id !== this.item && catalog.isProduct(id) && (catalog.categories(id)[0] === own) === same && (group === undefined || catalog.item(id).group !== group));
  }
  protected override render() {
    const words = t();
    const { store } = this;
    const { catalog } = store;
    const id = this.item;
    if (!catalog.items.has(id)) return html`<div class="hero-empty"><h1>${words.notFound}</h1><a class="button" href=${to.home}>${words.backHome}</a></div>`;
    const item = catalog.item(id);
    const title = catalog.title(id);
    const path = catalog.categories(id);
    const added = catalog.addedAt(id);
    const liked = store.likes.has(id);
    const product = catalog.isProduct(id);
    const variants = catalog.variants(id);
    const traits = Object.entries(item.attributes ?? {}).filter(([, value]) => value !== "");
    return html`
      <nav class="crumbs" aria-label=${words.trail}>
        <a href=${to.home}>${words.home}</a>${path.map((token, i) => html`<span aria-hidden="true">/</span><a href=${to.category(token)}>${i === 0 ? catalog.department(token) : catalog.word(`category:${token}`)}</a>`)}
      </nav>
      <article class="sheet" data-product=${id}>
        <shop-picture .item=${id} alt=${title} eager></shop-picture>
        <div class="words">
          ${item.brand ? html`<span class="small-caps">${words.by(item.brand)}</span>` : nothing}
          <h1>${title}</h1>
          <p class="lead">${catalog.description(id)}</p>
          ${product ? html`<span class="price">${item.available === false ? words.soldOut : item.price === undefined ? words.priceUnknown : money(item.price, item.currency)}</span>` : nothing}
          <div class="answers">
            ${product && item.available !== false ? html`<button class="button main" data-action="basket" @click=${() => addToBasket(this, id)}>${icon(store.basket.has(id) ? "check" : "bag")}${store.basket.has(id) ? words.inBasket : words.toBasket}</button>` : nothing}
            <button class="button" data-action="like" aria-pressed=${liked ? "true" : "false"} @click=${() => like(this, id)}>${icon(liked ? "heartFull" : "heart")}${liked ? words.liked : words.like}</button>
            ${store.isAway(id)
              ? html`<button class="button" data-action="take-back" @click=${() => (store.takeBack(id), void this.keepFocus('[data-action="dismiss"]'))}>${icon("cross")}${words.takeBack}</button>`
              : html`<button class="button" data-action="dismiss" @click=${() => (dismissWithScopes(this, id), void this.keepFocus('[data-action="take-back"]'))}>${icon("cross")}${words.notForMe}</button>`}
          </div>
          <shop-whether .item=${id}></shop-whether>
          ${variants.length > 0 ? html`<div><p class="small-caps">${words.variants}</p><div class="variants">${variants.map((other) => html`<a href=${to.item(other)}><shop-picture .item=${other} alt=${catalog.title(other)}></shop-picture></a>`)}</div></div>` : nothing}
          ${traits.length > 0 || added !== undefined
            ? html`<dl>${traits.map(([key, value]) => html`<dt>${this.#trait(key)}</dt><dd>${Array.isArray(value) ? value.map((v) => catalog.word(`${key}:${v}`)).join(", ") : catalog.word(`${key}:${String(value)}`)}</dd>`)}${added !== undefined ? html`<dt>${words.addedOn}</dt><dd>${day(added)}</dd>` : nothing}</dl>`
            : nothing}
        </div>
      </article>
      <div class="stack">
        <shop-shelf name="pdp-similar" layout="row" .heading=${words.similar} .source=${() => store.rank({ slot: "pdp-similar", size: 10, like: id, candidates: this.#candidates(true) })}></shop-shelf>
        <shop-shelf name="pdp-together" layout="row" .heading=${words.goesWith} .source=${() => store.rank({ slot: "pdp-together", size: 10, like: id, candidates: this.#candidates(false) })}></shop-shelf>
      </div>
    `;
  }
  /** The name of a trait in the reader's language; a foreign catalog's names stay as they are. */
  #trait(key: string): string {
    const words = t().trait;
    return Object.hasOwn(words, key) ? words[key as keyof typeof words] : key.replaceAll("_", " ");
  }
}
customElements.define("page-item", PageItem);
