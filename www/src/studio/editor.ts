// The field in which rules are written: what is wrong is said below it, and marked in it.
import { css, html, nothing } from "lit";
import { live } from "lit/directives/live.js";
import { download } from "../download.ts";
import { t } from "../i18n/index.ts";
import { ShopElement } from "../parts/element.ts";
import { shared } from "../styles/shared.ts";
import { EXAMPLES, type Example } from "./examples.ts";
import type { Stretch } from "./rules-text.ts";
import type { Studio } from "./studio.ts";

/** How long the hand must rest before what was written is read, in milliseconds. */
const REST_MS = 150;

export class StudioEditor extends ShopElement {
  static override properties = { studio: { attribute: false }, state: { attribute: false }, draft: { state: true } };
  declare studio: Studio;
  /** Changes when the studio did. */
  declare state: number;
  /** What was written and not read yet. */
  declare draft: string | undefined;
  #timer = 0;
  static override styles = [
    shared,
    css`
      :host { display: grid; gap: 0.8rem; grid-template-columns: minmax(0, 1fr); }
      h2 { font-size: 1.4rem; }
      .head { display: flex; flex-wrap: wrap; gap: 0.2rem 1rem; align-items: baseline; }
      .field { display: grid; grid-template-columns: minmax(0, 1fr); max-height: min(62vh, 34rem); min-height: 14rem; overflow: auto; border: 1.5px solid var(--strong-line); border-radius: var(--radius); background: var(--surface); }
      .field:focus-within { outline: 3px solid var(--focus); outline-offset: 2px; }
      .field[data-wrong] { border-color: var(--accent); }
      .field > * { grid-area: 1 / 1; margin: 0; padding: 0.9rem 1rem; border: 0; font: 0.9rem/1.6 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; letter-spacing: 0; tab-size: 2; white-space: pre-wrap; overflow-wrap: anywhere; }
      @media (pointer: coarse) { .field > * { font-size: 1rem; } }
      pre { color: transparent; pointer-events: none; }
      mark { background: var(--accent-soft); color: transparent; border-radius: 3px; box-shadow: inset 0 -2px 0 var(--accent); }
      textarea { background: transparent; color: var(--ink); resize: none; overflow: hidden; outline: none; width: 100%; height: 100%; }
      textarea:focus-visible { outline: none; }
      .row { display: flex; flex-wrap: wrap; gap: 0.5rem; align-items: center; }
      .fault { border: 1px solid var(--accent); border-inline-start-width: 5px; border-radius: 8px; padding: 0.7rem 0.9rem; display: grid; gap: 0.3rem; background: var(--surface); }
      .fault strong { font-weight: 600; }
      code { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 0.9em; overflow-wrap: anywhere; }
      @media (forced-colors: active) { mark { forced-color-adjust: none; background: Mark; color: transparent; box-shadow: none; } pre { forced-color-adjust: none; } }
    `,
  ];

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#settle();
  }

  get #area(): HTMLTextAreaElement | null {
    return this.renderRoot.querySelector("textarea");
  }
  #written(): void {
    this.draft = this.#area?.value;
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#settle(), REST_MS);
  }
  /** Reads what was written. */
  #settle(): void {
    clearTimeout(this.#timer);
    const { draft } = this;
    this.draft = undefined;
    if (draft !== undefined) this.studio.write(draft);
  }
  #insert(name: Example): void {
    this.#settle();
    const at = this.studio.insert(name);
    if (!at) return;
    // The page around draws later; the new text must stand here before it can be selected.
    this.requestUpdate();
    void this.updateComplete.then(() => this.#show(at));
  }
  /** What is done may leave nothing to do again: the button is off then, and its neighbour takes the focus. */
  #compare(run: () => void): void {
    run();
    this.requestUpdate(); // the page around draws later
    void this.keepFocus('[data-action="export-rules"]');
  }
  /** Selects a stretch of the text and brings it into view. */
  #show({ start, end }: Stretch): void {
    const area = this.#area;
    const field = this.renderRoot.querySelector<HTMLElement>(".field");
    if (!area || !field) return;
    area.focus({ preventScroll: true });
    area.setSelectionRange(start, end);
    field.scrollTop = Math.max(0, this.#heightOf(start) - field.clientHeight / 2);
  }
  /** How far down a place of the text stands. The ground has the same text, wrapped in the same way, and can be measured. */
  #heightOf(place: number): number {
    const ground = this.renderRoot.querySelector("pre");
    if (!ground) return 0;
    const texts = document.createTreeWalker(ground, NodeFilter.SHOW_TEXT);
    for (let left = place; texts.nextNode(); ) {
      const text = texts.currentNode as Text;
      if (left < text.length) {
        const range = document.createRange();
        range.setStart(text, left);
        range.setEnd(text, left + 1);
        return range.getBoundingClientRect().top - ground.getBoundingClientRect().top;
      }
      left -= text.length;
    }
    return 0;
  }

  #fault() {
    const words = t().studio;
    const { fault, rules } = this.studio;
    if (!fault) return html`<p class="note" data-valid>${words.inForce(rules.length)}</p>`;
    const { code, path, at, message } = fault;
    const syntax = code === "json";
    return html`<div class="fault" data-code=${code} data-path=${path ?? ""} data-line=${at?.line ?? ""}>
      <p><strong>${words.faults[code] ?? words.faultOther}</strong> ${syntax ? `${words.broken[message] ?? message}.` : nothing}</p>
      ${syntax ? nothing : html`<p><code>${code}</code> ${path ? html`<code>${path}</code>` : nothing}</p><p class="note" lang="en">${message}</p>`}
      ${at ? html`<p>${words.at(at.line, at.column)} <button class="link" data-action="go" @click=${() => this.#show(at)}>${words.goThere}</button></p>` : nothing}
      <p class="note">${rules.length === 0 ? words.noneInForce : words.notInForce(rules.length)}</p>
    </div>`;
  }

  protected override render() {
    const words = t().studio;
    const { fault, same } = this.studio;
    const text = this.draft ?? this.studio.text;
    const at = this.draft === undefined ? fault?.at : undefined;
    const ground = at ? html`${text.slice(0, at.start)}<mark>${text.slice(at.start, at.end)}</mark>${text.slice(at.end)}${"\n"}` : `${text}\n`;
    return html`
      <div class="head"><h2>${words.rules}</h2><span class="note" id="hint">${words.rulesHint}</span></div>
      <div class="field" ?data-wrong=${fault !== undefined}>
        <pre aria-hidden="true">${ground}</pre>
        <textarea data-action="rules" aria-label=${words.rulesLabel} aria-invalid=${fault ? "true" : "false"} aria-describedby="hint said" spellcheck="false" autocapitalize="off" autocomplete="off" .value=${live(text)} @input=${() => this.#written()} @change=${() => this.#settle()}></textarea>
      </div>
      <div role="status" id="said">${this.#fault()}</div>
      <div class="row" role="group" aria-label=${words.examples}>
        <span class="note">${words.examples}</span>
        ${EXAMPLES.map((name) => html`<button class="button small" data-action="example-${name}" ?disabled=${!this.studio.canInsert(name)} @click=${() => this.#insert(name)}>${words.example[name]}</button>`)}
      </div>
      ${this.studio.source && !EXAMPLES.every((name) => this.studio.names(name)) ? html`<p class="note" data-unnamed>${words.examplesNeed}</p>` : nothing}
      <div class="row">
        <button class="button main" data-action="export-rules" @click=${() => (this.#settle(), download(this.studio.file(), "rules.json"))}>${words.export}</button>
        <button class="button" data-action="pin" ?disabled=${same} @click=${() => this.#compare(() => (this.#settle(), this.studio.pin()))}>${words.pin}</button>
        <button class="button" data-action="restore" ?disabled=${same && !fault} @click=${() => this.#compare(() => this.studio.restore())}>${words.restore}</button>
      </div>
      ${fault ? html`<p class="note">${words.exportNeeds}</p>` : nothing}
    `;
  }
}
customElements.define("studio-editor", StudioEditor);
