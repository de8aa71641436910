/**
 * `<flaneur-centre>`: everything the shop knows of the shopper, and the shopper's hand on it.
 * `show()` opens it as a dialog; with the attribute `inline` it is part of the page.
 */

import { html, nothing } from "lit";
import type { PropertyValues, TemplateResult } from "lit";
import type { ExportedEvent, Flaneur, Forget, Gates, LogDocument, ProfileView } from "../types.js";
import { FlaneurElement, quietly } from "./base.js";
import type { Words } from "./en.js";

/** Lines of each list; the log holds the rest. */
const TASTES = 8;
const EVENTS = 40;

export class FlaneurCentre extends FlaneurElement {
  static override properties = { inline: { type: Boolean }, slotName: { attribute: "slot-name" }, opened: { state: true }, events: { state: true }, sure: { state: true } };
  declare inline: boolean;
  declare slotName: string;
  declare opened: boolean;
  declare events: ExportedEvent[];
  declare sure: boolean;

  #reads = 0;

  constructor() {
    super();
    this.inline = false;
    this.slotName = "home";
    this.opened = false;
    this.events = [];
    this.sure = false;
  }

  show(): void {
    this.opened = true;
    this.changed();
  }

  protected override clear(): void {
    this.events = [];
  }

  protected override changed(): void {
    if (!this.opened && !this.inline) return;
    this.requestUpdate();
    quietly(this.#read());
  }

  async #read(): Promise<void> {
    const turn = ++this.#reads;
    if (!this.shop) return;
    const log = JSON.parse(await (await this.shop.profile.export()).text()) as LogDocument;
    // A long log that was asked for before may be here after a short one, or after another shop's.
    if (turn === this.#reads) this.events = log.events.sort((a, b) => b.at - a.at);
  }

  protected override draw(shop: Flaneur, words: Words): TemplateResult {
    if (this.inline) return this.#body(shop, words);
    if (!this.opened) return html``;
    return html`<dialog aria-labelledby="title" @close=${() => (this.opened = false)}>
      <div class="head">
        <h2 id="title">${words.centre}</h2>
        <button data-act="close" @click=${() => this.renderRoot.querySelector("dialog")?.close()}>${words.close}</button>
      </div>
      ${this.#body(shop, words)}
    </dialog>`;
  }

  /** Each switch stands as its gate does, also one that was moved and could not be. */
  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    for (const input of this.renderRoot.querySelectorAll<HTMLInputElement>("[data-gate]")) {
      input.checked = this.shop!.consent.gates[input.dataset["gate"] as keyof Gates];
    }
  }

  #body(shop: Flaneur, words: Words): TemplateResult {
    const view = shop.profile.inspect();
    return html`
      <section>
        <p>${words.centreText}</p>
        <p role="status">${this.said}</p>
        <h3>${words.gatesTitle}</h3>
        ${(Object.keys(words.gate) as (keyof Gates)[]).map(
          (gate) => html`<label class="switch"><span>${words.gate[gate]}</span><input type="checkbox" role="switch" data-gate=${gate} @change=${(event: Event) => this.move(shop, gate, (event.target as HTMLInputElement).checked)} /></label>`,
        )}
      </section>
      <flaneur-dial slot-name=${this.slotName}></flaneur-dial>
      ${this.#tastes(shop, view, words)} ${this.#away(shop, view, words)} ${this.#timeline(shop, words)}
      <flaneur-order slot-name=${this.slotName}></flaneur-order>
      <flaneur-leaves></flaneur-leaves>
      ${this.#data(shop, words)}
    `;
  }

  #forget(shop: Flaneur, what: Forget): void {
    shop.profile.forget(what);
    this.say(this.words.forgotten);
  }

  #line(text: string, evidence: string, label: string, button: string, act: string, run: () => void): TemplateResult {
    return html`<li class="line"><span><bdi>${text}</bdi> <small>${evidence}</small></span><button data-act=${act} aria-label=${label} @click=${run}>${button}</button></li>`;
  }

  #tastes(shop: Flaneur, view: ProfileView, words: Words): TemplateResult {
    const forget = (text: string, evidence: string, what: Forget) =>
      this.#line(text, evidence, words.forgetFor(text), words.forget, "forget", () => this.#forget(shop, what));
    const name = ({ attributes, items }: ProfileView["interests"][number]): string =>
      (attributes.length > 0 ? attributes.slice(0, 3).map((each) => this.trait(each)) : items.slice(0, 2).map(({ id }) => this.title_(id))).join(", ");
    const affinities = [...view.affinities].sort((a, b) => Math.abs(b.value) - Math.abs(a.value)).slice(0, TASTES);
    const lines = [
      ...view.interests.slice(0, TASTES).map((each) => forget(name(each), words.share(this.percent(each.share)), { interest: each.id })),
      ...affinities.map(({ attribute, value, evidence }) => {
        const what = this.trait(attribute);
        return forget(value < 0 ? words.awayFrom(what) : words.towards(what), words.evidence(evidence), { attribute });
      }),
      ...view.declared.map(({ attribute, item, liking, event }) => forget(words.said(item === undefined ? this.trait(attribute ?? "") : this.title_(item), liking >= 0), "", { event })),
    ];
    return html`<section><h3>${words.tastesTitle}</h3>${lines.length > 0 ? html`<ul>${lines}</ul>` : html`<p>${words.nothing}</p>`}</section>`;
  }

  #away(shop: Flaneur, { muted }: ProfileView, words: Words): TemplateResult | typeof nothing {
    if (muted.length === 0) return nothing;
    return html`<section><h3>${words.mutedTitle}</h3><ul>${muted.map(({ attribute, item, event }) => {
      const what = item === undefined ? this.trait(attribute ?? "") : this.title_(item);
      return this.#line(item === undefined ? words.muted(what) : words.taken(what), "", words.backFor(what), words.back, "back", () => this.#forget(shop, { event }));
    })}</ul></section>`;
  }

  #timeline(shop: Flaneur, words: Words): TemplateResult | typeof nothing {
    const events = this.events.filter(({ type }) => type !== "impression" && type !== "slate");
    if (events.length === 0) return nothing;
    const when = new Intl.DateTimeFormat(this.locale, { dateStyle: "medium", timeStyle: "short" });
    return html`<section>
      <h3>${words.timelineTitle}</h3>
      <p>${words.timelineText}</p>
      <div><button data-act="visit" @click=${() => this.#forget(shop, { session: true })}>${words.visit}</button></div>
      <ul>
        ${events.slice(0, EVENTS).map((event) => {
          const what = itemsOf(event).slice(0, 3).map((id) => this.title_(id)).join(", ");
          const name = words.event[(Object.hasOwn(words.event, event.type) ? event.type : "other") as keyof Words["event"]];
          const text = what ? name + this.colon + what : name;
          const gift = event.type === "purchase";
          return this.#line(text, when.format(event.at), gift ? words.giftFor(text) : words.forgetFor(text), gift ? words.gift : words.forget, gift ? "gift" : "event", () => this.#forget(shop, gift ? { gift: event.id } : { event: event.id }));
        })}
      </ul>
    </section>`;
  }

  #data(shop: Flaneur, words: Words): TemplateResult {
    return html`<section>
      <h3>${words.dataTitle}</h3>
      <div class="row">
        <button data-act="take" @click=${() => quietly(this.#take(shop))}>${words.take}</button>
        <button data-act="bring" @click=${() => this.renderRoot.querySelector<HTMLElement>("#file")?.click()}>${words.bring}</button>
        <input id="file" type="file" hidden accept="application/json,.json" @change=${(event: Event) => quietly(this.#bring(shop, event.target as HTMLInputElement))} />
        ${this.sure
          ? html`<button data-act="erase-yes" @click=${() => quietly(this.#erase(shop))}>${words.eraseSure}</button><button data-act="erase-no" @click=${() => (this.sure = false)}>${words.eraseNo}</button>`
          : html`<button data-act="erase" @click=${() => (this.sure = true)}>${words.erase}</button>`}
      </div>
    </section>`;
  }

  async #take(shop: Flaneur): Promise<void> {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await shop.profile.export());
    link.download = "flaneur-log.json";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  async #bring(shop: Flaneur, input: HTMLInputElement): Promise<void> {
    const file = input.files?.[0];
    input.value = "";
    if (!file) return;
    try {
      this.say(this.words.brought((await shop.profile.import(file)).added));
    } catch {
      this.say(this.words.notData);
    }
  }

  async #erase(shop: Flaneur): Promise<void> {
    this.sure = false;
    await shop.profile.erase();
    this.say(this.words.erased);
  }
}

/** The items an exported event is about, however it writes them. */
function itemsOf(event: ExportedEvent): string[] {
  const given = event["lines"] ?? event["items"] ?? event["shown"] ?? event["item"];
  return [given].flat().flatMap((line) => (typeof line === "string" ? [line] : typeof (line as { item?: unknown } | undefined)?.item === "string" ? [(line as { item: string }).item] : []));
}
