// The shop around its pages: header, main, footer, drawer, messages, and the live region.
import { css, html, nothing } from "lit";
import type { RankedItem } from "flaneur";
import { list, t } from "./i18n/index.ts";
import { mark, route, type Place, type Route } from "./router.ts";
import { ShopElement, type Toast } from "./parts/element.ts";
import { shared } from "./styles/shared.ts";
import "./pages/basket.ts";
import "./pages/category.ts";
import "./pages/dial.ts";
import "./pages/home.ts";
import "./pages/item.ts";
import "./pages/merchant.ts";
import "./pages/privacy.ts";
import type { ShopConsent } from "./parts/consent.ts";
import "./parts/consent.ts";
import "./parts/header.ts";
import type { Opening, ShopPanel } from "./parts/panel.ts";
import "./parts/panel.ts";
import type { ShopToast } from "./parts/toast.ts";
import "./parts/toast.ts";
import type { ShopWhy } from "./parts/why.ts";
import "./parts/why.ts";
import { requests } from "./parts/engine-room.ts";
import { operatorOrigins } from "./questions.ts";
import { to } from "./router.ts";

/** A page that has not moved for so long stands where it was left, for a reload, in milliseconds. Older WebKit refuses more than 100 writes in 30 seconds. */
const REST_MS = 400;

export class ShopApp extends ShopElement {
  static override properties = { route: { state: true }, said: { state: true } };
  declare route: Route;
  /** What the live region says. */
  declare said: string;
  readonly #reordered = new Set<string>();
  #timer = 0;
  /** How far down each page was left, by the mark of its place in the history. */
  readonly #left = new Map<number, number>();
  #here = mark();
  #resting = 0;
  static override styles = [
    shared,
    css`
      :host { display: flex; flex-direction: column; min-height: 100vh; }
      main { flex: 1; padding-block-end: 5rem; }
      main:focus { outline: none; }
      footer { border-block-start: 1px solid var(--line); background: var(--sunken); }
      footer > div { width: var(--page); margin-inline: auto; padding-block: 2rem 2.4rem; display: flex; flex-wrap: wrap; gap: 0.8rem 2rem; justify-content: space-between; align-items: center; }
      @media (max-width: 720px) { footer > div { flex-direction: column; align-items: flex-start; } }
    `,
  ];
  constructor() {
    super();
    this.route = route();
    this.said = "";
    addEventListener("hashchange", () => this.#go());
    addEventListener("scroll", () => {
      clearTimeout(this.#resting);
      this.#resting = window.setTimeout(() => history.replaceState({ ...history.state, top: scrollY }, ""), REST_MS);
    }, { passive: true });
    this.#scroll((history.state as Place).top ?? 0);
    this.addEventListener("shop-toast", (e) => this.renderRoot.querySelector<ShopToast>(this.#open("shop-panel") ? "shop-panel shop-toast-bar" : ".page-toast")?.show((e as CustomEvent<Toast>).detail));
    this.addEventListener("shop-panel", (e) => (this.renderRoot.querySelector<ShopToast>(".page-toast")?.hide(), this.renderRoot.querySelector<ShopPanel>("shop-panel")?.show((e as CustomEvent<Opening>).detail)));
    this.addEventListener("shop-why", (e) => this.renderRoot.querySelector<ShopWhy>("shop-why")?.show((e as CustomEvent<RankedItem>).detail));
    this.addEventListener("shop-answered", () => void this.keepFocus("main"));
    this.addEventListener("shop-reordered", (e) => this.#announce((e as CustomEvent<string>).detail));
    requests.known = operatorOrigins(this.store.questions);
    requests.watch(() => undefined);
  }
  #open(name: "shop-panel"): boolean {
    return this.renderRoot.querySelector<ShopPanel>(name)?.open === true;
  }
  /** Once everything is drawn. */
  #scroll(top: number): void {
    void this.updateComplete.then(() => requestAnimationFrame(() => scrollTo({ top, behavior: "instant" })));
  }
  #go(): void {
    const before = this.route;
    this.route = route();
    clearTimeout(this.#resting);
    this.#left.set(this.#here, scrollY);
    this.#here = mark();
    this.renderRoot.querySelector<ShopPanel>("shop-panel")?.hide();
    this.renderRoot.querySelector<ShopWhy>("shop-why")?.hide();
    if (JSON.stringify(before) === JSON.stringify(this.route)) return;
    // Back to where a page was left; a new one begins at its top.
    this.#scroll(this.#left.get(this.#here) ?? (history.state as Place).top ?? 0);
    // The keyboard and the screen reader follow to the new page.
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>("main")?.focus({ preventScroll: true }));
  }
  #announce(heading: string): void {
    this.#reordered.add(heading);
    this.said = ""; // the same words again would be no news
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => {
      this.said = t().reordered(list([...this.#reordered]));
      this.#reordered.clear();
    }, 600);
  }
  protected override updated(): void {
    const words = t();
    const { catalog } = this.store;
    const name = ((here: Route): string => {
      switch (here.page) {
        case "item": return catalog.items.has(here.id) ? catalog.title(here.id) : words.notFound;
        case "missing": return words.notFound;
        case "category": return catalog.department(here.category);
        case "search": return words.resultsFor(here.query);
        case "basket": return words.basket;
        case "dial": return words.dialTitle;
        case "privacy": return words.privacy.title;
        case "merchant": return words.privacy.merchantTitle;
        case "playground": return words.playground.title;
        case "studio": return words.studio.title;
        default: return "";
      }
    })(this.route);
    document.title = name ? `${name} · ${words.shopName}` : words.shopName;
  }
  #page() {
    switch (this.route.page) {
      case "home": return html`<page-home></page-home>`;
      case "dial": return html`<page-dial class="page"></page-dial>`;
      case "privacy": return html`<page-privacy></page-privacy>`;
      case "merchant": return html`<page-merchant></page-merchant>`;
      case "playground":
        // Fetched when it is asked for: no shopper needs it.
        import("./pages/playground.ts").catch(() => this.toast({ text: t().failed }));
        return html`<page-playground></page-playground>`;
      case "studio":
        // Fetched when it is asked for: no shopper needs it.
        import("./pages/studio.ts").catch(() => this.toast({ text: t().failed }));
        return html`<page-studio></page-studio>`;
      case "category": return html`<page-category .category=${this.route.category}></page-category>`;
      case "search": return html`<page-category .query=${this.route.query}></page-category>`;
      case "item": return html`<page-item .item=${this.route.id}></page-item>`;
      case "basket": return html`<page-basket></page-basket>`;
      case "missing": return html`<page-item item=""></page-item>`;
    }
  }
  protected override render() {
    const words = t();
    return html`
      <button class="button skip" data-action="skip" @click=${() => this.renderRoot.querySelector<HTMLElement>("main")?.focus()}>${words.skip}</button>
      ${this.store.asked ? nothing : html`<button class="button skip" data-action="skip-consent" @click=${() => this.renderRoot.querySelector<ShopConsent>("shop-consent")?.focus()}>${words.skipToConsent}</button>`}
      <shop-header .route=${this.route}></shop-header>
      <main tabindex="-1">${this.#page()}</main>
      <footer>
        <div>
          <p class="note">${words.footer}</p>
          <button class="link" data-action="panel-engine" @click=${() => this.openPanel("engine")}>${words.engineTitle}</button>
          <button class="link" data-action="panel-forget" @click=${() => this.openPanel("forget")}>${words.eraseButton}</button>
          <a href=${to.privacy} data-action="privacy">${words.privacy.link}</a>
          <a href=${to.playground} data-action="playground">${words.playground.title}</a>
          <a href=${to.home}>${words.home}</a>
        </div>
      </footer>
      ${this.store.asked ? nothing : html`<shop-consent></shop-consent>`}
      <shop-panel><shop-toast-bar></shop-toast-bar></shop-panel>
      <shop-why></shop-why>
      <shop-toast-bar class="page-toast"></shop-toast-bar>
      <p class="unseen" aria-live="polite" data-live>${this.said}</p>
    `;
  }
}
customElements.define("shop-app", ShopApp);
