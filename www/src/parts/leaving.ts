// What would leave next, and what left: every answer in clear, with who gets it, what it costs, and what became of it.
import { css, html, nothing } from "lit";
import type { LedgerEntry, OutboxEntry } from "flaneur";
import { download } from "../download.ts";
import { day, language, list, moment, number, t } from "../i18n/index.ts";
import { epsilonOf, type Measuring } from "../measuring.ts";
import { panel } from "../styles/panel.ts";
import { shared } from "../styles/shared.ts";
import { ShopElement } from "./element.ts";

export class ShopLeaving extends ShopElement {
  static override properties = { measuring: { attribute: false } };
  declare measuring: Measuring;
  static override styles = [
    shared,
    panel,
    css`
      h3 { font: 500 1.05rem/1.3 var(--text); letter-spacing: 0; }
      .entry { padding-block: 0.8rem; border-block-end: 1px solid var(--line); display: grid; gap: 0.25rem; }
      .entry:last-child { border: 0; }
      .answer { font-weight: 600; }
      details ul { columns: 14rem; padding-block: 0.4rem; }
      .scroll { overflow-x: auto; }
      table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
      th, td { text-align: start; padding: 0.5rem 0.9rem 0.5rem 0; border-block-end: 1px solid var(--line); vertical-align: top; font-weight: 400; }
      th { color: var(--muted); }
      .figure { text-align: end; }
    `,
  ];
  #next({ task, mode, purpose, label, state, due, epsilon, bytes, operators, relay }: OutboxEntry) {
    const words = t().privacy;
    const buckets = this.store.questions?.tasks.tasks.find(({ id }) => id === task)?.buckets ?? [];
    const facts = [words.to(list(operators)), ...(relay === undefined ? [] : [words.via(relay)]), epsilon > 0 ? words.costs(number(epsilonOf(epsilon), 1)) : words.costsNothing, ...(bytes > 0 ? [words.bytes(number(bytes))] : [])];
    return html`<li class="entry" data-next=${task} data-state=${state}>
      <h3>${purpose[language()]}</h3>
      <p>${mode === "ldp" ? words.answerNoise : words.answer} <span class="answer" data-answer>${label[language()]}</span></p>
      <p class="note">${state === "waiting" ? words.waiting(moment(due)) : words.collecting(moment(due))}</p>
      <p class="note">${facts.join(" · ")}</p>
      <details><summary>${words.choices(buckets.length)}</summary><ul>${buckets.map((bucket) => html`<li>${bucket[language()]}</li>`)}</ul></details>
    </li>`;
  }
  #why() {
    const words = t().privacy;
    const { gates } = this.store.flaneur.consent;
    if (!this.store.questions) return words.nothingAsked;
    if (!gates.measure) return words.closed;
    return gates.store ? words.nextNone : words.needsStore;
  }
  #line({ at, purpose, label, epsilon, bytes, operators, relay, outcome, sentAt, reason, receipt, task }: LedgerEntry) {
    const words = t().privacy;
    const said = outcome === "sent" && sentAt !== undefined ? words.sentOn(moment(sentAt)) : words.outcome[outcome];
    return html`<tr data-line=${task} data-outcome=${outcome}>
      <td>${day(at)}</td><th scope="row">${purpose[language()]}</th><td>${label[language()]}</td>
      <td class="figure">${number(epsilonOf(epsilon), 1)}</td><td class="figure">${number(bytes)}</td><td>${list(operators)}${relay === undefined ? nothing : html`<br /><small class="note">${words.via(relay)}</small>`}</td>
      <td>${said}${reason ? html` (${words.reason[reason] ?? reason})` : nothing}${receipt ? html`<br /><small class="note">${words.receiptId(receipt.slice(0, 8))}</small>` : nothing}</td>
    </tr>`;
  }
  #left(ledger: LedgerEntry[]) {
    const words = t().privacy;
    const { columns } = words;
    if (ledger.length === 0) return html`<p class="box" data-left="0">${words.leftNone}</p>`;
    return html`<p class="note">${words.leftText}</p>
      <div class="box scroll" role="group" aria-labelledby="left" tabindex="0" data-left=${ledger.length}>
        <table>
          <thead><tr><th scope="col">${columns.week}</th><th scope="col">${columns.question}</th><th scope="col">${columns.answer}</th><th scope="col" class="figure">${columns.price}</th><th scope="col" class="figure">${columns.bytes}</th><th scope="col">${columns.operators}</th><th scope="col">${columns.outcome}</th></tr></thead>
          <tbody>${ledger.map((line) => this.#line(line))}</tbody>
        </table>
      </div>
      <div><button class="button" data-action="download-ledger" @click=${() => download(new Blob([JSON.stringify(ledger, null, 2)], { type: "application/json" }), "flaneur-ledger.json")}>${words.downloadLedger}</button></div>`;
  }
  protected override render() {
    const words = t().privacy;
    const { preview, ledger, tasks } = this.measuring;
    const refused = tasks.filter(({ state }) => state === "refused");
    return html`
      <section aria-labelledby="next">
        <h2 id="next">${words.nextTitle}</h2>
        ${preview.length === 0 ? html`<p class="box" data-nothing>${this.#why()}</p>` : html`<p class="note">${words.nextText}</p><ul class="box">${preview.map((entry) => this.#next(entry))}</ul>`}
        ${refused.length > 0 ? html`<h3>${words.refusedTitle}</h3><ul class="box">${refused.map(({ task, code, message }) => html`<li data-refused=${code ?? ""}>${this.store.questions?.tasks.tasks.find(({ id }) => id === task)?.purpose[language()] ?? task}${t().colon}<span lang="en">${message}</span></li>`)}</ul>` : nothing}
      </section>
      <section aria-labelledby="left">
        <h2 id="left">${words.leftTitle}</h2>
        ${this.#left(ledger)}
      </section>
    `;
  }
}
customElements.define("shop-leaving", ShopLeaving);
