/**
 * `<flaneur-leaves>`: what leaves this device, as it leaves.
 */

import { html } from "lit";
import type { TemplateResult } from "lit";
import type { Flaneur } from "../types.js";
import { FlaneurElement } from "./base.js";
import type { Words } from "./en.js";

export class FlaneurLeaves extends FlaneurElement {
  protected override draw(_shop: Flaneur, words: Words): TemplateResult {
    return html`<section>
      <h3>${words.leavesTitle}</h3>
      <p>${words.leavesNothing}</p>
    </section>`;
  }
}
