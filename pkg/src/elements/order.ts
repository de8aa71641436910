/**
 * `<flaneur-order slot-name="home">`: the main parameters of a list and their weight, in plain words
 * (Digital Services Act, article 27).
 *
 * Nothing of it is written by hand: the shares are those of the scores of the list as the engine
 * gives it now, and the rules are the shop's own.
 */

import { html } from "lit";
import type { TemplateResult } from "lit";
import type { Flaneur, Rule, Where } from "../types.js";
import { FlaneurElement } from "./base.js";
import type { Words } from "./en.js";
import { sharesOf } from "./terms.js";

/** Places of the list that are looked at. */
const PLACES = 50;
/** Smaller shares are told together. */
const LEAST = 0.02;

export class FlaneurOrder extends FlaneurElement {
  static override properties = { slotName: { attribute: "slot-name" } };
  declare slotName: string;

  constructor() {
    super();
    this.slotName = "home";
  }

  protected override draw(shop: Flaneur, words: Words): TemplateResult {
    const { items } = shop.rank({ slot: this.slotName, size: PLACES, seed: 1 });
    const shares = sharesOf(items, words);
    const told = shares.filter(({ family, share }) => share >= LEAST && family !== "other");
    const other = 1 - told.reduce((sum, { share }) => sum + share, 0);
    const line = (name: string, share: number) =>
      html`<li class="line" data-share=${share}><span>${name}</span><span class="number">${this.percent(share)}</span></li>`;
    return html`<section>
        <h3>${words.orderTitle}</h3>
        ${shares.length === 0
          ? html`<p>${words.orderPlain}</p>`
          : html`<p>${words.orderText}</p>
              <ul>
                ${told.map(({ family, share }) => line(words.signal[family], share))} ${other > 0.001 ? line(words.signal.other, other) : ""}
              </ul>`}
      </section>
      <section>
        <h3>${words.rulesTitle}</h3>
        ${this.rules.length === 0 ? html`<p>${words.rulesNone}</p>` : html`<ul>${this.rules.map((rule) => html`<li class="line"><span>${this.#rule(rule, words)}</span></li>`)}</ul>`}
      </section>`;
  }

  #rule(rule: Rule, words: Words): string {
    switch (rule.type) {
      case "pin": return words.rule.pin(this.title_(rule.item), rule.position + 1);
      case "cap": return words.rule.cap(words.per[rule.per], rule.max);
      case "boost":
      case "bury":
      case "exclude": return words.rule[rule.type](this.#where(rule.where));
      default: return words.rule.other;
    }
  }

  #where({ ids, priceBelow, priceAbove, ...traits }: Where): string {
    const price = [priceAbove === undefined ? "" : `> ${priceAbove}`, priceBelow === undefined ? "" : `< ${priceBelow}`];
    const told = [...(ids ?? []).map((id) => this.title_(id)), ...Object.values(traits).map((trait) => this.trait(String(trait))), ...price];
    return told.filter(Boolean).join(", ");
  }
}
