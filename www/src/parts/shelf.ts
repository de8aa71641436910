// A shelf of ranked items. It re-ranks after every action, but never moves anything under the pointer or the focus:
// the new order waits until they leave. A dismissal alone takes its item away at once, leaving its place quiet.
import { css, html, nothing, type PropertyValues } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { RankedItem } from "flaneur";
import { t } from "../i18n/index.ts";
import { shared } from "../styles/shared.ts";
import type { ShelfSlate } from "../store.ts";
import { ShopElement } from "./element.ts";
import type { ShopCard } from "./card.ts";
import "./card.ts";

const SEEN_MS = 1000;
const NOTE_MS = 1500;
/** A finger is lifted before its tap becomes a click. */
const CLICK_MS = 400;

export class ShopShelf extends ShopElement {
  static override properties = {
    name: {}, optional: { type: Boolean }, switchable: { type: Boolean }, heading: {}, hint: {}, more: {}, layout: { reflect: true }, source: { attribute: false }, level: {}, eager: { type: Boolean },
    shown: { state: true }, waiting: { state: true }, away: { state: true },
  };
  /** Stable name of the shelf: its slot. */
  declare name: string;
  declare heading: string;
  declare hint: string;
  /** Address of "see all". */
  declare more: string;
  declare layout: "grid" | "row";
  /** Not shown at all when there is nothing on it. */
  declare optional: boolean;
  /** Carries the switch between the personal and the plain order, where the order is seen. */
  declare switchable: boolean;
  declare source: () => ShelfSlate;
  declare eager: boolean;
  declare shown: RankedItem[];
  declare waiting: boolean;
  /** Dismissed, but still keeping their place until the pointer leaves. */
  declare away: ReadonlySet<string>;

  #slate: ShelfSlate | undefined;
  #hover = false;
  /** Ends the hold of a finger that was lifted and did not click. */
  #lifting = 0;
  /** The focused card is leaving and the focus is on its way to what stands in its place. */
  #moving = false;
  #sight: IntersectionObserver | undefined;
  readonly #timers = new Map<Element, number>();
  /** Seen since the last note; noted together, so that one look at a shelf is one line of the log. */
  readonly #seen = new Set<string>();
  #noting = 0;
  #before: Map<string, DOMRect> | undefined;

  static override styles = [
    shared,
    css`
      :host { display: block; }
      :host([hidden]) { display: none; }
      section { position: relative; }
      header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.2rem 1rem; margin-block-end: 1rem; }
      h2 { font-size: clamp(1.35rem, 1.1rem + 1.2vw, 1.9rem); }
      header .note { flex: 1 1 12rem; }
      header a, header .link { white-space: nowrap; }
      .link[aria-pressed="true"] { font-weight: 600; }
      header a { color: var(--accent); text-underline-offset: 0.2em; display: inline-block; min-height: 24px; min-width: 24px; }
      .news { display: inline-flex; gap: 0.6em; align-items: center; font-size: 0.88rem; color: var(--sage); }
      ul.cards { display: grid; gap: clamp(1.4rem, 2.4vw, 2rem) clamp(0.8rem, 1.8vw, 1.5rem); grid-template-columns: repeat(auto-fill, minmax(min(100%, max(clamp(138px, 15vw, 180px), 8rem)), 1fr)); }
      :host([layout="row"]) ul.cards { grid-template-columns: none; grid-auto-flow: column; grid-auto-columns: min(100%, max(clamp(150px, 40vw, 200px), 9rem)); overflow-x: auto; overscroll-behavior-x: contain; overflow-anchor: none; padding: 4px 4px 12px; margin: -4px; scrollbar-width: thin; scrollbar-color: var(--strong-line) transparent; }
      .gone { display: grid; place-content: center; gap: 0.6rem; justify-items: center; height: 100%; min-height: 190px; border: 1.5px dashed var(--line); border-radius: var(--radius); color: var(--muted); }
      .empty { padding: 1.5rem; border: 1.5px dashed var(--line); border-radius: var(--radius); color: var(--muted); }
    `,
  ];

  constructor() {
    super();
    this.layout = "grid";
    this.hint = "";
    this.more = "";
    this.eager = false;
    this.optional = false;
    this.switchable = false;
    this.shown = [];
    this.waiting = false;
    this.away = new Set();
    this.addEventListener("shop-dismissing", (event) => this.#dismissing((event as CustomEvent<string>).detail));
    this.addEventListener("focusout", () => setTimeout(() => this.#released()));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#sight = new IntersectionObserver((entries) => this.#watch(entries), { threshold: 0.6 });
  }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#sight?.disconnect();
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#write();
  }

  /** The keyboard goes on from its heading. */
  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>("h2")?.focus({ preventScroll: true });
  }

  /** True while the pointer or a visible keyboard focus is among the cards. */
  #held(): boolean {
    if (this.#hover || this.#moving) return true;
    const list = this.renderRoot.querySelector("ul.cards");
    let active: Element | null | undefined = this.shadowRoot?.activeElement;
    if (!active || !list?.contains(active)) return false;
    while (active.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
    return active.matches(":focus-visible");
  }

  protected override changed(): void {
    this.#refresh();
  }
  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("source") || changed.has("name")) {
      // Another page's shelf: nothing of it is under the pointer yet.
      if (!this.hasUpdated || changed.get("name") !== undefined) this.#put(this.source());
      else this.#refresh();
    }
  }

  #refresh(): void {
    if (!this.source) return;
    const next = this.source();
    const same = next.items.length === this.shown.length && next.items.every((item, i) => item.id === this.shown[i]?.id);
    if (same || !this.#held()) {
      if (!same) this.#announce();
      this.#put(next);
    } else {
      // What was sent away elsewhere leaves here too; the rest keeps its place.
      const stays = new Set(next.items.map((item) => item.id));
      for (const item of this.shown) if (!stays.has(item.id) && this.store.isAway(item.id)) this.#dismissing(item.id);
      // Taken back: it is here again at once.
      if ([...this.away].some((id) => !this.store.isAway(id))) this.away = new Set([...this.away].filter((id) => this.store.isAway(id)));
      this.waiting = true;
      this.requestUpdate();
    }
  }
  #enter(): void {
    clearTimeout(this.#lifting);
    this.#hover = true;
  }
  #left(after: number): void {
    clearTimeout(this.#lifting);
    this.#lifting = window.setTimeout(() => ((this.#hover = false), this.#released()), after);
  }
  /** What a tap does is seen at once: no finger is on the cards any more. */
  readonly #clicked = {
    capture: true,
    handleEvent: (event: Event): void => {
      if ((event as PointerEvent).pointerType !== "touch") return;
      this.#hover = false;
      this.#left(0);
    },
  };
  #released(): void {
    if (this.waiting && this.isConnected && !this.#held()) this.#now();
  }
  #now(): void {
    this.#announce();
    this.#put(this.source());
  }
  #put(next: ShelfSlate): void {
    if (this.hasUpdated) this.#before = this.#places();
    this.#write();
    this.#slate = next;
    this.shown = next.items;
    this.away = new Set();
    this.waiting = false;
    this.requestUpdate();
  }
  /** Asked for here and by hand, so it shows at once. */
  #switch(): void {
    this.store.plain = !this.store.plain;
    this.#now();
  }
  #announce(): void {
    if (this.hasUpdated) this.dispatchEvent(new CustomEvent("shop-reordered", { detail: this.heading, bubbles: true, composed: true }));
  }
  #dismissing(id: string): void {
    if (!this.shown.some((item) => item.id === id) || !this.#held()) return;
    const focused = this.shadowRoot?.activeElement?.closest("li")?.getAttribute("data-place") === id;
    this.away = new Set([...this.away, id]);
    if (!focused) return;
    this.#moving = true;
    void this.updateComplete.then(() => {
      this.renderRoot.querySelector<HTMLElement>(`li[data-place="${CSS.escape(id)}"] button`)?.focus();
      this.#moving = false;
    });
  }

  /** Back in its old place, with the focus: a new order may come once they leave. */
  #takeBack(id: string): void {
    this.#moving = true;
    this.store.takeBack(id);
    void this.updateComplete.then(async () => {
      const card = this.renderRoot.querySelector<ShopCard>(`li[data-item="${CSS.escape(id)}"] shop-card`);
      await card?.updateComplete;
      card?.renderRoot.querySelector<HTMLElement>('[data-action="dismiss"]')?.focus();
      this.#moving = false;
    });
  }

  // ---- gentle movement (none when the shopper asked for less)

  #places(): Map<string, DOMRect> {
    return new Map([...this.renderRoot.querySelectorAll<HTMLElement>("li[data-place]")].map((li) => [li.dataset["place"] ?? "", li.getBoundingClientRect()]));
  }
  protected override updated(): void {
    const before = this.#before;
    this.#before = undefined;
    this.hidden = this.optional && this.shown.length === 0;
    this.#sight?.disconnect();
    const places = this.renderRoot.querySelectorAll<HTMLElement>("li[data-place]");
    for (const li of places) this.#sight?.observe(li);
    if (!before || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    for (const li of places) {
      const old = before.get(li.dataset["place"] ?? "");
      const now = li.getBoundingClientRect();
      if (!old) li.animate([{ opacity: 0 }, { opacity: 1 }], { duration: 320, easing: "ease-out" });
      else if (old.left !== now.left || old.top !== now.top) {
        li.animate([{ transform: `translate(${old.left - now.left}px, ${old.top - now.top}px)` }, { transform: "none" }], { duration: 420, easing: "cubic-bezier(.2,.7,.2,1)" });
      }
    }
  }

  // ---- impressions: what stayed in view for a second was seen

  #watch(entries: IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      const timer = this.#timers.get(target);
      if (timer !== undefined) clearTimeout(timer);
      this.#timers.delete(target);
      const id = (target as HTMLElement).dataset["place"];
      if (isIntersecting && id) this.#timers.set(target, window.setTimeout(() => this.#note(id), SEEN_MS));
    }
  }
  #note(id: string): void {
    if (this.store.covered) return;
    this.#seen.add(id);
    clearTimeout(this.#noting);
    this.#noting = window.setTimeout(() => this.#write(), NOTE_MS);
  }
  #write(): void {
    clearTimeout(this.#noting);
    const ids = [...this.#seen];
    this.#seen.clear();
    if (ids.length > 0) this.#slate?.seen(ids);
  }

  /** A way past the cards for the keyboard: from the start of the shelf to its end, and back. */
  #skip(action: string, label: string, to: string) {
    return html`<button class="button skip" data-action=${action} @click=${() => this.renderRoot.querySelector<HTMLElement>(`[data-action="${to}"]`)?.focus()}>${label}</button>`;
  }
  protected override render() {
    const words = t();
    const plain = this.#slate?.plain ?? true;
    return html`
      <section data-shelf=${this.name} aria-label=${this.heading}>
        <header>
          <h2 tabindex="-1">${this.heading}</h2>
          ${this.hint ? html`<span class="note">${this.hint}</span>` : nothing}
          ${this.waiting ? html`<span class="news">${words.waiting} <button class="link" data-action="refresh-shelf" @click=${() => this.#now()}>${words.showNow}</button></span>` : nothing}
          ${this.switchable && (this.store.plain || !plain) ? html`<button class="link" data-action="plain-here" aria-pressed=${this.store.plain ? "true" : "false"} @click=${() => this.#switch()}>${words.plainTitle}</button>` : nothing}
          ${this.more ? html`<a href=${this.more} aria-label=${words.seeAll(this.heading)}>${words.all}</a>` : nothing}
        </header>
        ${this.#skip("skip-shelf", words.skipShelf, "shelf-start")}
        ${this.shown.length === 0
          ? html`<p class="empty">${words.empty}</p>`
          : html`<ul class="cards" @pointerenter=${() => this.#enter()} @pointerleave=${(e: PointerEvent) => this.#left(e.pointerType === "touch" ? CLICK_MS : 0)} @click=${this.#clicked}>
              ${repeat(
                this.shown,
                (item) => item.id,
                (item, i) =>
                  this.away.has(item.id)
                    ? html`<li data-place=${item.id}><div class="gone"><span>${words.gone}</span><button class="button small" data-action="undo" @click=${() => this.#takeBack(item.id)}>${words.undo}</button></div></li>`
                    : html`<li data-place=${item.id} data-item=${item.id} ?data-discovery=${item.discovery}>
                        <shop-card .ranked=${item} ?plain=${plain} ?eager=${this.eager && i < 6}></shop-card>
                      </li>`,
              )}
            </ul>`}
        ${this.#skip("shelf-start", words.shelfStart, "skip-shelf")}
      </section>
    `;
  }
}
customElements.define("shop-shelf", ShopShelf);
