/**
 * `<flaneur-shelf name="home" size="8" heading="For you">`: a live list with the shopper's say on it.
 *
 * Attributes: `name` (the slot), `size`, `heading`, `like` (ids, separated by spaces).
 * Property `request`: anything else of a request. Slots: `heading`; `item-<id>` for a card of the
 * shop's own. Parts: `heading`, `controls`, `list`, `item`, `link`, `image`, `title`, `price`,
 * `actions`, `badge`. Events: `flaneur-shown` with the slate.
 *
 * The items never wait for words: until those are fetched the list stands without its controls.
 * Nothing moves under the pointer or the focus. What is sent away goes at once and can be taken
 * back as long as its place stays.
 */

import { css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { report } from "../errors.js";
import { said } from "../request.js";
import { Shelf } from "../shelf.js";
import { watch } from "../sight.js";
import type { Flaneur, Item, RankRequest, RankedItem, Slate } from "../types.js";
import { FlaneurElement, eventId, quietly } from "./base.js";
import type { FlaneurCentre } from "./centre.js";
import type { Words } from "./en.js";
import { LABELS } from "./labels.js";
import type { FlaneurWhy } from "./why.js";

const NAME = "home";
const SIZE = 8;
/** After this the shelf has let go of what left it. */
const LEFT_MS = 500;
/** How long the place of something sent away stays, at least, in milliseconds. */
const UNDO_MS = 10_000;

interface Gone {
  position: number;
  item: Item;
  /** The events that sent it, and what it was like, away. */
  events: string[];
  scopes: string[];
  until: number;
}

export class FlaneurShelf extends FlaneurElement {
  static override properties = {
    name: {}, size: { type: Number }, heading: {}, like: {}, request: { attribute: false },
    sure: { state: true },
  };
  declare name: string;
  declare size: number;
  declare heading: string;
  declare like: string;
  declare request: Partial<RankRequest>;
  declare sure: boolean;

  #shelf: Shelf | undefined;
  /** One for its life, also where the page moves it: it would come with another order. */
  readonly #seed = Math.floor(Math.random() * 2 ** 32);
  /** What was asked last, in JSON. */
  #asked = "";
  #slate: Slate | undefined;
  #unwatch: (() => void) | undefined;
  #gone = new Map<string, Gone>();

  static override styles = [
    FlaneurElement.styles,
    css`
      header { display: flex; flex-wrap: wrap; gap: 0.2em 1em; align-items: baseline; margin-block-end: 0.6em; }
      ul.items { display: grid; gap: var(--flaneur-gap, 1em); grid-template-columns: repeat(auto-fill, minmax(min(100%, var(--flaneur-card, 10rem)), 1fr)); }
      .card { display: grid; gap: 0.25em; align-content: start; min-width: 0; }
      .card img { width: 100%; aspect-ratio: 1; object-fit: cover; display: block; }
      .gone { border: 1px dashed var(--flaneur-line, GrayText); border-radius: var(--flaneur-radius, 6px); padding: 0.6em; }
      footer { margin-block-start: 0.8em; }
    `,
  ];

  constructor() {
    super();
    this.name = NAME;
    this.size = SIZE;
    this.heading = "";
    this.like = "";
    this.request = {};
    this.sure = false;
    const hold = (type: string, by: "pointer" | "focus", held: boolean): void =>
      this.addEventListener(type, () => {
        this.#shelf?.hold(by, held);
        if (!held) setTimeout(() => this.#put(), LEFT_MS);
      });
    hold("pointerenter", "pointer", true);
    hold("pointerleave", "pointer", false);
    hold("focusin", "focus", true);
    hold("focusout", "focus", false);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#close();
  }

  protected override clear(): void {
    this.#close();
    this.#gone.clear();
  }

  /** Ranks again at once, even under the pointer. */
  refresh(): void {
    const shelf = this.#shelf;
    if (!shelf) return;
    shelf.request = this.#request();
    shelf.refresh(true);
  }

  #request(): RankRequest {
    // A framework takes an attribute away, or sets a property to nothing, while what it binds is not there; and to a
    // text, where a template has `size="8"`.
    this.name ??= NAME;
    const like = (this.like ?? "").split(" ").filter(Boolean);
    return { slot: this.name, seed: this.#seed, size: +(this.size ?? SIZE), ...(like.length > 0 && { like }), ...said({ ...this.request }) };
  }

  #close(): void {
    this.#unwatch?.();
    this.#unwatch = undefined;
    this.#shelf?.close();
    this.#shelf = undefined;
    this.#slate = undefined;
  }

  /** A request that is wrong is told; what can be drawn without it is drawn. */
  protected override willUpdate(): void {
    try {
      this.#follow();
    } catch (e) {
      report(e);
    }
  }

  /** Not before an update: what a page says right after it put the element there is of the first request. */
  #follow(): void {
    const { shop } = this;
    if (!shop || !this.isConnected) return;
    const before = this.#asked;
    this.#asked = JSON.stringify(this.#request()); // a framework sets an equal request at each of its drawings
    if (this.#shelf) {
      if (this.#asked !== before) this.refresh();
      return;
    }
    this.#shelf = new Shelf(shop, this.#request(), () => this.#put());
    this.#put();
  }

  #put(): void {
    const held = this.#shelf?.held;
    for (const [id, gone] of this.#gone) if (!held && Date.now() > gone.until) this.#gone.delete(id);
    this.requestUpdate();
  }

  /** Watches the cards, once they are there. */
  protected override updated(): void {
    const slate = this.#shelf?.view.slate;
    if (!slate || slate === this.#slate) return;
    this.#slate = slate;
    this.#unwatch?.();
    this.#unwatch = watch(slate, [...this.renderRoot.querySelectorAll("[data-item]")].map((card) => [card.getAttribute("data-item")!, card] as const));
    this.dispatchEvent(new CustomEvent("flaneur-shown", { detail: slate, bubbles: true, composed: true }));
  }

  // — what the shopper says —

  async #sendAway(id: string): Promise<void> {
    const event = eventId();
    const position = this.#items().indexOf(id);
    this.#gone.set(id, { position, item: this.item(id), events: [event], scopes: [], until: Date.now() + UNDO_MS });
    this.shop?.observe({ type: "dismiss", item: id, id: event, slot: this.name });
    this.say(this.words.taken(this.title_(id)));
    const { slate, waiting } = this.#shelf!.view;
    // At once, even under the pointer: the shopper sent it away.
    this.#shelf!.put({ ...slate, items: slate.items.filter((entry) => entry.id !== id) }, waiting);
    setTimeout(() => this.#put(), UNDO_MS + 50);
    await this.updateComplete;
    this.#undoOf(id)?.focus();
  }

  #widen(id: string, gone: Gone, attribute: string): void {
    const event = eventId();
    gone.events.push(event);
    gone.scopes.push(attribute);
    gone.until = Date.now() + UNDO_MS;
    this.shop?.observe({ type: "mute", attribute, id: event });
    this.say(this.words.alsoAway(this.trait(attribute)));
    this.requestUpdate();
    this.#undoOf(id)?.focus();
  }

  /** Its place's way back. */
  #undoOf(id: string): HTMLElement | null {
    return this.renderRoot.querySelector(`[data-gone="${CSS.escape(id)}"] button`);
  }

  async #takeBack(id: string): Promise<void> {
    for (const event of this.#gone.get(id)?.events ?? []) this.shop?.profile.forget({ event });
    this.#gone.delete(id);
    this.say(this.words.forgotten);
    this.refresh();
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(`[data-item="${CSS.escape(id)}"] button`)?.focus();
  }

  /** The traits of an item that can be sent away with it. */
  #scopes({ brand, category, attributes }: Item): string[] {
    const colour = attributes?.["colour"] ?? attributes?.["color"];
    return [
      ...(brand ? [`brand:${brand}`] : []),
      ...[[category].flat().at(-1)].flatMap((level) => (level ? [`category:${level}`] : [])),
      ...(typeof colour === "string" ? [`${attributes?.["colour"] === undefined ? "color" : "colour"}:${colour}`] : []),
    ];
  }

  // — what is shown —

  /** Whether what is sent away would be noted: nothing is promised that would not hold. */
  get #notes(): boolean {
    return this.shop?.consent.gates.learn === true && this.shop.status.engine !== "passthrough";
  }

  /** The ids of the slate with what was sent away in its old place. */
  #items(): string[] {
    const ids = (this.#shelf?.view.slate.items ?? []).map(({ id }) => id).filter((id) => !this.#gone.has(id));
    for (const [id, { position }] of [...this.#gone].sort(([, a], [, b]) => a.position - b.position)) ids.splice(position, 0, id);
    return ids;
  }

  /** The same nodes with words and without, so that nothing is drawn, loaded or watched anew when they come. */
  protected override draw(shop: Flaneur, words?: Words): TemplateResult {
    const view = this.#shelf?.view;
    const ranked = new Map(view?.slate.items.map((item) => [item.id, item]));
    const { learn, rank } = shop.consent.gates;
    const works = shop.status.engine !== "passthrough";
    return html`
      <header>
        <h2 part="heading"><slot name="heading" lang=${this.heading ? this.foreign : nothing}>${this.heading || (works && rank ? words?.arranged : words?.own)}</slot></h2>
        ${words && view?.waiting ? html`<button data-act="now" @click=${() => this.refresh()}>${words.waiting}</button>` : nothing}
      </header>
      ${words && ranked.size + this.#gone.size === 0 ? html`<p>${words.empty}</p>` : nothing}
      <ul class="items" part="list">
        ${repeat(this.#items(), (id) => id, (id) => {
          const gone = this.#gone.get(id);
          const item = ranked.get(id);
          return gone ? words && this.#goneCard(id, gone, words) : item ? this.#card(item, words) : nothing;
        })}
      </ul>
      ${words && html`
        <footer class="row" part="controls">
          ${works ? html`<button class="bare" data-act="order" @click=${() => this.move(shop, "rank", !rank)}>${rank ? words.plain : words.personal}</button>` : nothing}
          <button class="bare" data-act="pause" @click=${() => this.move(shop, "learn", !learn)}>${learn ? words.pause : words.resume}</button>
          <button class="bare" data-act="centre" @click=${() => this.renderRoot.querySelector<FlaneurCentre>("flaneur-centre")?.show()}>${words.centre}</button>
          ${this.sure
            ? html`<button data-act="erase-yes" @click=${() => this.#erase(shop)}>${words.eraseSure}</button><button data-act="erase-no" @click=${() => (this.sure = false)}>${words.eraseNo}</button>`
            : html`<button class="bare" data-act="erase" @click=${() => (this.sure = true)}>${words.erase}</button>`}
        </footer>
        <p role="status">${this.said}</p>
        <flaneur-why></flaneur-why>
        <flaneur-centre slot-name=${this.name}></flaneur-centre>
      `}
    `;
  }

  protected override drawWordless(): TemplateResult {
    return this.draw(this.shop!);
  }

  #erase(shop: Flaneur): void {
    this.sure = false;
    this.#gone.clear();
    quietly(shop.profile.erase().then(() => this.say(this.words.erased)));
  }

  /** What the shop's callback gives may come from JSON, whose nothing is `null`. */
  #card(ranked: RankedItem, words?: Words): TemplateResult {
    const { id } = ranked;
    const labels = words ?? LABELS[this.language];
    const item = this.item(id);
    const title = item.title || id;
    const link = linkOf(item.url);
    const { price, currency } = item;
    const chose = ({ button }: MouseEvent): void => void (button < 2 && this.#chose(id)); // the wheel opens another tab
    const inside = html`${item.image ? html`<img part="image" src=${item.image} alt="" loading="lazy" />` : nothing}<bdi part="title">${title}</bdi>`;
    return html`<li data-item=${id} part="item">
      <div class="card">
        <slot name=${`item-${id}`} lang=${this.foreign}>
          ${link ? html`<a part="link" href=${link} @click=${chose} @auxclick=${chose}>${inside}</a>` : inside}
          ${price == null ? nothing : html`<span part="price">${this.format(price, currency ? { style: "currency", currency } : {})}</span>`}
        </slot>
        ${ranked.discovery ? html`<span class="badge" part="badge">${labels.discovery}</span>` : nothing}
        ${/^true$/i.test(String(item.attributes?.["sponsored"])) ? html`<span class="badge" part="badge" data-sponsored>${labels.sponsored}</span>` : nothing}
        ${words && this.#actions(ranked, title, words)}
      </div>
    </li>`;
  }

  #actions(ranked: RankedItem, title: string, words: Words): TemplateResult {
    return html`<div class="row" part="actions">
      <button class="bare" data-act="why" aria-label=${words.whyFor(title)} @click=${() => this.renderRoot.querySelector<FlaneurWhy>("flaneur-why")?.show(ranked)}>${words.why}</button>
      ${this.#notes ? html`<button class="bare" data-act="away" aria-label=${words.awayFor(title)} @click=${() => quietly(this.#sendAway(ranked.id))}>${words.away}</button>` : nothing}
    </div>`;
  }

  #goneCard(id: string, gone: Gone, words: Words): TemplateResult {
    const left = this.#notes ? this.#scopes(gone.item).filter((scope) => !gone.scopes.includes(scope)) : [];
    return html`<li data-gone=${id} part="item">
      <div class="card gone">
        <p>${words.taken(gone.item.title || id)}</p>
        <button data-act="undo" @click=${() => quietly(this.#takeBack(id))}>${words.undo}</button>
        ${left.map((scope) => html`<button data-act="widen" data-scope=${scope} @click=${() => this.#widen(id, gone, scope)}>${words.alsoAway(this.trait(scope))}</button>`)}
      </div>
    </li>`;
  }

  #chose(id: string): void {
    const slate = this.#shelf?.view.slate;
    this.shop?.observe({ type: "select_item", item: id, slot: this.name, ...(slate && { slate: slate.id }) });
  }
}

/** An address that a click may follow: of the web, or of the app that the page is. A script's is refused, however it is spelt. */
function linkOf(url = ""): string | undefined {
  try {
    const { protocol } = new URL(url, document.baseURI);
    return url !== "" && (/^https?:$/.test(protocol) || protocol === location.protocol) ? url : undefined;
  } catch {
    return undefined;
  }
}
