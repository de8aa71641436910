// What the surprise dial trades: relevance against surprise, ranked here and now at every setting.
import { css, html, svg } from "lit";
import type { RankedItem } from "flaneur";
import { number, percent, t } from "../i18n/index.ts";
import { page } from "../styles/page.ts";
import { shared } from "../styles/shared.ts";
import { ShopElement } from "../parts/element.ts";

const SIZE = 24, STEPS = 10, SEEDS = 8;

interface Point {
  dial: number;
  /** Mean log-odds of the places, without what the arrangement adds, less that of the dial at 0. */
  relevance: number;
  /** Share of the places that the dial at 0 would have given to something else. */
  surprise: number;
}

const merit = ({ reasons }: RankedItem): number =>
  reasons.filter(({ signal }) => signal !== "discovery" && signal !== "diversity").reduce((sum, { weight, value }) => sum + weight * value, 0);
const mean = (list: number[]): number => list.reduce((sum, x) => sum + x, 0) / Math.max(1, list.length);

export class PageDial extends ShopElement {
  static override properties = { dial: { state: true } };
  declare dial: number;
  /** Where it stood when a finger was put on it: one that goes on to scroll has moved it there all the same. */
  #before = 0;
  static override styles = [
    shared,
    page,
    css`
      h1 { font-size: clamp(1.7rem, 1.2rem + 2vw, 2.6rem); margin-block: 1.6rem 0.6rem; }
      svg { width: min(100%, 640px); height: auto; display: block; margin-block: 1rem; overflow: visible; }
      .axis { stroke: var(--strong-line); } .line { fill: none; stroke: var(--sage); stroke-width: 2; }
      .point { fill: var(--sage); } .now { fill: var(--plum); }
      text { fill: var(--muted); font: inherit; font-size: 13px; }
      @media (max-width: 600px) { text { font-size: 25px; } }
      label { display: grid; gap: 0.4rem; max-width: 420px; }
      input { height: 32px; }
      .scroll { overflow-x: auto; }
      table { border-collapse: collapse; font-variant-numeric: tabular-nums; } th, td { padding: 0.25rem 1.2rem 0.25rem 0; text-align: end; font-weight: inherit; }
      tr[aria-current="true"] { color: var(--plum); font-weight: 600; }
    `,
  ];
  constructor() {
    super();
    this.dial = 0.3;
  }
  override connectedCallback(): void {
    super.connectedCallback();
    this.dial = Math.round(this.store.inspect().surprise * STEPS) / STEPS;
  }
  /** What the last change left; the dial only moves along it. */
  #drawn: Point[] | undefined;
  protected override changed(): void {
    this.#drawn = undefined;
    super.changed();
  }
  /** Ranks every setting with the same seeds. Cost: 88 slates, about a tenth of a second. */
  #points(): Point[] {
    const draw = (surprise: number, seed: number): RankedItem[] => this.store.flaneur.rank({ slot: "dial", size: SIZE, surprise, seed }).items;
    const plain = draw(0, 0);
    const usual = new Set(plain.map(({ id }) => id));
    const base = mean(plain.map(merit));
    return Array.from({ length: STEPS + 1 }, (_, step) => {
      const slates = Array.from({ length: SEEDS }, (_, seed) => draw(step / STEPS, seed));
      return {
        dial: step / STEPS,
        relevance: mean(slates.map((items) => mean(items.map(merit)))) - base,
        surprise: mean(slates.map((items) => items.filter(({ id }) => !usual.has(id)).length / Math.max(1, items.length))),
      };
    });
  }
  protected override render() {
    const words = t();
    if (this.store.impersonal) return html`<h1>${words.dialTitle}</h1><p>${words.dialPlain}</p>`;
    const points = (this.#drawn ??= this.#points());
    const lowest = Math.min(-0.01, ...points.map(({ relevance }) => relevance));
    const best = Math.max(0, ...points.map(({ relevance }) => relevance)); // balance can win a little over the dial at 0
    const highest = Math.max(0.01, ...points.map(({ surprise }) => surprise));
    const x = ({ surprise }: Point): number => 70 + (surprise / highest) * 510;
    const y = ({ relevance }: Point): number => 40 + ((best - relevance) / (best - lowest)) * 210;
    const isNow = ({ dial }: Point): boolean => Math.abs(dial - this.dial) < 0.5 / STEPS;
    return html`
      <h1>${words.dialTitle}</h1>
      <p>${words.dialText(SIZE, SEEDS)}</p>
      <label>${words.dialLabel(number(this.dial, 1))}
        <input type="range" min="0" max="1" step=${1 / STEPS} .value=${String(this.dial)} @input=${(e: Event) => (this.dial = Number((e.target as HTMLInputElement).value))} @pointerdown=${() => (this.#before = this.dial)} @pointercancel=${() => (this.dial = this.#before)} />
      </label>
      <svg viewBox="0 0 640 300" role="img" aria-label=${words.dialPlot}>
        ${svg`<line class="axis" x1="70" y1="30" x2="70" y2="260"/><line class="axis" x1="70" y1="260" x2="600" y2="260"/>
        <polyline class="line" points=${points.map((point) => `${x(point)},${y(point)}`).join(" ")}/>
        ${points.map((point) => svg`<circle class=${isNow(point) ? "now" : "point"} data-dial=${point.dial} cx=${x(point)} cy=${y(point)} r=${isNow(point) ? 8 : 4}/>`)}
        <text x="580" y="280" text-anchor="middle">${percent(highest)}</text><text x="70" y="280" text-anchor="middle">${percent(0)}</text>
        <text x="325" y="280" text-anchor="middle">${words.dialSurprise}</text><text x="0" y="18">${words.dialRelevance}</text>
        <text x="62" y="45" text-anchor="end">${number(best, 2)}</text><text x="62" y="255" text-anchor="end">${number(lowest, 2)}</text>`}
      </svg>
      <div class="scroll" role="group" tabindex="0" aria-label=${words.dialPlot}><table>
        <thead><tr><th scope="col">${words.dialSetting}</th><th scope="col">${words.dialRelevance}</th><th scope="col">${words.dialSurprise}</th></tr></thead>
        <tbody>${points.map((point) => html`<tr aria-current=${isNow(point) ? "true" : "false"}><td>${number(point.dial, 1)}</td><td>${number(point.relevance, 2)}</td><td>${percent(point.surprise)}</td></tr>`)}</tbody>
      </table></div>
    `;
  }
}
customElements.define("page-dial", PageDial);
