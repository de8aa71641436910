/**
 * `<flaneur-inspector>`: for developers. How the engine runs, what is allowed, what is in the log, and
 * the terms of the first places of a list. Not meant for shoppers, hence not translated beyond its name.
 */

import { css, html } from "lit";
import type { TemplateResult } from "lit";
import type { Flaneur } from "../types.js";
import { FlaneurElement } from "./base.js";
import type { Words } from "./en.js";

export class FlaneurInspector extends FlaneurElement {
  static override properties = { slotName: { attribute: "slot-name" } };
  declare slotName: string;

  static override styles = [
    FlaneurElement.styles,
    css`
      details { position: fixed; inset-block-end: 0; inset-inline-end: 0; z-index: 2147483647; max-width: min(34rem, 100vw); max-height: 60vh; overflow: auto; background: Canvas; border: 1px solid GrayText; padding: 0.5em; font-size: 0.8rem; }
      summary { min-height: 24px; cursor: pointer; }
      pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
    `,
  ];

  constructor() {
    super();
    this.slotName = "home";
  }

  protected override draw(shop: Flaneur, words: Words): TemplateResult {
    const { events, interests, affinities, session, basket, surprise } = shop.profile.inspect();
    const began = performance.now();
    const { items } = shop.rank({ slot: this.slotName, size: 5, seed: 1 });
    const milliseconds = performance.now() - began;
    const seen = { status: shop.status, gates: shop.consent.gates, events, interests: interests.length, affinities: affinities.length, session, basket, surprise, milliseconds };
    const places = items.map(({ id, score, propensity, discovery, reasons }) => ({
      id, score, propensity, discovery,
      terms: Object.fromEntries(reasons.map(({ signal, weight, value }) => [signal, `${weight.toFixed(3)} × ${value.toFixed(3)}`])),
    }));
    return html`<aside aria-label=${words.inspector}><details>
      <summary>${words.inspector}</summary>
      <pre tabindex="0">${JSON.stringify(seen, null, 1)}</pre>
      <pre tabindex="0">${JSON.stringify(places, null, 1)}</pre>
    </details></aside>`;
  }
}
