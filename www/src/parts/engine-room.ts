// The engine room: what runs, how long it took, and what went over the network, measured and not promised.
import { css, html, nothing } from "lit";
import { number, t } from "../i18n/index.ts";
import { panel } from "../styles/panel.ts";
import { shared } from "../styles/shared.ts";
import { ShopElement } from "./element.ts";

/** Counts the page's own requests from the browser's record of them. */
class Requests {
  own = 0;
  others = 0;
  /** Reports to the operators, and what the merchant's page asks of them. */
  operators = 0;
  /** Origins of the operators that the shopper can read about. */
  known: string[] = [];
  readonly #base = new URL("./", document.baseURI).href;
  watch(tell: () => void): void {
    if (typeof PerformanceObserver === "undefined") return;
    new PerformanceObserver((list) => {
      for (const { name } of list.getEntries()) {
        if (this.#isOwn(name)) this.own++;
        else if (this.known.some((origin) => name.startsWith(`${origin}/`))) this.operators++;
        else this.others++;
      }
      tell();
    }).observe({ type: "resource", buffered: true });
  }
  /** A file of this shop, asked for without any parameter: there is no place in it for a word about anyone. */
  #isOwn(address: string): boolean {
    if (address.startsWith("blob:") || address.startsWith("data:")) return true;
    return address.startsWith(this.#base) && (!address.includes("?") || import.meta.env.DEV);
  }
}
export const requests = new Requests();

export class ShopEngine extends ShopElement {
  static override properties = { receipts: { state: true }, sent: { state: true } };
  declare receipts: number;
  /** Lengths of the reports that left. */
  declare sent: number[];
  static override styles = [
    shared,
    panel,
    css`
      dl { display: grid; grid-template-columns: minmax(min(8rem, 40%), 2fr) minmax(0, 3fr); gap: 0; margin: 0; }
      dt, dd { padding: 0.6rem 0; margin: 0; border-block-end: 1px solid var(--line); }
      dt { color: var(--muted); padding-inline-end: 1rem; }
      dd { font-variant-numeric: tabular-nums; font-weight: 500; }
      .zero { font: 500 3rem/1 var(--display); color: var(--sage); display: block; }
      small { display: block; color: var(--muted); font-weight: 400; }
    `,
  ];
  constructor() {
    super();
    this.receipts = 0;
    this.sent = [];
  }
  override connectedCallback(): void {
    super.connectedCallback();
    const { consent, measure } = this.store.flaneur;
    void consent.receipts().then((all) => (this.receipts = all.length));
    void measure.ledger().then((lines) => (this.sent = lines.filter(({ outcome }) => outcome === "sent").map(({ bytes }) => bytes)));
  }
  protected override render() {
    const words = t();
    const { store } = this;
    const { status } = store.flaneur;
    const why = status.reason ?? status.storageReason;
    const bytes = this.sent.reduce((sum, length) => sum + length, 0);
    return html`
      <section>
        <h3>${words.engineTitle}</h3>
        <dl class="box" data-engine=${status.engine} data-reason=${status.reason ?? ""}>
          <dt>${words.engineBytes}</dt>
          <dd data-bytes-sent=${requests.others === 0 ? bytes : "unknown"}><span class="zero">${requests.others === 0 ? number(bytes) : "?"}</span>${this.sent.length > 0 ? html`<small>${words.engineSealed(this.sent.length)}</small>` : nothing}<small data-requests-own=${requests.own} data-requests-other=${requests.others}>${words.engineRequests(requests.own, requests.others)}</small></dd>
          <dt>${words.engineKind}</dt>
          <dd>${words.engine[status.engine]}</dd>
          ${why ? html`<dt>${words.engineReason}</dt><dd>${words.reason[why]}</dd>` : nothing}
          <dt>${words.engineItems}</dt>
          <dd data-items=${status.items}>${number(status.items)}</dd>
          <dt>${words.engineEvents}</dt>
          <dd data-events=${store.inspect().events}>${number(store.inspect().events)}</dd>
          <dt>${words.engineRank}</dt>
          <dd data-rank-ms=${store.lastRank?.ms ?? ""}>${store.lastRank ? words.engineRankText(number(store.lastRank.ms, 2), number(store.lastRank.of)) : "–"}</dd>
          <dt>${words.engineStorage}</dt>
          <dd>${words.storage[status.storage]}<small>${words.receipts(this.receipts)}</small></dd>
          <dt>${words.engineVersion}</dt>
          <dd>${status.version}</dd>
        </dl>
      </section>
    `;
  }
}
customElements.define("shop-engine", ShopEngine);
