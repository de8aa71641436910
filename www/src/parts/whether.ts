// "Is it on my shelf, and why not?": the verdict on one thing of the shop, and what every rule of the shelf did.
import { css, html, nothing, type PropertyValues } from "lit";
import type { Absence, RuleTrace, Slate } from "flaneur";
import { number, t } from "../i18n/index.ts";
import { shared } from "../styles/shared.ts";
import { ShopElement } from "./element.ts";

/** The shelf that is asked about. */
export const HOME = { slot: "home", size: 12 };

export class ShopWhether extends ShopElement {
  static override properties = { item: {}, open: { state: true } };
  declare item: string;
  declare open: boolean;
  static override styles = [
    shared,
    css`
      summary { cursor: pointer; font-weight: 500; padding-block: 0.5em; }
      .inside { display: grid; grid-template-columns: minmax(0, 1fr); gap: 0.9rem; padding: 1rem 1.1rem; border: 1px solid var(--line); border-radius: var(--radius); background: var(--surface); }
      .verdict { font-weight: 600; }
      .scroll { overflow-x: auto; }
      table { border-collapse: collapse; width: 100%; font-size: 0.93rem; }
      caption { text-align: start; color: var(--muted); padding-block-end: 0.4em; }
      th, td { text-align: start; padding: 0.4em 0.8em 0.4em 0; border-block-start: 1px solid var(--line); vertical-align: top; font-weight: 400; }
      tr[data-cause] { font-weight: 600; } tr[data-cause] th { font-weight: 600; }
    `,
  ];
  constructor() {
    super();
    this.open = false;
  }

  /** Another thing begins folded. */
  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("item")) this.open = false;
  }

  #verdict(slate: Slate, absence: Absence | undefined) {
    const words = t();
    const ranked = slate.items.find(({ id }) => id === this.item);
    if (ranked) {
      const why = (): boolean => this.dispatchEvent(new CustomEvent("shop-why", { detail: ranked, bubbles: true, composed: true }));
      return html`<p class="verdict" data-verdict="shown">${words.whetherShown(ranked.position + 1)}</p>
        <p><button class="button" data-action="why" @click=${why}>${words.why}</button></p>`;
    }
    const because = absence?.because ?? "candidate";
    const { score, needed } = absence ?? {};
    return html`<p class="verdict" data-verdict=${because}>${words.whetherNot[because]}</p>
      ${score !== undefined && needed !== undefined ? html`<p class="note">${words.whetherScores(number(score, 2), number(needed, 2))}</p>` : nothing}`;
  }

  #rule(trace: RuleTrace, cause: string | undefined) {
    const words = t();
    return html`<tr data-rule=${trace.id ?? trace.rule} ?data-cause=${trace.rule === cause}>
      <th scope="row">${words.ruleType[trace.type]}${words.colon}${trace.id ?? trace.rule}</th>
      <td>${words.ruleOutcome[trace.outcome]}${trace.by !== undefined ? ` (${trace.by})` : ""}</td>
      <td>${trace.count}</td>
    </tr>`;
  }

  #answer() {
    const words = t();
    const slate = this.store.impersonal ? undefined : this.store.explain(HOME, this.item);
    const absence = slate?.absent?.[0];
    if (!slate) return html`<p class="verdict" data-verdict="plain">${words.whyPlain}</p>`;
    return html`
      ${this.#verdict(slate, absence)}
      ${slate.trace && slate.trace.length > 0
        ? html`<div class="scroll" role="group" tabindex="0" aria-label=${words.ruleTrace}><table>
            <caption>${words.ruleTrace}</caption>
            <thead><tr><th scope="col">${words.ruleName}</th><th scope="col">${words.ruleDid}</th><th scope="col">${words.ruleCount}</th></tr></thead>
            <tbody>${slate.trace.map((trace) => this.#rule(trace, absence?.rule))}</tbody>
          </table></div>`
        : nothing}
    `;
  }

  protected override render() {
    return html`<details data-whether=${this.item} ?open=${this.open} @toggle=${(e: Event) => (this.open = (e.currentTarget as HTMLDetailsElement).open)}>
      <summary data-action="whether">${t().whether}</summary>
      ${this.open ? html`<div class="inside" aria-live="polite">${this.#answer()}</div>` : nothing}
    </details>`;
  }
}
customElements.define("shop-whether", ShopWhether);
