// What the shop knows, in words: interests with their evidence, leanings, what was said and what was sent away.
import { css, html, nothing, svg, type TemplateResult } from "lit";
import type { Affinity, Forget, Interest, ProfileView } from "flaneur";
import { ago, list, number, percent, t } from "../i18n/index.ts";
import { to } from "../router.ts";
import { panel } from "../styles/panel.ts";
import { shared } from "../styles/shared.ts";
import { ShopElement } from "./element.ts";

export class ShopKnows extends ShopElement {
  static override styles = [
    shared,
    panel,
    css`
      .interest { display: grid; gap: 0.6rem; }
      .interest + .interest { margin-block-start: 0.7rem; }
      .head { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0.3rem 1rem; align-items: start; }
      .head h4 { margin: 0; font: 500 1.08rem/1.3 var(--display); }
      .word::first-letter { text-transform: uppercase; }
      .word { display: inline-block; }
    `,
  ];
  #forget(what: Forget): void {
    this.store.forget(what);
    this.toast({ text: t().forgotten });
    void this.store.reload().then(() => this.keepFocus("button, [tabindex]"));
  }
  #button(name: string, what: Forget, action: string, label = t().forget): TemplateResult {
    return html`<button class="button small" data-action=${action} data-value=${Object.values(what)[0] as string} aria-label=${`${label}${t().colon}${name}`} @click=${() => this.#forget(what)}>${label}</button>`;
  }
  /** The traits of an interest in words; the narrower kinds say more than the department. */
  #name(interest: Interest): string {
    const { catalog } = this.store;
    const departments = new Set(catalog.departments.map((d) => `category:${d.token}`));
    const telling = interest.attributes.filter((a) => !departments.has(a) && !a.startsWith("brand:"));
    const chosen = (telling.length > 0 ? telling : interest.attributes).slice(0, 3).map((a) => catalog.word(a));
    return chosen.length > 0 ? list(chosen) : list(interest.items.slice(0, 2).map(({ id }) => catalog.title(id)));
  }
  #interest(interest: Interest): TemplateResult {
    const words = t();
    const { catalog } = this.store;
    const name = this.#name(interest);
    return html`<div class="box interest" data-interest=${interest.id}>
      <div class="head">
        <div><h4><span class="word">${name}</span></h4><span class="note">${words.interestShare(percent(interest.share))} · ${ago(interest.lastSeen)}</span></div>
        ${this.#button(name, { interest: interest.id }, "forget-interest")}
      </div>
      <svg class="bar" aria-hidden="true">${svg`<rect class="track" width="100%" height="10" rx="5"/><rect class="for" width="${Math.max(2, interest.share * 100)}%" height="10" rx="5"/>`}</svg>
      <div class="thumbs">${interest.items.slice(0, 7).map(({ id }) => html`<a href=${to.item(id)}><shop-picture .item=${id} alt=${catalog.title(id)}></shop-picture></a>`)}</div>
    </div>`;
  }
  #affinity(affinity: Affinity, most: number): TemplateResult {
    const words = t();
    const name = this.store.catalog.word(affinity.attribute);
    const half = Math.min(50, (Math.abs(affinity.value) / most) * 50);
    return html`<div class="line" data-affinity=${affinity.attribute}>
      <span><span class="note">${affinity.value < 0 ? words.away : words.towards}</span> <strong>${name}</strong></span>
      ${this.#button(name, { attribute: affinity.attribute }, "forget-attribute")}
      <svg class="bar" aria-hidden="true">${svg`<rect class="track" width="100%" height="10" rx="5"/><rect class=${affinity.value < 0 ? "against" : "for"} x="${affinity.value < 0 ? 50 - half : 50}%" width="${half}%" height="10" rx="3"/><rect class="zero" x="50%" width="1" height="10"/>`}</svg>
      <span></span>
      <span class="note">${words.evidence(affinity.evidence, number(affinity.evidence, Number.isInteger(Math.round(affinity.evidence * 10) / 10) ? 0 : 1))} · ${ago(affinity.lastSeen)}</span>
    </div>`;
  }
  #said(view: ProfileView): TemplateResult[] {
    const { catalog } = this.store;
    const words = t();
    return view.declared.map(({ attribute, item, liking, event, at }) => {
      const what = item !== undefined ? catalog.title(item) : catalog.word(attribute ?? "");
      return html`<div class="line" data-declared=${event}><span>${liking < 0 ? words.declaredDisliking(what) : words.declaredLiking(what)} <span class="note">· ${ago(at)}</span></span>${this.#button(what, { event }, "forget-event")}</div>`;
    });
  }
  #away(view: ProfileView): TemplateResult[] {
    const { catalog } = this.store;
    const words = t();
    return view.muted.map(({ attribute, item, event, at }) => {
      const what = item !== undefined ? catalog.title(item) : catalog.word(attribute ?? "");
      return html`<div class="line" data-muted=${attribute ?? item ?? ""}><span>${item !== undefined ? words.mutedItem(what) : words.mutedAttribute(what)} <span class="note">· ${ago(at)}</span></span>${this.#button(what, { event }, "bring-back", words.bringBack)}</div>`;
    });
  }
  protected override render() {
    const words = t();
    const view = this.store.inspect();
    const affinities = [...view.affinities].sort((a, b) => Math.abs(b.value) - Math.abs(a.value)).slice(0, 12);
    const most = Math.max(0.2, ...affinities.map((a) => Math.abs(a.value)));
    if (view.interests.length + affinities.length + view.declared.length + view.muted.length === 0) return html`<p class="box" tabindex="-1">${words.knowsNothing}</p>`;
    return html`
      ${view.interests.length > 0 ? html`<section><h3>${words.interests}</h3><p class="note">${words.interestsText}</p><div>${view.interests.map((i) => this.#interest(i))}</div></section>` : nothing}
      ${affinities.length > 0 ? html`<section><h3>${words.affinities}</h3><p class="note">${words.affinitiesText}</p><div class="box">${affinities.map((a) => this.#affinity(a, most))}</div></section>` : nothing}
      ${view.declared.length > 0 ? html`<section><h3>${words.declaredTitle}</h3><div class="box">${this.#said(view)}</div></section>` : nothing}
      ${view.muted.length > 0 ? html`<section><h3>${words.mutedTitle}</h3><div class="box">${this.#away(view)}</div></section>` : nothing}
    `;
  }
}
customElements.define("shop-knows", ShopKnows);
