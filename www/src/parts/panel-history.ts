// The log itself, line by line, newest first; each line can be taken out as if it had never been.
import { css, html, nothing } from "lit";
import type { ExportedEvent } from "flaneur";
import { again } from "../again.ts";
import { ago, percent, t } from "../i18n/index.ts";
import { panel } from "../styles/panel.ts";
import { shared } from "../styles/shared.ts";
import { lines } from "../store.ts";
import { ShopElement } from "./element.ts";

const STEP = 40;

export class ShopHistory extends ShopElement {
  static override properties = { limit: { state: true } };
  declare limit: number;
  /** A change that comes while the log is read may not be in what was read. */
  readonly #read = again(async () => {
    await this.store.readLog();
    this.requestUpdate();
  });
  static override styles = [
    shared,
    panel,
    css`
      .line { grid-template-columns: 44px minmax(0, 1fr) auto; }
      .line > div { min-width: 0; }
      shop-picture { border-radius: 8px; }
      .blank { width: 44px; height: 44px; border-radius: 8px; background: var(--sunken); }
      @media (max-width: 24em) { .line > .button { grid-column: 2; justify-self: start; } }
      .what { font-size: 0.82rem; letter-spacing: 0.04em; color: var(--muted); }
    `,
  ];
  constructor() {
    super();
    this.limit = STEP;
  }
  override connectedCallback(): void {
    super.connectedCallback();
    this.changed();
  }
  /** The log changed: read it again. */
  protected override changed(): void {
    void this.#read();
  }
  #say(event: ExportedEvent): string {
    const { catalog } = this.store;
    const words = t();
    const about = lines(event);
    if (event.type === "declare" && typeof event["surprise"] === "number") return words.dialSet(percent(event["surprise"]));
    if (typeof event["attribute"] === "string") return catalog.word(event["attribute"]);
    if (event.type === "search") return words.searchHashed;
    if (about.length === 0) return "";
    return about.length > 2 ? words.shownThings(about.length) : about.map(({ item }) => catalog.title(item)).join(", ");
  }
  #forget(event: ExportedEvent): void {
    this.store.forget({ event: event.id });
    this.toast({ text: t().forgotten });
    void this.#read().then(() => this.keepFocus("button, [tabindex]"));
  }
  /** The last wish for more takes its button away: the keyboard goes on where the list did. */
  #more(): void {
    const next = this.limit + 1;
    this.limit += STEP;
    void this.keepFocus(`.line:nth-child(${next}) button`);
  }
  protected override render() {
    const words = t();
    const { events } = this.store;
    if (events.length === 0) return html`<p class="box" tabindex="-1">${words.knowsNothing}</p>`;
    const oldest = events.at(-1);
    return html`
      <section>
        <h3>${words.historyTitle}</h3>
        <p class="note">${words.historyText}</p>
        <p><strong data-log-count=${events.length}>${words.historyCount(events.length)}</strong> ${oldest ? html`<span class="note">${words.since(ago(oldest.at))}</span>` : nothing}</p>
        <div class="box">
          ${events.slice(0, this.limit).map((event) => {
            const first = lines(event)[0]?.item;
            const said = this.#say(event);
            const name = Object.hasOwn(words.event, event.type) ? words.event[event.type as keyof typeof words.event] : words.eventOther;
            return html`<div class="line" data-event=${event.id} data-type=${event.type}>
              ${first !== undefined ? html`<shop-picture .item=${first}></shop-picture>` : html`<span class="blank"></span>`}
              <div><span class="what">${name} · ${ago(event.at)}</span><br />${said}</div>
              <button class="button small" data-action="forget-event" aria-label=${words.forgetFor(`${name} ${said}`)} @click=${() => this.#forget(event)}>${words.forget}</button>
            </div>`;
          })}
        </div>
        ${events.length > this.limit ? html`<button class="button" data-action="more" @click=${() => this.#more()}>${words.more}</button>` : nothing}
      </section>
    `;
  }
}
customElements.define("shop-history", ShopHistory);
