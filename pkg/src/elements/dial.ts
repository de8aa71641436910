/**
 * `<flaneur-dial slot-name="home" size="10">`: the surprise dial, with the list it would give.
 */

import { html, nothing } from "lit";
import type { TemplateResult } from "lit";
import type { Flaneur } from "../types.js";
import { FlaneurElement } from "./base.js";
import type { Words } from "./en.js";

/** How many places the list has when nobody says. */
const SIZE = 10;

export class FlaneurDial extends FlaneurElement {
  static override properties = { slotName: { attribute: "slot-name" }, size: { type: Number }, moving: { state: true } };
  declare slotName: string;
  declare size: number;
  /** Where the dial stands while it moves. A finger that goes on to scroll has put it where it was set down, and is taken back. */
  declare moving: number | undefined;

  constructor() {
    super();
    this.slotName = "home";
    this.size = SIZE;
  }

  protected override draw(shop: Flaneur, words: Words): TemplateResult {
    const value = this.moving ?? shop.profile.inspect().surprise;
    const { items } = shop.rank({ slot: this.slotName, size: +(this.size ?? SIZE), surprise: value, seed: 1 });
    const said = words.dialSaid(this.percent(value), items.filter(({ discovery }) => discovery).length, items.length);
    const keeps = shop.consent.gates.learn && shop.status.engine !== "passthrough";
    return html`<section>
      <h3 id="dial">${words.dialTitle}</h3>
      <input type="range" min="0" max="1" step="0.1" .value=${String(value)} aria-labelledby="dial" aria-valuetext=${said}
        @input=${(event: Event) => (this.moving = Number((event.target as HTMLInputElement).value))}
        @pointercancel=${() => (this.moving = undefined)}
        @change=${() => {
          if (!keeps || this.moving === undefined) return;
          shop.profile.declare({ surprise: this.moving });
          this.moving = undefined;
        }} />
      <div class="row"><span>${words.dialLow}</span><span aria-hidden="true">–</span><span>${words.dialHigh}</span></div>
      <p>${said}</p>
      ${keeps ? nothing : html`<p>${words.dialNeeds}</p>`}
      <ol part="preview">${items.map(({ id, discovery }) => html`<li><bdi lang=${this.foreign}>${this.title_(id)}</bdi>${discovery ? html` <span class="badge">${words.discovery}</span>` : nothing}</li>`)}</ol>
    </section>`;
  }
}
