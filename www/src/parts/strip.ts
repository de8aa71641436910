// One opportunity for this shopper, now: an offer, a story, a service, a message. Or nothing, and it says why.
import { css, html, nothing } from "lit";
import type { Decision } from "flaneur";
import { finePercent, number, signed, t } from "../i18n/index.ts";
import { shared } from "../styles/shared.ts";
import { ShopElement } from "./element.ts";
import { icon } from "./icons.ts";
import "./picture.ts";

export class ShopStrip extends ShopElement {
  static override properties = { decision: { state: true } };
  declare decision: Decision | undefined;
  #watcher: IntersectionObserver | undefined;
  static override styles = [
    shared,
    css`
      section { border: 1px solid var(--line); border-radius: var(--radius); background: var(--surface); padding: 0.9rem 1.1rem; display: grid; gap: 0.6rem; }
      .row { display: grid; grid-template-columns: 56px minmax(0, 1fr) auto; gap: 1rem; align-items: center; }
      .row.silent { grid-template-columns: minmax(0, 1fr); color: var(--muted); }
      shop-picture { border-radius: 10px; }
      h2 { font-size: 1.1rem; }
      summary { cursor: pointer; color: var(--muted); }
      table { border-collapse: collapse; margin-block-start: 0.5rem; font-variant-numeric: tabular-nums; }
      th, td { text-align: start; padding: 0.25rem 1rem 0.25rem 0; font-weight: inherit; }
      td:last-child { text-align: end; padding-inline-end: 0; }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#decide();
  }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#watcher?.disconnect();
  }
  /** Decided when the page opens and after a dismissal; not while the shopper looks at it. */
  #decide(): void {
    this.decision = this.store.decide("strip");
    this.#watcher?.disconnect();
    const { decision } = this;
    if (!decision.choice) return;
    this.#watcher = new IntersectionObserver(
      ([entry]) => {
        if (!entry?.isIntersecting || this.store.covered) return;
        decision.seen();
        this.#watcher?.disconnect();
      },
      { threshold: 0.5 },
    );
    this.#watcher.observe(this);
  }
  #dismiss(id: string): void {
    this.store.dismissOpportunity(id);
    this.#decide();
    void this.keepFocus("summary");
  }
  #title(id: string): string {
    return this.store.catalog.title(id);
  }
  #why(decision: Decision) {
    const words = t();
    const { choice, runnerUp } = decision;
    return html`<details>
      <summary data-action="strip-why">${choice ? words.why : words.stripWhySilent}</summary>
      ${choice
        ? html`<table>
            <caption class="note">${words.stripUnit}</caption>
            <tbody>
              ${choice.reasons.map(({ signal, weight, value }) => html`<tr data-term=${signal}><th scope="row">${words.stripTerm(signal, number(value, 3))}</th><td>${signed(weight * value)}</td></tr>`)}
              <tr><th scope="row">${words.stripUtility}</th><td data-utility>${number(choice.utility, 2)}</td></tr>
            </tbody>
          </table>
          <p class="note">${runnerUp ? words.stripRunnerUp(this.#title(runnerUp.id), number(runnerUp.utility, 2)) : words.stripSilenceNext} ${words.stripChance(finePercent(decision.propensity))}</p>`
        : nothing}
      <ul>
        ${decision.trace.map(({ id, barrier, utility }) => html`<li data-barrier=${barrier ?? nothing}>${this.#title(id)}${words.colon}${barrier ? words.stripBarrier(barrier) : number(utility ?? 0, 2)}</li>`)}
      </ul>
    </details>`;
  }
  protected override render() {
    const { decision } = this;
    if (!decision || decision.silence === "no_engine") return nothing;
    const words = t();
    const { choice } = decision;
    return html`<section aria-label=${words.stripLabel} data-strip=${choice?.id ?? "silence"}>
      ${choice
        ? html`<div class="row">
            <shop-picture .item=${choice.id}></shop-picture>
            <div>
              <span class="small-caps">${words.kind[choice.kind]}</span>
              <h2>${this.#title(choice.id)}</h2>
              <p class="note">${this.store.catalog.description(choice.id)}</p>
            </div>
            <button class="round" data-action="strip-dismiss" aria-label=${words.notForMeFor(this.#title(choice.id))} @click=${() => this.#dismiss(choice.id)}>${icon("cross")}</button>
          </div>`
        : html`<p class="row silent" role="status">${words.stripSilent(decision.silence ?? "barred")}</p>`}
      ${this.#why(decision)}
    </section>`;
  }
}
customElements.define("shop-strip", ShopStrip);
