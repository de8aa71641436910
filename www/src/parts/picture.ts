// The picture of an item: the shop's own file, or one drawn here when there is none (or none can be had).
import { css, html, type PropertyValues } from "lit";
import { draw } from "../../catalog/pictures.mjs";
import { ShopElement } from "./element.ts";

export class ShopPicture extends ShopElement {
  static override properties = { item: {}, eager: { type: Boolean }, alt: {}, failed: { state: true } };
  declare item: string;
  declare eager: boolean;
  /** Empty when the title stands beside it. */
  declare alt: string;
  declare failed: boolean;
  static override styles = css`
    :host { display: block; aspect-ratio: 5 / 6; overflow: hidden; background: var(--sunken); }
    img, svg { display: block; width: 100%; height: 100%; object-fit: cover; }
  `;
  constructor() {
    super();
    this.alt = "";
    this.eager = false;
    this.failed = false;
  }
  protected override changed(): void {
    // A picture depends on its item and the language of its words only.
    if (this.alt) this.requestUpdate();
  }
  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("item")) this.failed = false;
  }
  protected override render() {
    const file = this.store.catalog.picture(this.item);
    if (file && !this.failed) {
      return html`<img src=${file} alt=${this.alt} width="400" height="480" loading=${this.eager ? "eager" : "lazy"} decoding="async" @error=${() => (this.failed = true)} />`;
    }
    return this.#drawn();
  }
  #drawn(): Node {
    const title = this.store.catalog.title(this.item);
    const svg = new DOMParser().parseFromString(draw({ ...this.store.catalog.item(this.item), title }), "image/svg+xml").documentElement;
    if (this.alt) svg.setAttribute("aria-label", this.alt);
    else {
      svg.removeAttribute("role");
      svg.removeAttribute("aria-label");
      svg.setAttribute("aria-hidden", "true");
    }
    return document.importNode(svg, true);
  }
}
customElements.define("shop-picture", ShopPicture);
