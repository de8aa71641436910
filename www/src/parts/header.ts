// The head of every page: the name, the departments, search, language, colours, basket, and "my shop".
import { css, html } from "lit";
import { language, setLanguage, t } from "../i18n/index.ts";
import { to, type Route } from "../router.ts";
import { shared } from "../styles/shared.ts";
import { setTheme, theme } from "../theme.ts";
import { ShopElement } from "./element.ts";
import { icon } from "./icons.ts";

export class ShopHeader extends ShopElement {
  static override properties = { route: { attribute: false } };
  declare route: Route;
  static override styles = [
    shared,
    css`
      :host { display: block; border-block-end: 1px solid var(--line); background: var(--paper); }
      .bar { width: var(--page); margin-inline: auto; display: grid; grid-template-columns: auto minmax(0, 1fr) auto; gap: 0.6rem 1.4rem; align-items: center; padding-block: 0.9rem 0.6rem; }
      .name { font: 500 1.75rem/1 var(--display); letter-spacing: -0.02em; text-decoration: none; display: inline-flex; gap: 0.3em; align-items: center; min-height: 44px; }
      .name svg { color: var(--accent); width: 1.05em; height: 1.05em; }
      form { display: flex; max-width: 26rem; width: 100%; justify-self: end; position: relative; }
      form input { width: 100%; padding-inline-end: 48px; }
      form button { position: absolute; inset-inline-end: 4px; inset-block-start: 4px; background: none; }
      .tools { display: flex; gap: 0.35rem; align-items: center; }
      .plain { border: 0; background: none; min-width: 40px; height: 40px; display: inline-grid; place-items: center; border-radius: 999px; padding: 0 0.6em; position: relative; text-decoration: none; font-size: 0.92rem; }
      .plain:hover { background: var(--sunken); }
      .badge { position: absolute; inset-block-start: 0; inset-inline-end: 0; min-width: 20px; height: 20px; border-radius: 999px; background: var(--accent); color: var(--accent-ink); font: 600 0.75rem/20px var(--text); text-align: center; padding-inline: 5px; }
      @media (forced-colors: active) { .badge { forced-color-adjust: none; background: CanvasText; color: Canvas; } }
      nav { width: var(--page); margin-inline: auto; overflow-x: auto; scrollbar-width: none; }
      nav ul { display: flex; gap: 0.2rem 1.25rem; padding-block: 0.15rem 0.75rem; width: max-content; }
      nav a { text-decoration: none; font-size: 0.94rem; white-space: nowrap; min-height: 26px; display: inline-block; border-block-end: 2px solid transparent; color: var(--muted); }
      nav a:hover, nav a[aria-current="page"] { color: var(--ink); border-color: var(--accent); }
      @media (min-width: 761px) { nav ul { flex-wrap: wrap; width: auto; } }
      @media (max-width: 760px) { .bar { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0.5rem; } form { order: 1; max-width: none; } .tools { flex-wrap: wrap; } .label { display: none; } .tools .button { padding-inline: 0.8em; } }
      @media (max-width: 420px) { .name { font-size: 1.4rem; } .plain { min-width: 34px; padding: 0 0.3em; } .tools { gap: 0.1rem; } }
    `,
  ];
  #language(): void {
    const next = language() === "fr" ? "en" : "fr";
    setLanguage(next);
    const address = new URL(location.href);
    address.searchParams.set("lang", next);
    history.replaceState(history.state, "", address);
    this.store.redraw();
  }
  #search(event: SubmitEvent): void {
    event.preventDefault();
    const query = new FormData(event.target as HTMLFormElement).get("q");
    if (typeof query === "string" && query.trim()) location.hash = to.search(query.trim());
  }
  protected override render() {
    const words = t();
    const { catalog, basketCount } = this.store;
    const dark = theme() === "dark";
    const other = language() === "fr" ? "en" : "fr";
    const here = this.route.page === "category" ? this.route.category : undefined;
    return html`
      <header>
        <div class="bar">
          <a class="name" href=${to.home} aria-label="${words.shopName}, ${words.home}">${icon("arch")}<span>${words.shopName}</span></a>
          <form role="search" @submit=${(e: SubmitEvent) => this.#search(e)}>
            <input type="search" name="q" aria-label=${words.search} placeholder=${words.search} autocomplete="off" .value=${this.route.page === "search" ? this.route.query : ""} />
            <button class="round" aria-label=${words.searchButton}>${icon("search")}</button>
          </form>
          <div class="tools">
            <button class="plain" data-action="language" lang=${other} aria-label="${other.toUpperCase()}, ${words.otherLanguage}" title=${words.otherLanguage} @click=${() => this.#language()}>${other.toUpperCase()}</button>
            <button class="plain" data-action="theme" aria-label=${dark ? words.toLight : words.toDark} title=${dark ? words.toLight : words.toDark} @click=${() => (setTheme(dark ? "light" : "dark"), this.requestUpdate())}>${icon(dark ? "sun" : "moon")}</button>
            <a class="plain" href=${to.basket} data-action="open-basket" aria-label=${words.basketCount(basketCount)} title=${words.basket}>${icon("bag")}${basketCount > 0 ? html`<span class="badge" data-basket-count=${basketCount}>${basketCount}</span>` : ""}</a>
            <button class="button" data-action="panel" aria-haspopup="dialog" aria-label="${words.myShop}${words.colon}${words.myShopHint}" @click=${() => this.openPanel("controls")}>${icon("arch")}<span class="label">${words.myShop}</span></button>
          </div>
        </div>
        <nav aria-label=${words.navigation}>
          <ul>
            ${catalog.departments.slice(0, 24).map(({ token }) => html`<li><a href=${to.category(token)} aria-current=${here === token ? "page" : "false"}>${catalog.department(token)}</a></li>`)}
          </ul>
        </nav>
        <button class="button skip" data-action="to-tools" @click=${() => this.renderRoot.querySelector<HTMLElement>('[data-action="panel"]')?.focus()}>${words.skipToTools}</button>
      </header>
    `;
  }
}
customElements.define("shop-header", ShopHeader);
