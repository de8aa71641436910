/**
 * `<flaneur-leaves>`: what leaves this device: nothing, or each answer that waits and each that is being
 * collected, in clear, with who receives it and when. Read from `measure.preview()`, so it is what leaves.
 */

import { html } from "lit";
import type { TemplateResult } from "lit";
import type { Flaneur, OutboxEntry } from "../types.js";
import { FlaneurElement, quietly } from "./base.js";
import type { Words } from "./en.js";

/** How long to wait before looking again, doubled each time up to the last. */
const FIRST_WAIT_MS = 250;
const LAST_WAIT_MS = 60_000;

export class FlaneurLeaves extends FlaneurElement {
  static override properties = { entries: { state: true } };
  declare entries: OutboxEntry[];
  #timer = 0;

  constructor() {
    super();
    this.entries = [];
  }

  protected override clear(): void {
    this.entries = [];
  }

  protected override changed(): void {
    this.requestUpdate();
    quietly(this.#read());
  }

  async #read(wait = FIRST_WAIT_MS): Promise<void> {
    const { shop } = this;
    const allowed = shop?.consent.gates.measure === true;
    const entries = allowed ? await shop.measure.preview() : [];
    if (shop !== this.shop) return;
    this.entries = entries;
    // What measures is loaded after consent only, and says nothing when it is there, nor when something left.
    clearTimeout(this.#timer);
    if (allowed) this.#timer = window.setTimeout(() => this.isConnected && quietly(this.#read(Math.min(2 * wait, LAST_WAIT_MS))), wait);
  }

  protected override draw(shop: Flaneur, words: Words): TemplateResult {
    const allowed = shop.consent.gates.measure;
    const when = new Intl.DateTimeFormat(this.locale, { dateStyle: "medium" });
    const line = ({ label, purpose, operators, relay, state, due, mode }: OutboxEntry): TemplateResult => html`<li class="line" data-state=${state}>
      <span>${purpose[this.language]}${this.colon}<bdi>${label[this.language]}</bdi></span>
      <small>${words.leavesLine[state](when.format(due), operators.join(", "))} ${mode === "ldp" ? words.leavesNoise : ""} ${relay === undefined ? "" : words.leavesRelay(relay)}</small>
    </li>`;
    return html`<section>
      <h3>${words.leavesTitle}</h3>
      <p>${allowed ? words.leavesAllowed : words.leavesNothing}</p>
      ${allowed && this.entries.length > 0 ? html`<ul>${this.entries.map(line)}</ul>` : ""}
    </section>`;
  }
}
