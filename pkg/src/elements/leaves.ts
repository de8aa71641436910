/**
 * `<flaneur-leaves>`: whether anything leaves this device. What waits in the outbox, the page shows with `measure.preview()`.
 */

import { html } from "lit";
import type { TemplateResult } from "lit";
import type { Flaneur } from "../types.js";
import { FlaneurElement } from "./base.js";
import type { Words } from "./en.js";

export class FlaneurLeaves extends FlaneurElement {
  protected override draw(shop: Flaneur, words: Words): TemplateResult {
    return html`<section>
      <h3>${words.leavesTitle}</h3>
      <p>${shop.consent.gates.measure ? words.leavesAllowed : words.leavesNothing}</p>
    </section>`;
  }
}
