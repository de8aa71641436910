// What the shopper's buttons do, wherever they stand: act, say so, and offer the way back for ten seconds.
import { t } from "../i18n/index.ts";
import { shop } from "../store.ts";
import type { Toast } from "./element.ts";

export function say(from: HTMLElement, toast: Toast): void {
  from.dispatchEvent(new CustomEvent("shop-toast", { detail: toast, bubbles: true, composed: true }));
}

/** What a shopper without learning is told, with the way to change it. */
function notLearning(from: HTMLElement, text: string, undo?: () => void): void {
  say(from, { text, ...(undo && { undo }), more: [{ label: t().openChoices, action: "panel", run: () => from.dispatchEvent(new CustomEvent("shop-panel", { detail: "controls", bubbles: true, composed: true })) }] });
}

export function like(from: HTMLElement, id: string): void {
  const store = shop();
  const title = store.catalog.title(id);
  if (!store.learning) return notLearning(from, t().notLearningLike);
  if (store.toggleLike(id)) say(from, { text: t().likedIt(title), undo: () => store.likes.has(id) && store.toggleLike(id) });
  else say(from, { text: t().unliked });
}

/** The traits of an item that may be hidden with it: maker, kind, colour. */
export function scopes(id: string): { attribute: string; label: string }[] {
  const { catalog } = shop();
  const item = catalog.item(id);
  const found: { attribute: string; label: string }[] = [];
  if (item.brand) found.push({ attribute: `brand:${item.brand}`, label: item.brand });
  const category = catalog.categories(id).at(-1);
  if (category) found.push({ attribute: `category:${category}`, label: catalog.word(`category:${category}`) });
  for (const key of ["colour", "color"]) {
    const colour = item.attributes?.[key];
    if (typeof colour === "string") found.push({ attribute: `${key}:${colour}`, label: catalog.word(`${key}:${colour}`) });
  }
  return found;
}

/** Takes the item away in this frame, then offers to hide what it shares with others. */
export function dismissWithScopes(from: HTMLElement, id: string): void {
  const store = shop();
  // The card goes away with the item: what follows is said by the shelf or the page around it.
  const root = (from.getRootNode() as ShadowRoot).host as HTMLElement | undefined;
  const speaker = root ?? from;
  from.dispatchEvent(new CustomEvent("shop-dismissing", { detail: id, bubbles: true, composed: true }));
  const undo = store.dismiss(id);
  if (!store.learning) return notLearning(speaker, t().notLearning, undo);
  say(speaker, {
    text: t().dismissed(store.catalog.title(id)),
    undo,
    lead: t().alsoLess,
    more: scopes(id).map(({ attribute, label }) => ({
      label,
      action: "mute",
      run: () => {
        const back = store.mute(attribute);
        say(speaker, { text: t().muted(label), undo: () => (back(), undo()) });
      },
    })),
  });
}

export function addToBasket(from: HTMLElement, id: string): void {
  const store = shop();
  const before = store.basket.get(id) ?? 0;
  store.setQuantity(id, before + 1);
  say(from, { text: t().added(store.catalog.title(id)), undo: () => store.setQuantity(id, before) });
}
