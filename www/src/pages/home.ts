// The entrance: a hero, the personal shelf, discoveries, what was just looked at, and a shelf per department.
import { css, html, nothing } from "lit";
import { t } from "../i18n/index.ts";
import { to } from "../router.ts";
import { page } from "../styles/page.ts";
import { shared } from "../styles/shared.ts";
import type { ShelfSlate } from "../store.ts";
import { ShopElement } from "../parts/element.ts";
import type { ShopShelf } from "../parts/shelf.ts";
import "../parts/shelf.ts";
import "../parts/strip.ts";
import { HOME } from "../parts/whether.ts";

const DISCOVER = 8, RECENT = 10, DEPARTMENTS = 3;

export class PageHome extends ShopElement {
  /** Chosen when the page opens and kept: a page must not rearrange its own sections under the reader. */
  #departments: string[] = [];
  #hero: string[] = [];
  static override styles = [
    shared,
    page,
    css`
      .hero { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: clamp(1.5rem, 4vw, 3.4rem); align-items: center; padding-block: clamp(1.6rem, 4vw, 3.4rem) clamp(2rem, 5vw, 4rem); }
      .hero h1 { font-size: clamp(2.1rem, 1.2rem + 3.6vw, 3.7rem); line-height: 1.06; }
      .hero p { font-size: clamp(1.02rem, 0.95rem + 0.4vw, 1.2rem); color: var(--muted); margin-block: 1.3rem 1.7rem; max-width: 34em; }
      .buttons { display: flex; flex-wrap: wrap; gap: 0.7rem; }
      .arches { display: grid; grid-template-columns: repeat(3, 1fr); gap: clamp(8px, 1.4vw, 16px); align-items: end; }
      .arches a { display: block; overflow: hidden; border-radius: 999px 999px 14px 14px; }
      .arches a:nth-child(2) { margin-block-end: 2.2rem; } .arches a:nth-child(3) { margin-block-end: 0.9rem; }
      .arches shop-picture { aspect-ratio: 5 / 8; }
      .doors { display: grid; gap: 0.7rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 11.9rem), 1fr)); }
      .doors a { display: grid; grid-template-columns: 52px 1fr; gap: 0.8rem; align-items: center; text-decoration: none; padding: 0.5rem; border-radius: var(--radius); border: 1px solid var(--line); background: var(--surface); }
      .doors a:hover { border-color: var(--strong-line); }
      .doors shop-picture { border-radius: 9px; }
      .doors small { display: block; color: var(--muted); }
      h2 { font-size: clamp(1.35rem, 1.1rem + 1.2vw, 1.9rem); margin-block-end: 1rem; }
      @media (max-width: 760px) { .hero { grid-template-columns: minmax(0, 1fr); } .arches { max-width: 460px; } }
    `,
  ];
  override connectedCallback(): void {
    super.connectedCallback();
    const { store } = this;
    const { catalog } = store;
    const slate = store.rank({ slot: "home", size: 48 }).items.map(({ id }) => id).filter((id) => catalog.isProduct(id));
    const seen = new Set<string>();
    for (const id of slate) {
      const token = catalog.categories(id)[0] ?? "";
      if (!seen.has(token) && this.#hero.length < 3) this.#hero.push(id);
      seen.add(token);
    }
    this.#departments = [...new Set([...seen, ...catalog.departments.map((d) => d.token)])].slice(0, DEPARTMENTS);
  }
  /** Things off the path: only the discoveries of an adventurous slate, none of the shelf above. */
  #discoveries(): ShelfSlate {
    const { store } = this;
    const exclude = store.rank(HOME).items.map(({ id }) => id);
    const slate = store.rank({ slot: "discover", size: DISCOVER * 2, surprise: 1, exclude });
    return { ...slate, items: slate.plain ? [] : slate.items.filter((item) => item.discovery).slice(0, DISCOVER) };
  }
  #start(): void {
    const shelf = this.renderRoot.querySelector<ShopShelf>("shop-shelf");
    shelf?.scrollIntoView({ behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    shelf?.focus();
  }
  #recent(): string[] {
    const { store } = this;
    return store.impersonal ? [] : store.inspect().session.filter((id) => store.catalog.items.has(id)).slice(0, RECENT);
  }
  protected override render() {
    const words = t();
    const { store } = this;
    const { catalog } = store;
    const plain = store.impersonal;
    return html`
      <section class="hero">
        <div>
          <h1>${words.heroTitle}</h1>
          <p>${words.heroText}</p>
          <div class="buttons">
            <button class="button main" data-action="start" @click=${() => this.#start()}>${words.heroStart}</button>
            <button class="button" data-action="panel-knows" @click=${() => this.openPanel("knows")}>${words.heroKnow}</button>
          </div>
        </div>
        <div class="arches">${this.#hero.map((id) => html`<a href=${to.item(id)}><shop-picture .item=${id} alt=${catalog.title(id)} eager></shop-picture></a>`)}</div>
      </section>
      <div class="stack">
        ${plain ? nothing : html`<shop-strip></shop-strip>`}
        <shop-shelf name="home" eager switchable .heading=${plain ? words.forYouPlain : words.forYou} .hint=${plain ? words.pickedByShop : words.forYouHint} .source=${() => store.rank(HOME)}></shop-shelf>
        ${this.#recent().length > 1 ? html`<shop-shelf name="recent" layout="row" .heading=${words.keepLooking} .hint=${words.keepLookingHint} .source=${() => store.asIs(this.#recent())}></shop-shelf>` : nothing}
        ${plain ? nothing : html`<shop-shelf name="discover" optional layout="row" .heading=${words.discover} .hint=${words.discoverHint} .source=${() => this.#discoveries()}></shop-shelf>`}
        ${this.#departments.map((token) => html`<shop-shelf name=${`category:${token}`} layout="row" .heading=${catalog.department(token)} .more=${to.category(token)} .source=${() => store.rank({ slot: `category:${token}`, size: 10, candidates: catalog.idsOf(token) })}></shop-shelf>`)}
        <section aria-labelledby="doors">
          <h2 id="doors">${words.departments}</h2>
          <div class="doors">
            ${catalog.departments.slice(0, 40).map(({ token, ids }) => html`<a href=${to.category(token)}><shop-picture .item=${ids[0] ?? ""}></shop-picture><span>${catalog.department(token)}<small>${words.things(ids.length)}</small></span></a>`)}
          </div>
        </section>
      </div>
    `;
  }
}
customElements.define("page-home", PageHome);
