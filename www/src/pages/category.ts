// A department: its grid re-ranked for the shopper, or in any plain order they prefer. Also the page of search results.
import { html, nothing, type PropertyValues } from "lit";
import type { RankedItem } from "flaneur";
import { t } from "../i18n/index.ts";
import { to, type Place } from "../router.ts";
import { page } from "../styles/page.ts";
import { shared } from "../styles/shared.ts";
import type { ShelfSlate } from "../store.ts";
import { ShopElement } from "../parts/element.ts";
import { rove } from "../parts/roving.ts";
import "../parts/shelf.ts";

const STEP = 24;
type Order = "you" | "plain" | "low" | "high" | "new";

export class PageCategory extends ShopElement {
  static override properties = { category: {}, query: {}, order: { state: true }, narrow: { state: true }, limit: { state: true } };
  declare category: string | undefined;
  /** Given on the page of results instead of a category. */
  declare query: string | undefined;
  declare order: Order;
  declare narrow: string;
  declare limit: number;
  static override styles = [shared, page];
  constructor() {
    super();
    this.order = "you";
    this.narrow = "";
    this.limit = STEP;
  }
  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("category") || changed.has("query")) {
      // As it was left, when this is a way back to it.
      const { order = this.order, narrow = "", limit = STEP } = ((history.state ?? {}) as Place).list ?? {};
      Object.assign(this, { order, narrow, limit });
      if (this.query) this.store.search(this.query);
    }
  }
  #list(wish: Place["list"]): void {
    Object.assign(this, wish);
    const { order, narrow, limit } = this;
    history.replaceState({ ...history.state, list: { order, narrow, limit } }, "");
  }
  #all(): string[] {
    const { catalog } = this.store;
    const ids = this.query !== undefined ? catalog.search(this.query) : catalog.idsOf(this.category ?? "");
    return ids.filter((id) => catalog.item(id).available !== false);
  }
  /** Sub-categories of a department; departments of a search. */
  #kinds(ids: string[]): string[] {
    const { catalog } = this.store;
    const counts = new Map<string, number>();
    for (const id of ids) {
      const path = catalog.categories(id);
      const kind = this.query !== undefined ? path[0] : path[path.indexOf(this.category ?? "") + 1];
      if (kind) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
    return counts.size > 1 ? [...counts].sort((a, b) => b[1] - a[1]).map(([kind]) => kind).slice(0, 12) : [];
  }
  #slate(ids: string[]): ShelfSlate {
    const { store } = this;
    const { catalog } = store;
    const candidates = this.narrow ? ids.filter((id) => catalog.categories(id).includes(this.narrow)) : ids;
    if (candidates.length === 0) return { items: [], plain: true, seen: () => undefined };
    if (this.order === "you") return store.rank({ slot: this.query !== undefined ? "search" : "category", size: Math.min(this.limit, candidates.length), candidates });
    const price = (id: string, missing: number) => catalog.item(id).price ?? missing;
    const sorted = [...candidates];
    if (this.order === "low") sorted.sort((a, b) => price(a, Infinity) - price(b, Infinity));
    else if (this.order === "high") sorted.sort((a, b) => price(b, -1) - price(a, -1));
    else if (this.order === "new") sorted.sort((a, b) => (catalog.addedAt(b) ?? 0) - (catalog.addedAt(a) ?? 0));
    const items = store.asIs(sorted).items.slice(0, this.limit) as RankedItem[];
    return { items, plain: true, seen: () => undefined };
  }
  protected override render() {
    const words = t();
    const { catalog } = this.store;
    const ids = this.#all();
    const heading = this.query !== undefined ? words.resultsFor(this.query) : catalog.department(this.category ?? "");
    const kinds = this.#kinds(ids);
    const shown = this.narrow ? ids.filter((id) => catalog.categories(id).includes(this.narrow)).length : ids.length;
    const orders: [Order, string][] = [["you", this.store.impersonal ? words.pickedByShop : words.sortYou], ["plain", words.sortPlain], ["low", words.sortLow], ["high", words.sortHigh], ["new", words.sortNew]];
    return html`
      <nav class="crumbs" aria-label=${words.trail}><a href=${to.home}>${words.home}</a><span aria-hidden="true">/</span><span>${heading}</span></nav>
      <h1>${heading}</h1>
      <p class="note" role="status">${this.query !== undefined ? (ids.length > 0 ? words.results(shown) : words.noResults) : words.things(shown)}</p>
      ${ids.length === 0
        ? html`<div class="hero-empty">${this.query === undefined ? html`<p>${words.notFound}</p>` : nothing}<a class="button" href=${to.home}>${words.backHome}</a></div>`
        : html`
            <div class="tools">
              <div class="chips" role=${kinds.length > 0 ? "toolbar" : nothing} aria-label=${kinds.length > 0 ? words.narrow : nothing} @keydown=${rove}>
                ${kinds.length > 0 ? html`<button class="button small" tabindex=${this.narrow === "" ? 0 : -1} aria-pressed=${this.narrow === "" ? "true" : "false"} @click=${() => this.#list({ narrow: "" })}>${words.all}</button>` : nothing}
                ${kinds.map((kind) => html`<button class="button small" data-narrow=${kind} tabindex=${this.narrow === kind ? 0 : -1} aria-pressed=${this.narrow === kind ? "true" : "false"} @click=${() => this.#list({ narrow: kind })}>${catalog.word(`category:${kind}`)}</button>`)}
              </div>
              <label>${words.sort} <select data-action="sort" @change=${(e: Event) => this.#list({ order: (e.target as HTMLSelectElement).value })}>${orders.map(([value, name]) => html`<option value=${value} ?selected=${this.order === value}>${name}</option>`)}</select></label>
            </div>
            <shop-shelf eager ?switchable=${this.order === "you"} name=${this.query !== undefined ? "search" : "category"} .heading=${orders.find(([value]) => value === this.order)?.[1] ?? ""} .source=${() => this.#slate(ids)}></shop-shelf>
            ${shown > this.limit ? html`<p class="center"><button class="button" data-action="more" @click=${() => (this.#list({ limit: this.limit + STEP }), void this.keepFocus("shop-shelf"))}>${words.more}</button></p>` : nothing}
          `}
    `;
  }
}
customElements.define("page-category", PageCategory);
