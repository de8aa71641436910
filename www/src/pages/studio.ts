// The merchant's studio: a pack, rules, and what they do to invented shoppers, before and now.
import { css, html, nothing } from "lit";
import { finePercent, number, percent, t } from "../i18n/index.ts";
import { ShopElement } from "../parts/element.ts";
import { to } from "../router.ts";
import "../studio/editor.ts";
import { concentration, coverage, gini, shown } from "../studio/exposure.ts";
import { persona, personaStyles } from "../studio/persona.ts";
import { ceiling, key, plot, plotStyles } from "../studio/plots.ts";
import { Studio } from "../studio/studio.ts";
import { page } from "../styles/page.ts";
import { shared } from "../styles/shared.ts";

/** Slots of the demo shop; those that rules name come beside them. */
const SLOTS = ["home", "discover", "category", "search", "pdp-similar", "pdp-together", "cart"];
const MOST_PLACES = 24;

/** What was begun stays while the shop is open, also behind another page; nothing of it is stored. */
let kept: Studio | undefined;

/** Has the browser ask before what was written is gone. */
const ask = (event: Event): void => event.preventDefault();

/** A moment as a field for local time has it. */
const local = (at: number): string => new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);

export class PageStudio extends ShopElement {
  static override properties = { state: { state: true }, opening: { state: true } };
  /** Counts the changes of the studio. */
  declare state: number;
  declare opening: boolean;
  #end: (() => void) | undefined;
  static override styles = [
    shared,
    page,
    personaStyles,
    plotStyles,
    css`
      h1 { margin-block: 1.6rem 0.6rem; }
      h2 { font-size: 1.4rem; }
      .lead { max-width: 52rem; }
      section { display: grid; gap: 0.9rem; grid-template-columns: minmax(0, 1fr); align-content: start; }
      .packs { margin-block: 1.6rem 2rem; padding: 0.9rem 1.1rem; border: 1px solid var(--line); border-radius: var(--radius); background: var(--surface); gap: 0.5rem; }
      .row { display: flex; flex-wrap: wrap; gap: 0.6rem 1rem; align-items: center; }
      .row .grow { flex: 1 1 14rem; overflow-wrap: anywhere; }
      .file { position: relative; overflow: hidden; }
      .file input { position: absolute; inset: 0; opacity: 0; cursor: pointer; font-size: 0; }
      .file:focus-within { outline: 3px solid var(--focus); outline-offset: 2px; }
      .wrong { border-inline-start: 5px solid var(--accent); padding-inline-start: 0.8rem; }
      .desk { display: grid; gap: 2.4rem clamp(1.4rem, 3vw, 2.4rem); grid-template-columns: minmax(0, 5fr) minmax(0, 7fr); align-items: start; }
      studio-editor { position: sticky; inset-block-start: 1rem; }
      .people { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr)); }
      .conditions { display: flex; flex-wrap: wrap; gap: 0.6rem 1rem; align-items: end; }
      .conditions label { display: grid; grid-template-columns: minmax(0, max-content); max-width: 100%; gap: 0.2rem; font-size: 0.88rem; color: var(--muted); }
      .conditions select, .conditions input { color: var(--ink); font-size: 1rem; max-width: 100%; }
      input[type="datetime-local"] { min-height: 44px; border: 1.5px solid var(--strong-line); border-radius: 999px; background: var(--surface); padding: 0 1em; }
      input[type="number"] { width: 5.5rem; }
      .plots { margin-block-start: 2.8rem; }
      .pair { display: grid; gap: 2rem clamp(1.4rem, 3vw, 2.4rem); grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); }
      .pair h3 { font-size: 1.15rem; }
      .scroll { overflow-x: auto; }
      table { border-collapse: collapse; font-size: 0.92rem; font-variant-numeric: tabular-nums; }
      caption { text-align: start; color: var(--muted); padding-block-end: 0.4em; }
      th, td { text-align: start; font-weight: 400; padding: 0.35em 0.9em 0.35em 0; border-block-start: 1px solid var(--line); }
      code { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 0.9em; overflow-wrap: anywhere; }
      @media (max-width: 900px) { .desk { grid-template-columns: minmax(0, 1fr); } studio-editor { position: static; } }
    `,
  ];
  constructor() {
    super();
    this.state = 0;
    this.opening = false;
  }
  get #studio(): Studio {
    if (!kept) {
      const studio = (kept = new Studio());
      studio.subscribe(() => (studio.unsaved ? addEventListener : removeEventListener)("beforeunload", ask));
    }
    return kept;
  }
  override connectedCallback(): void {
    super.connectedCallback();
    this.#end = this.#studio.subscribe(() => this.state++);
    if (!this.#studio.source) void this.#open(this.#studio.start());
  }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#end?.();
  }
  async #open(loading: Promise<void>): Promise<void> {
    this.opening = true;
    try {
      await loading;
    } finally {
      this.opening = false;
    }
  }
  #choose(event: Event): void {
    const input = event.target as HTMLInputElement;
    const files = [...(input.files ?? [])];
    input.value = "";
    if (files.length > 0) void this.#open(this.#studio.load(files));
  }

  #pack() {
    const words = t().studio;
    const { source, refused } = this.#studio;
    const name = source?.name ?? words.ownPack;
    return html`<section class="packs" aria-label=${words.pack}>
      <div class="row">
        <p class="grow" role="status" data-pack=${source?.name ?? ""} data-items=${source?.bench.status.items ?? ""}><span class="small-caps">${words.pack}</span> <strong>${name}</strong>${source ? html` · ${words.packHolds(source.bench.status.items, number(source.bench.status.items), source.kinds.filter(({ token }) => token !== "").length)}` : nothing}</p>
        <label class="button file">${words.load}<input type="file" multiple accept=".flaneur,.json" data-action="load-pack" @change=${(e: Event) => this.#choose(e)} /></label>
        ${source?.name !== undefined ? html`<button class="button" data-action="own-pack" @click=${() => void this.#open(this.#studio.useOwn()).then(() => this.keepFocus('[data-action="load-pack"]'))}>${words.useOwn}</button>` : nothing}
      </div>
      <p class="note">${words.loadHint}</p>
      <div role="status">${this.opening ? words.opening : nothing}</div>
      ${refused
        ? html`<div class="wrong" role="alert" data-refused=${refused.code}>
            <p><strong>${words.files[refused.code] ?? words.fileOther}</strong> ${words.notLoaded(name)}</p>
            <p class="note"><code>${refused.code}</code> ${refused.path ? html`<code>${refused.path}</code>` : nothing} <span lang="en">${refused.message}</span></p>
          </div>`
        : nothing}
      ${source?.bench.status.engine === "passthrough" ? html`<p class="wrong" role="alert">${words.noEngine} ${t().reason[source.bench.status.reason ?? "wasm_failed"]}</p>` : nothing}
    </section>`;
  }

  #conditions() {
    const words = t().studio;
    const { conditions, rules } = this.#studio;
    const slots = [...new Set([...SLOTS, conditions.slot, ...rules.flatMap(({ slots = [] }) => slots)])];
    // What is out of range gives way to what is in force.
    const sized = ({ target }: Event): void => {
      const field = target as HTMLInputElement;
      const size = Number(field.value);
      if (Number.isInteger(size) && size >= 1 && size <= MOST_PLACES) this.#studio.set({ size });
      else field.value = String(conditions.size);
    };
    const timed = ({ target }: Event): void => {
      const field = target as HTMLInputElement;
      const moment = Date.parse(field.value);
      if (Number.isFinite(moment) && moment >= 0) this.#studio.set({ moment });
      else field.value = local(conditions.moment);
    };
    return html`<div class="conditions">
      <label>${words.slot}<select data-action="slot" @change=${(e: Event) => this.#studio.set({ slot: (e.target as HTMLSelectElement).value })}>${slots.map((slot) => html`<option value=${slot} ?selected=${slot === conditions.slot}>${slot}</option>`)}</select></label>
      <label>${words.size}<input type="number" min="1" max=${MOST_PLACES} data-action="size" .value=${String(conditions.size)} @change=${sized} /></label>
      <label>${words.moment}<input type="datetime-local" data-action="moment" .value=${local(conditions.moment)} @change=${timed} /></label>
    </div>`;
  }

  #people() {
    const words = t().studio;
    const { source, shown, pinned, rules, same } = this.#studio;
    return html`<section aria-label=${words.slates}>
      <h2>${words.slates}</h2>
      ${this.#conditions()}
      <p class="note">${words.slatesText}</p>
      <p role="status" data-same=${same}>${same ? words.sameRules : words.compared(pinned.length, rules.length)}</p>
      ${source && source.kinds.length === 0 ? html`<p>${words.noShopper}</p>` : nothing}
      <div class="people">${source ? shown.map((one) => persona(source.catalog, one, rules)) : nothing}</div>
    </section>`;
  }

  #figures(before: Map<string, number>, now: Map<string, number>, items: number) {
    const words = t().studio;
    const row = (name: string, of: (counts: Map<string, number>) => { value: number; text: string }, data: string) => {
      const [was, is] = [of(before), of(now)];
      return html`<tr data-figure=${data} data-before=${was.value} data-now=${is.value}><th scope="row">${name}</th><td>${was.text}</td><td>${is.text}</td></tr>`;
    };
    const tenth = (counts: Map<string, number>): number => {
      const places = [...counts.values()].sort((a, b) => b - a);
      const sum = places.reduce((total, count) => total + count, 0);
      return sum === 0 ? 0 : places.slice(0, Math.ceil(items / 10)).reduce((total, count) => total + count, 0) / sum;
    };
    return html`<div class="scroll" role="group" tabindex="0" aria-label=${words.figures}><table>
      <caption>${words.figures}</caption>
      <thead><tr><td></td><th scope="col">${words.before}</th><th scope="col">${words.now}</th></tr></thead>
      <tbody>
        ${row(words.gini, (counts) => ({ value: gini(counts, items), text: number(gini(counts, items), 3) }), "gini")}
        ${row(words.topTenth, (counts) => ({ value: tenth(counts), text: finePercent(tenth(counts)) }), "tenth")}
        ${row(words.met, (counts) => ({ value: counts.size / items, text: words.metOf(finePercent(counts.size / items), counts.size, number(counts.size)) }), "coverage")}
      </tbody>
    </table></div>`;
  }

  #plots() {
    const words = t().studio;
    const { crowd, source, conditions } = this.#studio;
    if (!source || crowd.of === 0) return nothing;
    const { items } = crowd;
    const [before, now] = [shown(crowd.before), shown(crowd.now)];
    const [was, is] = [coverage(crowd.before, items), coverage(crowd.now, items)];
    const grown = (shares: number[]): [number, number][] => shares.map((share, shoppers) => [shoppers, share]);
    return html`<section class="plots" aria-label=${words.plots} data-crowd=${crowd.of} data-differs=${crowd.before.join() !== crowd.now.join()}>
      <h2>${words.plots}</h2>
      <p class="note">${words.plotsText(crowd.of, conditions.size)}</p>
      <div class="pair">
        <section>
          <h3>${words.concentration}</h3>
          <p class="note">${words.concentrationText}</p>
          ${key(true)}
          ${plot({ label: words.concentrationText, before: concentration(before, items), now: concentration(now, items), to: { x: 1, y: 1 }, axes: { x: words.thingsAxis, y: words.placesAxis }, mark: percent, equal: true })}
        </section>
        <section>
          <h3>${words.coverage}</h3>
          <p class="note">${words.coverageText}</p>
          ${key(false)}
          ${plot({ label: words.coverageText, before: grown(was), now: grown(is), to: { x: crowd.of, y: ceiling(Math.max(was.at(-1) ?? 0, is.at(-1) ?? 0)) }, axes: { x: words.shoppersAxis, y: words.catalogAxis }, mark: (shoppers) => number(shoppers) })}
        </section>
      </div>
      ${this.#figures(before, now, items)}
    </section>`;
  }

  protected override render() {
    const words = t().studio;
    return html`
      <nav class="crumbs" aria-label=${t().trail}><a href=${to.merchant}>${t().privacy.merchantTitle}</a></nav>
      <h1>${words.title}</h1>
      <p class="lead">${words.text}</p>
      ${this.#pack()}
      <div class="desk">
        <studio-editor .studio=${this.#studio} .state=${this.state}></studio-editor>
        ${this.#people()}
      </div>
      ${this.#plots()}
    `;
  }
}
customElements.define("page-studio", PageStudio);
