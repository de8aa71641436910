// What the merchant sees of it all: sums over many shoppers with their intervals, beside the truth that only the simulation knows.
import { css, html, nothing, svg } from "lit";
import { language, number, t } from "../i18n/index.ts";
import { ShopElement } from "../parts/element.ts";
import { to } from "../router.ts";
import { page } from "../styles/page.ts";
import { shared } from "../styles/shared.ts";
import { simulate, watch, type Collection, type Row, type Watched, type WatchedTask } from "../watch.ts";

const SHOPPERS = 2000, LOOK_MS = 700;
/** Of the picture, in its own units. */
const WIDTH = 640, LABELS = 190, LINE = 22;

export class PageMerchant extends ShopElement {
  static override properties = { watched: { state: true }, away: { state: true }, asked: { state: true } };
  declare watched: Watched | undefined;
  declare away: boolean;
  /** The button was pressed and the operators have not said so yet. */
  declare asked: boolean;
  #timer = 0;
  static override styles = [
    shared,
    page,
    css`
      h1 { margin-block: 1.6rem 0.6rem; }
      h2 { font-size: 1.4rem; }
      .way { margin-block-start: 1rem; }
      section { display: grid; gap: 0.7rem; max-width: 60rem; grid-template-columns: minmax(0, 1fr); }
      .stack { margin-block-start: 1.6rem; }
      progress { width: min(100%, 24rem); height: 14px; accent-color: var(--sage); }
      svg.plot { width: 100%; min-width: 540px; max-width: 760px; height: auto; display: block; }
      svg.plot text { fill: var(--ink); font: inherit; font-size: 13px; }
      .bar { fill: var(--sage-soft); stroke: var(--sage); } .whisker { stroke: var(--ink); fill: none; } .truth { fill: var(--accent); }
      .scroll { overflow-x: auto; }
      table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
      th, td { padding: 0.25rem 1.2rem 0.25rem 0; text-align: end; font-weight: 400; }
      th:first-child { text-align: start; }
      @media (max-width: 720px) { th, td { padding-inline-end: 0.6rem; } }
      code { overflow-wrap: anywhere; }
      .key { display: flex; flex-wrap: wrap; gap: 0.3rem 1.2rem; }
    `,
  ];
  constructor() {
    super();
    this.away = false;
    this.asked = false;
  }
  override connectedCallback(): void {
    super.connectedCallback();
    void this.#look();
    this.#timer = window.setInterval(() => document.visibilityState === "visible" && void this.#look(), LOOK_MS);
  }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }
  async #look(): Promise<void> {
    const address = this.store.questions?.watch;
    if (address === undefined) return;
    const found = await watch(address);
    this.away = found === undefined;
    if (found && JSON.stringify(found) !== JSON.stringify(this.watched)) this.watched = found;
  }
  async #simulate(address: string): Promise<void> {
    this.asked = true;
    await simulate(address, SHOPPERS);
    await this.#look();
    this.asked = false;
  }

  #picture({ purpose }: WatchedTask, { rows, truth }: Collection) {
    const most = Math.max(1, ...rows.map(({ high }) => high), ...truth);
    const x = (count: number): number => LABELS + (Math.max(0, count) / most) * (WIDTH - LABELS - 12);
    return html`<svg class="plot" viewBox="0 0 ${WIDTH} ${rows.length * LINE + 8}" role="img" aria-label=${t().privacy.plot(purpose[language()])}>
      ${rows.map(({ label, count, low, high }, at) => {
        const middle = at * LINE + LINE / 2;
        return svg`<text x=${LABELS - 8} y=${middle + 4} text-anchor="end">${label[language()]}</text>
          <rect class="bar" x=${LABELS} y=${middle - 7} width=${Math.max(0, x(count) - LABELS)} height="14"/>
          <path class="whisker" d="M${x(low)} ${middle}H${x(high)}M${x(low)} ${middle - 5}V${middle + 5}M${x(high)} ${middle - 5}V${middle + 5}"/>
          <circle class="truth" cx=${x(truth[at] ?? 0)} cy=${middle} r="3.5"/>`;
      })}
    </svg>`;
  }

  #row({ label, count, low, high }: Row, truth: number) {
    const words = t().privacy;
    const inside = low <= truth && truth <= high;
    return html`<tr data-inside=${inside}>
      <th scope="row">${label[language()]}</th><td data-truth=${truth}>${number(truth)}</td><td data-count=${count}>${number(count, 1)}</td>
      <td>${number(low, 1)} – ${number(high, 1)}</td><td>${inside ? words.inside : words.outside}</td>
    </tr>`;
  }

  #collection(task: WatchedTask, collection: Collection) {
    const words = t().privacy;
    const { rows, truth, reports, simulated } = collection;
    const hits = rows.filter(({ low, high }, at) => low <= (truth[at] ?? 0) && (truth[at] ?? 0) <= high).length;
    return html`
      <p data-reports=${reports} data-own=${reports - simulated}>${words.collected(number(reports), reports - simulated, number(reports - simulated))} ${words.hits(hits, rows.length)}</p>
      <p class="key note" aria-hidden="true"><span>▭ ${words.estimate}</span><span>├┤ ${words.interval}</span><span>● ${words.truth}</span></p>
      <div class="scroll" role="group" tabindex="0" aria-label=${task.purpose[language()]}>
        ${this.#picture(task, collection)}
        <table>
          <thead><tr><th scope="col">${words.bucket}</th><th scope="col">${words.truth}</th><th scope="col">${words.estimate}</th><th scope="col">${words.interval}</th><td></td></tr></thead>
          <tbody>${rows.map((row, at) => this.#row(row, truth[at] ?? 0))}</tbody>
        </table>
      </div>
      <p class="note">${words.shareText}<br />${words.leaderHolds} <code>${collection.leader}</code><br />${words.helperHolds} <code>${collection.helper}</code></p>
    `;
  }

  #task(task: WatchedTask) {
    const words = t().privacy;
    return html`<section data-watched=${task.task} data-waiting=${task.waiting}>
      <h2>${task.purpose[language()]} <small class="note">ε = ${number(task.epsilon / 1e6, 1)}</small></h2>
      ${task.collection ? this.#collection(task, task.collection) : nothing}
      <p class="note">${words.waitingReports(task.waiting, number(task.waiting), number(task.minBatchSize))}</p>
    </section>`;
  }

  #operators(address: string) {
    const words = t().privacy;
    if (this.away) return html`<p role="status" data-away>${words.merchantAway}</p>`;
    if (!this.watched) return nothing;
    const { simulation, tasks } = this.watched;
    const busy = this.asked || simulation !== null;
    return html`
      <section>
        <div><button class="button main" data-action="simulate" aria-disabled=${busy ? "true" : "false"} @click=${() => !busy && void this.#simulate(address)}>${words.simulate(number(SHOPPERS))}</button></div>
        ${simulation ? html`<label>${words.simulating(simulation.done, number(simulation.done), number(simulation.of))}<br /><progress max=${simulation.of} .value=${simulation.done}></progress></label>` : nothing}
        <p class="note">${words.truthText}</p>
      </section>
      ${tasks.map((task) => this.#task(task))}
    `;
  }

  protected override render() {
    const words = t().privacy;
    const address = this.store.questions?.watch;
    return html`
      <nav class="crumbs" aria-label=${t().trail}><a href=${to.privacy}>${words.link}</a></nav>
      <h1>${words.merchantTitle}</h1>
      <p>${words.merchantText}</p>
      <p class="way"><a class="button" href=${to.studio} data-action="studio">${t().studio.link}</a></p>
      <div class="stack">${address === undefined ? html`<p data-none>${words.merchantNone}</p>` : this.#operators(address)}</div>
    `;
  }
}
customElements.define("page-merchant", PageMerchant);
