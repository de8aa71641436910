/**
 * What the elements share: the shop they speak for, the words they speak, and how they look.
 *
 * Styles are adopted, never written into the page, so a strict policy holds. Colours are those of
 * the system until the shop sets the custom properties, so light, dark and forced colours follow.
 */

import { LitElement, css, html, nothing } from "lit";
import type { CSSResultGroup, PropertyDeclarations, PropertyValues, TemplateResult } from "lit";
import { report } from "../errors.js";
import type { Flaneur, Gates, Item, Rule } from "../types.js";
import type { Words } from "./en.js";

/** What the elements need to know. */
export interface ElementsOptions {
  /** Left out, the elements are defined and keep what is set on them, and draw when a later call brings it. */
  shop?: Flaneur | undefined;
  /**
   * What is shown of an item. Called often: look it up, do not fetch it. Brand, category and colour are the catalog's own
   * words, in whatever language the title is: by these the like of it is sent away.
   */
  item: (id: string) => Item | undefined;
  /** Default: the document's language, else the browser's, else English. */
  language?: "en" | "fr";
  /** Other words than those of `wordsOf`, for another language or another tone. */
  words?: Words;
  /** The shop's rules, to be told in plain words. */
  rules?: readonly Rule[];
}

/** The words of a language, fetched when they are first spoken. */
export async function wordsOf(language: "en" | "fr"): Promise<Words> {
  return language === "fr" ? (await import("./fr.js")).fr : (await import("./en.js")).en;
}

/** What was fetched; nothing while it is on its way. */
const spoken = new Map<"en" | "fr", Words | undefined>();

function speak(language: "en" | "fr"): Words | undefined {
  if (!spoken.has(language)) {
    spoken.set(language, undefined);
    wordsOf(language).then(
      (words) => {
        spoken.set(language, words);
        redraw();
      },
      (e: unknown) => {
        spoken.delete(language); // the next change tries again
        report(e);
      },
    );
  }
  return spoken.get(language);
}

let options: ElementsOptions | undefined;

/** Whom the elements speak for; what is left out stays as it was. Elements that are in the page already draw again. */
export function speakFor(given: ElementsOptions): void {
  // A page that changes its language says so there, and to nobody else.
  if (!options) new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["lang"] });
  options = { ...options, ...given };
  for (const element of living) element.restart();
}

const living = new Set<FlaneurElement>();

/** By language and form. Making one takes longer than ranking the item whose price it writes. */
const formats = new Map<string, Intl.NumberFormat>();

function redraw(): void {
  for (const element of living) element.requestUpdate();
}

export abstract class FlaneurElement extends LitElement {
  static override properties: PropertyDeclarations = { said: { state: true } };
  /** What came of the shopper's last action, in words. */
  declare said: string;

  /** Whom it drew last. */
  #of: Flaneur | undefined;
  #leave: (() => void)[] = [];
  #dialog: HTMLDialogElement | null = null;

  static override styles: CSSResultGroup = css`
    :host { display: block; color: var(--flaneur-ink, CanvasText); font: inherit; overflow-wrap: anywhere; }
    :host([hidden]) { display: none; }
    *, *::before, *::after { box-sizing: border-box; }
    h2, h3, p, ul { margin: 0; padding: 0; }
    h2, h3 { font-size: 1.15em; line-height: 1.25; }
    ul { list-style: none; }
    section { display: grid; grid-template-columns: minmax(0, 1fr); gap: 0.6em; margin-block-end: 1.4em; }
    button { font: inherit; font-size: 0.9em; color: inherit; background: transparent; border: 1px solid var(--flaneur-line, GrayText); border-radius: var(--flaneur-radius, 6px); min-height: 28px; min-width: 28px; padding: 0.15em 0.7em; cursor: pointer; }
    button.bare { border-color: transparent; text-decoration: underline; padding-inline: 0.3em; }
    button:hover { border-color: currentColor; }
    :focus-visible { outline: 3px solid var(--flaneur-focus, Highlight); outline-offset: 2px; }
    a { color: inherit; }
    .row { display: flex; flex-wrap: wrap; gap: 0.4em; align-items: center; }
    .line { display: flex; flex-wrap: wrap; gap: 0.3em 0.8em; align-items: center; justify-content: space-between; padding-block: 0.35em; border-block-end: 1px solid var(--flaneur-line, GrayText); }
    .line > :first-child { flex: 1 1 9em; }
    .line > * { min-width: 0; }
    .number { font-variant-numeric: tabular-nums; }
    .badge { font-size: 0.8em; border: 1px solid currentColor; border-radius: 1em; padding: 0 0.6em; }
    label.switch { display: flex; gap: 0.8em; justify-content: space-between; align-items: center; min-height: 32px; }
    input[type="checkbox"] { width: 24px; height: 24px; flex: none; accent-color: var(--flaneur-accent, auto); }
    dialog { width: 38rem; overscroll-behavior: contain; scroll-padding-top: 4em; color: inherit; background: var(--flaneur-surface, Canvas); border: 1px solid var(--flaneur-line, GrayText); border-radius: var(--flaneur-radius, 6px); padding: 0 1em 1em; }
    .head { display: flex; flex-wrap: wrap; gap: 1em; align-items: start; padding-block: 1em; position: sticky; top: 0; background: inherit; }
    .head h2 { flex: 1 1 6em; }
  `;

  constructor() {
    super();
    this.said = "";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    living.add(this);
    this.#listen();
    this.changed();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    living.delete(this);
    this.#dialog?.close(); // the browser would leave it open, and no dialog any more
    for (const leave of this.#leave.splice(0)) leave();
  }

  /** Another shop, or other words. */
  restart(): void {
    for (const leave of this.#leave.splice(0)) leave();
    this.#listen();
    this.changed();
  }

  /** Another shop: what is kept of the one before goes. */
  protected clear(): void {}

  /** Says what came of an action. Nobody is told of a text that stays as it is, so the same words again get a space. */
  protected say(text: string): void {
    this.said = text && text === this.said ? `${text}\u00a0` : text;
  }

  /** Something that is shown may have changed. */
  protected changed(): void {
    this.requestUpdate();
  }

  protected get shop(): Flaneur | undefined {
    return options?.shop;
  }

  /** Moves a gate, which holds at once, and says so when something stricter keeps it where it is. */
  protected move(shop: Flaneur, gate: keyof Gates, open: boolean): void {
    quietly(shop.consent.set({ [gate]: open }));
    this.say(shop.consent.gates[gate] === open ? "" : this.words.held);
    this.requestUpdate();
  }

  protected get rules(): readonly Rule[] {
    return options?.rules ?? [];
  }

  /** What the element spoke last. */
  protected words!: Words;

  /** The language of the words. */
  protected get language(): "en" | "fr" {
    const wishes = [options?.language, document.documentElement.lang, ...navigator.languages];
    const wish = wishes.map((tag) => tag?.slice(0, 2)).find((tag) => tag === "en" || tag === "fr");
    return wish ?? "en";
  }

  /** The page's language where these words are of another: a voice has to be told theirs, and then the page's for what is the shop's. */
  protected get foreign(): string | typeof nothing {
    const { lang } = document.documentElement;
    return options?.words || lang.slice(0, 2) === this.language ? nothing : lang;
  }

  /** What the shop shows of an item; the bare id when its callback has nothing, or fails. */
  protected item(id: string): Item {
    try {
      return options?.item(id) ?? { id };
    } catch (e) {
      report(e);
      return { id };
    }
  }

  protected title_(id: string): string {
    return this.item(id).title || id;
  }

  /** An attribute in words: its value, for `"brand:Acme"` and for `"acme"` alike. */
  protected trait(attribute: string): string {
    return attribute.slice(attribute.indexOf(":") + 1);
  }

  protected percent(share: number): string {
    return this.format(share, { style: "percent", maximumFractionDigits: 0 });
  }

  protected number(value: number): string {
    return this.format(value, { minimumFractionDigits: 2, maximumFractionDigits: 2, signDisplay: "exceptZero" });
  }

  /** A number as the page's language writes it; plain when the form is none, such as a currency of `"€"`. */
  protected format(value: number, form?: Intl.NumberFormatOptions): string {
    const { locale } = this;
    const name = locale + JSON.stringify(form);
    let made = formats.get(name);
    if (!made) {
      try {
        made = new Intl.NumberFormat(locale, form);
      } catch {
        made = new Intl.NumberFormat(locale);
      }
      formats.set(name, made);
    }
    return made.format(value);
  }

  /** The page's language as a tag of dates and numbers: `en_US` is taken for `en-US`, what is no tag for the language of the words. */
  protected get locale(): string {
    try {
      return Intl.getCanonicalLocales((options?.language ?? document.documentElement.lang).replaceAll("_", "-"))[0]!;
    } catch {
      return this.language;
    }
  }

  /** What parts a name from what it is of, as the language writes it. */
  protected get colon(): string {
    return { en: ": ", fr: "\u00a0: " }[this.language];
  }

  /** A button that goes takes the focus with it: it passes to what then stands in its place, else to what is before. */
  protected override update(changed: PropertyValues): void {
    const root = this.renderRoot as ShadowRoot;
    const stops = (): HTMLElement[] => [...root.querySelectorAll<HTMLElement>("a, button")];
    const held = root.activeElement as HTMLElement | null;
    const place = held ? stops().indexOf(held) : 0;
    super.update(changed);
    if (!held || held.isConnected) return;
    for (const stop of [...stops().slice(place), ...stops().reverse()]) {
      stop.focus();
      if (root.activeElement) return;
    }
  }

  /** Opens a dialog once it is drawn, however long after it was asked for. */
  protected override updated(_changed: PropertyValues): void {
    const dialog = this.renderRoot.querySelector("dialog");
    if (!this.isConnected || dialog === this.#dialog) return;
    this.#dialog = dialog;
    if (!dialog) return;
    dialog.showModal();
    // Hidden with what holds it, it would be seen by nobody and shut the whole page.
    new ResizeObserver(() => dialog.offsetWidth || dialog.close()).observe(dialog);
  }

  /** Draws what can be drawn: nothing without a shop, and without words what needs none. */
  protected override render(): unknown {
    const { shop, foreign } = this;
    const words = options?.words ?? speak(this.language);
    if (!shop) return html``;
    if (words) this.words = words;
    return html`<div lang=${foreign === nothing ? foreign : this.language}>${words ? this.draw(shop, words) : this.drawWordless()}</div>`;
  }

  /** What is shown until the words are there, and when they never come. */
  protected drawWordless(): TemplateResult {
    return html``;
  }

  protected abstract draw(shop: Flaneur, words: Words): TemplateResult;

  #listen(): void {
    const { shop } = this;
    if (shop !== this.#of) {
      this.#of = shop;
      this.clear();
    }
    if (!shop) return;
    for (const type of ["change", "consent", "status"] as const) this.#leave.push(shop.on(type, () => this.changed()));
  }
}

/** Waits for something that may fail without harm to the page. */
export function quietly(promise: Promise<unknown>): void {
  promise.catch(report);
}

/** An id for an event that may be taken back. */
export function eventId(): string {
  return crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint32Array(4))].map((n) => n.toString(36)).join("");
}
