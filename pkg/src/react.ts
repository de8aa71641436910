/**
 * React: a provider, and hooks on `useSyncExternalStore`.
 *
 * On a server and at the first paint a slate is the shop's own order of its candidates, so that both
 * sides draw the same. Nothing moves while the list is held: spread `hold` on it.
 */

import { createContext, createElement, startTransition, useContext, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import type { ReactElement, ReactNode } from "react";
import { EMPTY, firstSlate } from "./first.js";
import { Shelf } from "./shelf.js";
import type { ShelfView } from "./shelf.js";
import type { Flaneur, Gates, RankRequest } from "./types.js";

/** What was chosen before there is a shop, and how it is chosen once there is: who took the way before goes on with it. */
interface Waiting extends Array<Partial<Gates>> {
  set?: Flaneur["consent"]["set"] | undefined;
}

/** What is below a provider has its shop; before there is one, what was chosen for it. */
const Context = createContext<Flaneur | Waiting>([]);

/** Gives a shop to what is below. Without one, slates are the shop's own order, and choices wait for it. */
export function FlaneurProvider({ shop, children }: { shop: Flaneur | undefined; children?: ReactNode }): ReactElement {
  const [chosen] = useState<Waiting>([]);
  useEffect(() => {
    if ((chosen.set = shop?.consent.set)) chosen.splice(0).forEach(chosen.set);
  }, [shop]);
  return createElement(Context.Provider, { value: shop ?? chosen }, children);
}

/**
 * Opens a shop for the life of a component, and closes it with it: also under StrictMode, which does
 * both twice. `open` is called once, whatever is given later: a `key` on the component opens another shop.
 */
export function useOpen(open: () => Promise<Flaneur>): Flaneur | undefined {
  const [shop, setShop] = useState<Flaneur>();
  useEffect(() => {
    let left = false;
    // Wrong options reject it, and what throws too: nobody handles that here, so the browser tells the page.
    const opening = (async () => open())();
    // What a server drew and React has not taken over yet stands until it has: at once, it would fall back.
    opening.then((shop) => left || startTransition(() => setShop(shop)));
    return () => {
      left = true;
      setShop(undefined);
      void opening.then((shop) => shop.close(), EMPTY);
    };
  }, []);
  return shop;
}

/** The shop of the provider. */
export function useFlaneur(): Flaneur | undefined {
  const place = useContext(Context) as Partial<Flaneur>;
  return place.on && (place as Flaneur);
}

/** What `useSlate` gives. */
export interface UsedSlate extends ShelfView {
  /** For the element of the list: nothing moves while the pointer or the focus is in it. */
  readonly hold: Record<"onPointerEnter" | "onPointerLeave" | "onFocus" | "onBlur", () => void>;
  /** Shows the waiting order at once. */
  refresh(): void;
}

/** A live slate. */
export function useSlate(request: RankRequest): UsedSlate {
  const shop = useFlaneur();
  const key = JSON.stringify(request);
  const first = useMemo<ShelfView>(() => ({ slate: firstSlate(request), waiting: false }), [key]);
  const [last] = useState<{ shelf?: Shelf | undefined; key?: string }>({});
  const subscribe = useMemo(
    () => (changed: () => void) => {
      const own = (last.shelf = shop && new Shelf(shop, request, changed, last.shelf));
      last.key = key;
      return () => own?.close();
    },
    [shop, key],
  );
  // The list of the last request stands until this one's is there, unless it holds what this one does not ask for.
  const now = (): ShelfView => {
    const view = last.shelf?.view ?? first;
    return last.key === key || view.slate.items.every(({ id }) => request.candidates?.includes(id) ?? true) ? view : first;
  };
  const view = useSyncExternalStore(subscribe, now, () => first);
  const [still] = useState(() => {
    const set = (by: "pointer" | "focus", held?: boolean) => () => last.shelf?.hold(by, held);
    return { hold: { onPointerEnter: set("pointer", true), onPointerLeave: set("pointer"), onFocus: set("focus", true), onBlur: set("focus") }, refresh: () => last.shelf?.refresh(true) };
  });
  return { ...view, ...still };
}

const DENIED: Gates = { store: false, learn: false, rank: false, measure: false };

/** The gates, and what changes them: what is chosen before the shop is open holds once it is. */
export function useConsent(): [Gates, (gates: Partial<Gates>) => Promise<void>] {
  const place = useContext(Context) as Waiting;
  const shop = useFlaneur();
  const subscribe = useMemo(() => (changed: () => void) => shop?.on("consent", changed) ?? EMPTY, [shop]);
  const gates = useSyncExternalStore(subscribe, () => shop?.consent.gates ?? DENIED, () => DENIED);
  return [gates, useMemo(() => shop?.consent.set ?? (async (change) => place.set?.(change) ?? void place.push(change)), [place])];
}
