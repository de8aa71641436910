/**
 * `<flaneur-order slot-name="home">`: the main parameters of a list and their weight, in plain words
 * (Digital Services Act, article 27).
 *
 * Nothing of it is written by hand: the shares are those of the scores of the list as the engine
 * gives it now, and the rules are the shop's own that hold in its slot.
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
    const rules = this.rules.filter(({ slots }) => {
      const named = [slots ?? []].flat(); // the engine takes a single name, too
      return named.length === 0 || named.includes(this.slotName);
    });
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
        ${rules.length === 0 ? html`<p>${words.rulesNone}</p>` : html`<ul>${rules.map((rule) => html`<li class="line"><span>${this.#rule(rule, words)}</span></li>`)}</ul>`}
      </section>`;
  }

  /** A rule in words. It may come from JSON, whose nothing is `null`, and a shop's own words from a time when there were fewer. */
  #rule(rule: Rule, words: Words): string {
    const text = this.#told(rule, words) || words.rule.other;
    if (rule.type === "schedule" || !Object.values(rule.when ?? {}).some((part) => part != null)) return text;
    return words.rule.moment?.(text) ?? words.rule.other; // not as if it always held
  }

  #told(rule: Rule, words: Words): string | undefined {
    switch (rule.type) {
      case "pin": return words.rule.pin(this.title_(rule.item), rule.position + 1);
      case "cap": return words.rule.cap(words.per[rule.per], rule.max);
      case "boost":
      case "bury":
      case "exclude":
      case "schedule": {
        const what = this.#where(rule.where, words);
        return what && words.rule[rule.type]?.(what);
      }
      case "quota":
      case "floor": {
        const { where, atLeast, atLeastShare, atMost, atMostShare } = rule as Extract<Rule, { type: "quota" }>;
        const what = this.#where(where, words);
        const many = (number?: number, share?: number): string =>
          [number == null ? "" : words.places?.(number), share == null ? "" : words.placesShare?.(this.percent(share))].filter(Boolean).join(` ${words.and} `);
        const least = many(atLeast, atLeastShare);
        const most = many(atMost, atMostShare);
        return what && (least || most) && words.rule[rule.type]?.(what, least, most);
      }
    }
    return undefined; // of a later version
  }

  /** A condition in words; nothing when a part of it has none: a part that is left out would say something else. */
  #where(where: Where, words: Words, inside = false): string | undefined {
    const part = (inner: Where): string | undefined => this.#where(inner, words, true);
    const name = (given: string): string => given;
    const tell: Record<string, (given: never) => string | undefined> = {
      all: part, any: part, kind: name, brand: name, category: name, tag: name,
      ids: (id: string) => this.title_(id),
      attribute: (attribute: string) => this.trait(attribute),
      not: (inner: Where) => {
        const what = part(inner);
        return what && words.not(what);
      },
    };
    const given = Object.entries(where).filter(([, value]) => value != null);
    const texts = given.map(([key, value]) => {
      const limit = (number: number): string | undefined => words.limit[key as keyof Words["limit"]]?.(this.format(number));
      return joined(([value].flat() as never[]).map(tell[key] ?? limit), key === "all" ? words.and : words.or, !inside && given.length === 1);
    });
    return joined(texts, words.and, !inside);
  }
}

/** Texts with a word between them, in brackets unless they stand alone; nothing without each of them. */
function joined(texts: (string | undefined)[], word: string, alone: boolean): string | undefined {
  const text = texts.join(` ${word} `);
  return texts.length === 0 || !texts.every(Boolean) ? undefined : alone || texts.length === 1 ? text : `(${text})`;
}
