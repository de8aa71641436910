// The shopper's controls: the surprise dial with its preview, the plain order, the gates, and the data itself.
import { css, html, nothing } from "lit";
import { download } from "../download.ts";
import { percent, t } from "../i18n/index.ts";
import { panel } from "../styles/panel.ts";
import { to } from "../router.ts";
import { shared } from "../styles/shared.ts";
import { gatesOf, gateWords } from "./consent.ts";
import { ShopElement } from "./element.ts";
import type { ShopForget } from "./forget.ts";
import "./forget.ts";
import { icon } from "./icons.ts";

const PREVIEW = 10;

export class ShopControls extends ShopElement {
  static override properties = { dial: { state: true } };
  /** Where the dial stands while it moves; the profile's own value otherwise. */
  declare dial: number | undefined;
  /** Where it stood when a finger was put on it: one that goes on to scroll has moved it there all the same. */
  #before: number | undefined;
  static override styles = [
    shared,
    panel,
    css`
      input[type="range"] { width: 100%; height: 32px; accent-color: var(--plum); }
      .ends { display: flex; justify-content: space-between; font-size: 0.88rem; color: var(--muted); }
      .box a { display: inline-block; min-height: 24px; }
      .said { font-weight: 600; }
      .preview { display: grid; grid-template-columns: repeat(5, minmax(0, 1fr)); gap: 8px; }
      .preview li { position: relative; border-radius: 8px; overflow: hidden; }
      .preview .icon { position: absolute; inset-block-end: 4px; inset-inline-start: 4px; color: var(--plum); background: var(--plum-soft); border-radius: 50%; padding: 3px; width: 22px; height: 22px; }
      .preview li[data-discovery] { outline: 2px solid var(--plum); outline-offset: -2px; }
      .row { display: flex; flex-wrap: wrap; gap: 0.6rem; align-items: center; }
      .file { position: relative; overflow: hidden; }
      .file input { position: absolute; inset: 0; opacity: 0; cursor: pointer; font-size: 0; }
      .file:focus-within { outline: 3px solid var(--focus); outline-offset: 2px; }
    `,
  ];
  /** Asks whether to forget everything. */
  async forget(): Promise<void> {
    await this.updateComplete;
    await this.renderRoot.querySelector<ShopForget>("shop-forget")?.ask();
  }
  async #export(): Promise<void> {
    download(await this.store.export(), "flaneur-log.json");
  }
  async #import(event: Event): Promise<void> {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    if (!file) return;
    try {
      const { added, known, refused } = await this.store.import(file);
      this.toast({ text: t().importDone(added, known, refused.length) });
    } catch {
      this.toast({ text: t().importFailed });
    }
    input.value = "";
  }

  #dial() {
    const words = t();
    const { store } = this;
    const value = this.dial ?? store.inspect().surprise;
    const slate = store.rank({ slot: "home", size: PREVIEW, surprise: value });
    const found = slate.items.filter((item) => item.discovery).length;
    return html`
      <section>
        <h3 id="dial">${words.surpriseTitle}</h3>
        <div class="box">
          <input type="range" min="0" max="1" step="0.05" .value=${String(value)} data-action="surprise" aria-labelledby="dial" aria-valuetext=${words.surpriseValue(percent(value), found, slate.items.length)}
            @input=${(e: Event) => (this.dial = Number((e.target as HTMLInputElement).value))}
            @pointerdown=${() => (this.#before = this.dial)} @pointercancel=${() => (this.dial = this.#before)}
            @change=${() => { if (this.dial === undefined) return; store.surprise(this.dial); if (store.learning) this.dial = undefined; }} />
          <div class="ends"><span>${words.surpriseLow}</span><span>${words.surpriseHigh}</span></div>
          <a href=${to.dial}>${words.dialLink}</a>
          <p class="said">${words.surpriseValue(percent(value), found, slate.items.length)}</p>
          ${store.learning ? nothing : html`<p class="note">${words.surpriseNeeds}</p>`}
        </div>
        <p class="small-caps">${words.preview}</p>
        <ul class="preview" data-preview>
          ${slate.items.map((item) => html`<li ?data-discovery=${item.discovery}><shop-picture .item=${item.id} alt=${store.catalog.title(item.id) + (item.discovery ? ` (${words.toDiscover})` : "")}></shop-picture>${item.discovery ? icon("spark") : nothing}</li>`)}
        </ul>
      </section>
    `;
  }

  protected override render() {
    const words = t();
    const { store } = this;
    const gates = store.flaneur.consent.gates;
    return html`
      <div class="row">
        <button class="button" data-action="pause" @click=${() => void store.setGates({ learn: !gates.learn })}>${gates.learn ? words.pause : words.resume}</button>
        <shop-forget></shop-forget>
      </div>
      ${this.#dial()}
      <section>
        <label class="switch box"><span>${words.plainTitle}<small>${words.plainText}</small></span><input type="checkbox" role="switch" data-action="plain" .checked=${store.plain} @change=${(e: Event) => (store.plain = (e.target as HTMLInputElement).checked)} /></label>
      </section>
      <section>
        <h3>${words.gatesTitle}</h3>
        <div class="box">
          ${gatesOf(store).map((gate) => {
            const [name, text] = gateWords(gate);
            return html`<label class="switch"><span>${name}<small>${text}</small></span><input type="checkbox" role="switch" data-action=${`gate-${gate}`} .checked=${gates[gate]} @change=${(e: Event) => void store.setGates({ [gate]: (e.target as HTMLInputElement).checked })} /></label>`;
          })}
          <p><a href=${to.privacy}>${words.privacy.link}</a></p>
        </div>
      </section>
      <section>
        <h3>${words.dataTitle}</h3>
        <div class="row">
          <button class="button" data-action="export" @click=${() => void this.#export()}>${words.exportButton}</button>
          <label class="button file">${words.importButton}<input type="file" accept="application/json,.json" data-action="import" @change=${(e: Event) => void this.#import(e)} /></label>
        </div>
      </section>
    `;
  }
}
customElements.define("shop-controls", ShopControls);
