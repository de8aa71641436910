// The privacy budget: what is spent of this week's and of the last thirty days' epsilon, by the shop and by each question.
import { css, html } from "lit";
import type { LedgerEntry } from "flaneur";
import { now } from "../clock.ts";
import { language, number, t } from "../i18n/index.ts";
import { epsilonOf, spentBy, type Measuring } from "../measuring.ts";
import { panel } from "../styles/panel.ts";
import { shared } from "../styles/shared.ts";
import { ShopElement } from "./element.ts";

const WEEK = 7, MONTH = 30;

export class ShopBudget extends ShopElement {
  static override properties = { measuring: { attribute: false } };
  declare measuring: Measuring;
  static override styles = [
    shared,
    panel,
    css`
      .bars { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 16rem), 1fr)); gap: 0.4rem 1.6rem; margin-block-end: 0.9rem; }
      .bars > h3 { grid-column: 1 / -1; font: 500 1rem/1.3 var(--text); letter-spacing: 0; }
      meter { width: 100%; height: 14px; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
      p { display: flex; justify-content: space-between; gap: 1rem; font-variant-numeric: tabular-nums; }
    `,
  ];
  #bar(task: string, period: "week" | "month", spent: number, limit: number) {
    const words = t().privacy;
    const said = words.spent(number(epsilonOf(spent), 1), number(epsilonOf(limit), 1));
    return html`<div>
      <p><span>${words[period]}</span><span>${said}</span></p>
      <meter min="0" max=${limit} .value=${spent} data-budget=${task} data-period=${period} data-spent=${spent} aria-label="${words[period]}${t().colon}${said}"></meter>
    </div>`;
  }
  /** Every question that is asked now or was ever answered, once. */
  #questions(ledger: readonly LedgerEntry[]): Map<string, { en: string; fr: string }> {
    const asked = this.store.questions?.tasks.tasks ?? [];
    return new Map([...ledger.map(({ task, purpose }) => [task, purpose] as const), ...asked.map(({ id, purpose }) => [id, purpose] as const)]);
  }
  protected override render() {
    const words = t().privacy;
    const { budget, ledger } = this.measuring;
    const rest = [...this.#questions(ledger)];
    return html`<section aria-labelledby="budget">
      <h2 id="budget">${words.budgetTitle}</h2>
      <p class="note">${words.budgetText}</p>
      <div class="box">
        <div class="bars"><h3>${words.wholeShop}</h3>${this.#bar("shop", "week", budget.week.spent, budget.week.limit)}${this.#bar("shop", "month", budget.month.spent, budget.month.limit)}</div>
        ${rest.map(
          ([task, purpose]) => html`<div class="bars"><h3>${purpose[language()]}</h3>${this.#bar(task, "week", spentBy(ledger, task, WEEK, now()), budget.week.limit)}${this.#bar(task, "month", spentBy(ledger, task, MONTH, now()), budget.month.limit)}</div>`,
        )}
      </div>
    </section>`;
  }
}
customElements.define("shop-budget", ShopBudget);
