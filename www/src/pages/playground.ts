// The playground: a feed and a dump of a dataLayer go in; what was heard, and the shelf with its reasons, come out.
import { css, html, nothing } from "lit";
import type { RankedItem } from "flaneur";
import { money, number, signed, t } from "../i18n/index.ts";
import { ShopElement } from "../parts/element.ts";
import { dump, feed } from "../playground/example.ts";
import type { Heard } from "../playground/hearing.ts";
import { attempt, type Fault, type Trial } from "../playground/trial.ts";
import { terms } from "../reasons.ts";
import { page } from "../styles/page.ts";
import { shared } from "../styles/shared.ts";

/** What was pasted stays while the shop is open, also behind another page; nothing of it is stored. */
let kept = { feed: "", dump: "" };

/** Entries that are listed at first, and with each wish for more: thousands of rows would hold up the page. */
const STEP = 200;
/** How often a long dump says how far it is, in milliseconds. */
const PROGRESS_MS = 100;
/** Terms under a place; the rest is in the score. */
const TERMS = 3;

export class PagePlayground extends ShopElement {
  static override properties = { trial: { state: true }, fault: { state: true }, busy: { state: true }, course: { state: true }, limit: { state: true } };
  declare trial: Trial | undefined;
  declare fault: Fault | undefined;
  declare busy: boolean;
  /** How far a long dump is. */
  declare course: { done: number; all: number } | undefined;
  /** Entries that are listed. */
  declare limit: number;
  /** Ends the trial that runs. */
  #running: AbortController | undefined;
  static override styles = [
    shared,
    page,
    css`
      h1 { margin-block: 1.6rem 0.6rem; }
      h2 { font-size: 1.4rem; }
      section { display: grid; gap: 0.7rem; grid-template-columns: minmax(0, 1fr); }
      .lead { max-width: 52rem; }
      .inputs { display: grid; gap: 1.2rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); margin-block: 1.4rem 1rem; }
      .field { display: grid; gap: 0.3rem; grid-template-rows: auto 1fr auto; }
      label { font-weight: 600; }
      .field .note { overflow-wrap: anywhere; }
      textarea { width: 100%; height: 16rem; resize: vertical; padding: 0.8em; border: 1.5px solid var(--strong-line); border-radius: 12px; background: var(--surface); color: var(--ink); font: 0.85rem/1.45 ui-monospace, Menlo, Consolas, monospace; white-space: pre; }
      @media (pointer: coarse) { textarea { font-size: 1rem; } }
      .row { display: flex; flex-wrap: wrap; gap: 0.6rem 1rem; }
      .course { margin-block-start: 1.2rem; }
      progress { width: min(100%, 24rem); height: 14px; accent-color: var(--sage); }
      .wrong { border-inline-start: 5px solid var(--accent); padding-inline-start: 0.8rem; margin-block-start: 1.2rem; }
      .said { margin-block-start: 1.2rem; }
      .out { margin-block-start: 1.6rem; display: grid; gap: 2.4rem clamp(1.4rem, 3vw, 2.8rem); grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); align-items: start; }
      .scroll { overflow-x: auto; }
      table { border-collapse: collapse; font-size: 0.9rem; width: 100%; min-width: 30rem; }
      th, td { text-align: start; font-weight: 400; padding: 0.4em 0.9em 0.4em 0; border-block-start: 1px solid var(--line); vertical-align: top; }
      thead th { color: var(--muted); border: 0; }
      td.ids, td.name { overflow-wrap: anywhere; }
      tr[data-outcome="counted"] td:last-child { color: var(--sage); font-weight: 600; }
      ol { margin: 0; padding: 0; list-style: none; display: grid; gap: 0.5rem; }
      ol > li { display: grid; grid-template-columns: 2.2rem minmax(0, 1fr) auto; gap: 0 0.8rem; padding: 0.7rem 0.9rem; border: 1px solid var(--line); border-radius: 12px; background: var(--surface); }
      .place, .score { font-variant-numeric: tabular-nums; }
      .place { color: var(--muted); }
      .terms { grid-column: 2 / -1; color: var(--muted); font-size: 0.88rem; }
      .terms li { display: flex; justify-content: space-between; gap: 1rem; }
      .terms span:first-child { min-width: 0; overflow-wrap: anywhere; }
      .surprise { color: var(--plum); font-weight: 600; }
      code { overflow-wrap: anywhere; }
      @media (max-width: 40em) { .terms { grid-column: 1 / -1; } }
    `,
  ];
  constructor() {
    super();
    this.busy = false;
    this.limit = STEP;
  }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#running?.abort();
    if (this.hasUpdated) kept = { feed: this.#field("feed").value, dump: this.#field("dump").value };
  }
  #field(name: "feed" | "dump"): HTMLTextAreaElement {
    return this.renderRoot.querySelector<HTMLTextAreaElement>(`#${name}`)!;
  }
  #fill(feedText: string, dumpText: string): void {
    this.#field("feed").value = feedText;
    this.#field("dump").value = dumpText;
    this.trial = this.fault = undefined;
    // What runs is about other texts.
    this.#running?.abort();
  }
  async #run(): Promise<void> {
    const running = new AbortController();
    this.#running = running;
    this.busy = true;
    let last = performance.now();
    const told = (done: number, all: number) => {
      if (performance.now() - last < PROGRESS_MS) return;
      last = performance.now();
      this.course = { done, all };
    };
    try {
      const found = await attempt(this.#field("feed").value, this.#field("dump").value, { told, signal: running.signal });
      if (running.signal.aborted) return;
      this.fault = "code" in found ? found : undefined;
      this.trial = "code" in found ? undefined : found;
      this.limit = STEP;
    } finally {
      this.busy = false;
      this.course = undefined;
    }
  }

  /** Not spoken at each step: who listens can ask for it, and hears the end. */
  #progress() {
    const { course } = this;
    if (!course) return nothing;
    const { done, all } = course;
    return html`<p class="course" data-course=${done}><label>${t().playground.hearing(done, number(done), number(all))}<br /><progress max=${all} .value=${done}></progress></label></p>`;
  }

  #wrong() {
    const words = t().playground;
    const { fault } = this;
    if (!fault) return nothing;
    return html`<div class="wrong" role="alert" data-fault=${fault.code}>
      ${fault.code === "no_feed" ? words.noFeed : html`${words.refused} <code>${fault.code}</code> <code>${fault.path ?? ""}</code> <span lang="en">${fault.message}</span>`}
    </div>`;
  }

  #said({ feed: { items, left }, heard = [] }: Trial) {
    const words = t().playground;
    return html`
      ${words.read(items.length)}
      ${left.length > 0 ? html`<span data-left=${left.length}>${words.left(left.length)} ${left.slice(0, 5).map(({ at, because }) => `${words.entry(at)}${t().colon}${words.leftBecause[because]}`).join("; ")}${left.length > 5 ? "…" : "."}</span>` : nothing}
      ${heard.length > 0 ? words.counted(heard.filter(({ outcome }) => outcome === "counted").length, heard.length) : nothing}
    `;
  }

  #line(heard: Heard) {
    const words = t().playground;
    return html`<tr data-entry=${heard.at} data-outcome=${heard.outcome}>
      <td>${heard.at}</td>
      <td class="name">${heard.name}</td>
      <td class="ids">${heard.items.join(", ")}${heard.missing.length > 0 ? html`<br /><span class="note" data-missing>${words.missing(heard.missing.join(", "))}</span>` : nothing}</td>
      <td>${words.outcome[heard.outcome]}</td>
    </tr>`;
  }

  #events({ heard }: Trial) {
    const words = t().playground;
    if (!heard) return html`<div class="wrong" role="alert" data-no-dump>${words.noDump}</div>`;
    if (heard.length === 0) return html`<p>${words.eventsNone}</p>`;
    const { columns } = words;
    return html`<div class="scroll" role="group" tabindex="0" aria-label=${words.eventsTitle}>
        <table>
          <thead><tr><th scope="col">${columns.entry}</th><th scope="col">${columns.name}</th><th scope="col">${columns.items}</th><th scope="col">${columns.outcome}</th></tr></thead>
          <tbody>${heard.slice(0, this.limit).map((each) => this.#line(each))}</tbody>
        </table>
      </div>
      ${heard.length > this.limit ? html`<div class="row"><button class="button" data-action="more-entries" @click=${() => ((this.limit += STEP), void this.keepFocus(".scroll"))}>${words.moreEntries(Math.min(STEP, heard.length - this.limit))}</button></div>` : nothing}`;
  }

  #place(ranked: RankedItem, { catalog, newcomer }: Trial) {
    const words = t().playground;
    const before = newcomer.indexOf(ranked.id);
    const { price, currency } = catalog.item(ranked.id);
    return html`<li data-item=${ranked.id}>
      <span class="place">${ranked.position + 1}</span>
      <span><strong>${catalog.title(ranked.id)}</strong> <span class="note">${price === undefined ? "" : money(price, currency)} ${before < 0 ? words.wasNot : words.was(before + 1)}</span>
        ${ranked.discovery ? html`<span class="surprise">${t().toDiscover}</span>` : nothing}</span>
      <span class="score">${number(ranked.score, 2)}</span>
      <ul class="terms">${terms(ranked, catalog).slice(0, TERMS).map((term) => html`<li><span>${term.sentence}${term.trait ? `${t().colon}${term.trait}` : ""}${term.item !== undefined && term.item !== ranked.id ? ` (${catalog.title(term.item)})` : ""}</span><span>${signed(term.part)}</span></li>`)}</ul>
    </li>`;
  }

  #shelf(trial: Trial) {
    const words = t().playground;
    const { because } = words;
    return html`
      ${trial.reason === undefined ? html`<p class="note">${words.shelfText}</p>` : html`<p class="wrong">${words.noEngine} <code>${trial.reason}</code></p>`}
      <ol data-shelf>${trial.shelf.map((ranked) => this.#place(ranked, trial))}</ol>
      ${trial.kept.length > 0 ? html`<h3>${words.kept}</h3><ul>${trial.kept.map(({ id, because: why }) => html`<li data-kept=${id}>${trial.catalog.title(id)}${t().colon}${because[why as keyof typeof because] ?? because.other}</li>`)}</ul>` : nothing}
    `;
  }

  protected override render() {
    const words = t().playground;
    const { trial } = this;
    return html`
      <h1>${words.title}</h1>
      <p class="lead">${words.text}</p>
      <div class="inputs">
        <div class="field"><label for="feed">${words.feed}</label><span class="note" id="feed-hint">${words.feedHint}</span><textarea id="feed" aria-describedby="feed-hint" spellcheck="false" autocomplete="off" .defaultValue=${kept.feed}></textarea></div>
        <div class="field"><label for="dump">${words.dump}</label><span class="note" id="dump-hint">${words.dumpHint}</span><textarea id="dump" aria-describedby="dump-hint" spellcheck="false" autocomplete="off" .defaultValue=${kept.dump}></textarea></div>
      </div>
      <div class="row">
        <button class="button main" data-action="run" aria-disabled=${this.busy ? "true" : "false"} @click=${() => !this.busy && void this.#run()}>${words.run}</button>
        <button class="button" data-action="example" @click=${() => this.#fill(feed, dump)}>${words.example}</button>
        <button class="button" data-action="clear" @click=${() => this.#fill("", "")}>${words.clear}</button>
      </div>
      ${this.#progress()}
      ${this.#wrong()}
      <p class="note said" role="status" data-read=${trial?.feed.items.length ?? nothing}>${trial ? this.#said(trial) : nothing}</p>
      ${trial
        ? html`<div class="out">
            <section data-events><h2>${words.eventsTitle}</h2>${this.#events(trial)}</section>
            <section><h2>${words.shelfTitle}</h2>${this.#shelf(trial)}</section>
          </div>`
        : nothing}
    `;
  }
}
customElements.define("page-playground", PagePlayground);
