// The privacy centre: what is allowed, what would leave next, what it costs, what left, every choice on record, and the way out.
import { css, html, nothing } from "lit";
import type { Gates, Receipt } from "flaneur";
import { addressAt, later } from "../clock.ts";
import { download } from "../download.ts";
import { list, moment, t } from "../i18n/index.ts";
import { readMeasuring, type Measuring } from "../measuring.ts";
import { gateWords } from "../parts/consent.ts";
import { ShopElement } from "../parts/element.ts";
import "../parts/budget.ts";
import "../parts/forget.ts";
import "../parts/leaving.ts";
import { to } from "../router.ts";
import { page } from "../styles/page.ts";
import { panel } from "../styles/panel.ts";
import { shared } from "../styles/shared.ts";

/** While the page is open it looks again, in milliseconds. */
const LOOK_MS = 2000;
const GATES = ["store", "learn", "rank", "measure"] as const satisfies (keyof Gates)[];
const NONE: Gates = { store: false, learn: false, rank: false, measure: false };

export class PagePrivacy extends ShopElement {
  static override properties = { measuring: { state: true } };
  declare measuring: Measuring | undefined;
  #timer = 0;
  #looks = 0;
  static override styles = [
    shared,
    panel,
    page,
    css`
      :host { display: block; }
      h1 { margin-block: 1.6rem 0.6rem; }
      h2 { font-size: 1.5rem; }
      .state { font-size: 1.1rem; margin-block-end: 2rem; }
      .stack { gap: 2.6rem; max-width: 60rem; }
      shop-leaving { gap: 2.6rem; }
      .row { display: flex; flex-wrap: wrap; gap: 0.6rem; align-items: center; }
      @media (max-width: 480px) { .line[data-receipt] { grid-template-columns: 1fr; } }
    `,
  ];
  override connectedCallback(): void {
    super.connectedCallback();
    this.changed();
    this.#timer = window.setInterval(() => document.visibilityState === "visible" && this.changed(), LOOK_MS);
  }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }
  /** Looks again; of several looks under way the last one counts. */
  protected override changed(): void {
    this.requestUpdate();
    const look = ++this.#looks;
    void readMeasuring(this.store.flaneur).then((found) => {
      if (look === this.#looks && JSON.stringify(found) !== JSON.stringify(this.measuring)) this.measuring = found;
    });
  }

  async #set(gates: Partial<Gates>, said?: string): Promise<void> {
    await this.store.setGates(gates);
    this.changed();
    if (said) this.toast({ text: said });
    void this.keepFocus("#gates");
  }

  #gates(gates: Gates) {
    const words = t().privacy;
    return html`<section aria-labelledby="gates">
      <h2 id="gates" tabindex="-1">${words.gatesTitle}</h2>
      <div class="box">
        ${GATES.map((gate) => {
          const [name, text] = gateWords(gate);
          return html`<label class="switch"><span>${name}<small>${text}</small></span><input type="checkbox" role="switch" data-action=${`gate-${gate}`} .checked=${gates[gate]} @change=${(e: Event) => void this.#set({ [gate]: (e.target as HTMLInputElement).checked })} /></label>`;
        })}
      </div>
      <div class="row">
        <button class="button" data-action="withdraw" ?disabled=${!gates.measure} @click=${() => void this.#set({ measure: false }, words.withdrawn)}>${words.withdraw}</button>
        <button class="button" data-action="withdraw-all" ?disabled=${!Object.values(gates).some(Boolean)} @click=${() => void this.#set(NONE, words.withdrawnAll)}>${words.withdrawAll}</button>
      </div>
    </section>`;
  }

  #receipt({ recordId, timestamp, purposes, globalPrivacyControl }: Receipt) {
    const words = t().privacy;
    const granted = purposes.filter(({ state }) => state === "granted").map(({ purpose }) => words.gate[purpose]);
    const when = moment(timestamp);
    return html`<li class="line" data-receipt=${recordId}>
      <span>${granted.length > 0 ? words.receipt(when, list(granted)) : words.receiptNone(when)}${globalPrivacyControl ? html` ${words.receiptGpc}` : nothing}</span>
      <small class="note">${words.receiptId(recordId.slice(0, 8))}</small>
    </li>`;
  }
  #receipts(receipts: Receipt[]) {
    const words = t().privacy;
    return html`<section aria-labelledby="receipts">
      <h2 id="receipts">${words.receiptsTitle}</h2>
      ${receipts.length === 0
        ? html`<p class="box">${words.receiptsNone}</p>`
        : html`<ul class="box">${receipts.map((receipt) => this.#receipt(receipt))}</ul>
            <div><button class="button" data-action="download-receipts" @click=${async () => download(await this.store.flaneur.consent.export(), "flaneur-receipts.json")}>${words.downloadReceipts}</button></div>`}
    </section>`;
  }

  #data() {
    const words = t();
    return html`<section aria-labelledby="data">
      <h2 id="data">${words.privacy.dataTitle}</h2>
      <p class="note">${words.privacy.dataText}</p>
      <div class="row">
        <button class="button" data-action="export" @click=${async () => download(await this.store.export(), "flaneur-log.json")}>${words.exportButton}</button>
        <shop-forget></shop-forget>
      </div>
    </section>`;
  }

  #demo() {
    if (!this.store.questions) return nothing;
    const words = t().privacy;
    return html`<section aria-labelledby="demo" data-demo>
      <h2 id="demo">${words.demoTitle}</h2>
      <p class="note">${words.demoText} ${later > 0 ? words.demoClock(later) : nothing}</p>
      <div class="row">
        <a class="button" data-action="day-later" href=${addressAt(later + 1)}>${words.demoDay}</a>
        <a class="button" data-action="week-later" href=${addressAt(later + 7)}>${words.demoWeek}</a>
        ${later > 0 ? html`<a class="button" data-action="today" href=${addressAt(0)}>${words.demoToday}</a>` : nothing}
        <a class="button" data-action="merchant" href=${to.merchant}>${words.demoMerchant}</a>
      </div>
    </section>`;
  }

  protected override render() {
    const words = t().privacy;
    const { measuring } = this;
    const { gates } = this.store.flaneur.consent;
    const open = gates.measure && gates.store && this.store.questions !== undefined;
    return html`
      <h1>${words.title}</h1>
      <p class="state" data-measuring=${open ? "on" : "off"}>${open ? words.allowed : words.nothingLeaves}</p>
      <div class="stack">
        ${this.#gates(gates)} ${this.#data()}
        ${measuring ? html`<shop-leaving .measuring=${measuring}></shop-leaving><shop-budget .measuring=${measuring}></shop-budget>${this.#receipts(measuring.receipts)}` : nothing}
        ${this.#demo()}
      </div>
    `;
  }
}
customElements.define("page-privacy", PagePrivacy);
