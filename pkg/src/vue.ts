/**
 * Vue: a plugin, and composables that follow the shop.
 *
 * On a server and at the first paint a slate is the shop's own order of its candidates; the personal
 * one comes once the component is mounted. Nothing moves while the list is held: bind `hold` with `v-on`.
 */

import { computed, inject, onDeactivated, onMounted, onScopeDispose, shallowRef, toValue, watch } from "vue";
import type { App, InjectionKey, MaybeRefOrGetter, ShallowRef } from "vue";
import { firstSlate } from "./first.js";
import { Shelf } from "./shelf.js";
import type { ShelfView } from "./shelf.js";
import type { Flaneur, Gates, RankRequest } from "./types.js";

const KEY: InjectionKey<ShallowRef<Flaneur | undefined>> = Symbol("flaneur");

/** `app.use(flaneurPlugin, shop)`: a shop, or a ref that holds one later. */
export const flaneurPlugin = {
  install(app: App, shop: Flaneur | ShallowRef<Flaneur | undefined>): void {
    app.provide(KEY, "rank" in shop ? shallowRef(shop) : shop);
  },
};

/** The shop of the plugin. */
export function useFlaneur(): ShallowRef<Flaneur | undefined> {
  return inject(KEY, () => shallowRef(undefined), true);
}

/** What `useSlate` gives. */
export interface UsedSlate {
  readonly view: Readonly<ShallowRef<ShelfView>>;
  /** `v-on="hold"` on the list's element. */
  readonly hold: Record<"pointerenter" | "pointerleave" | "focusin" | "focusout", () => void>;
  /** Shows the waiting order at once. */
  refresh(): void;
}

/** A live slate. */
export function useSlate(request: MaybeRefOrGetter<RankRequest>): UsedSlate {
  const shop = useFlaneur();
  const shown = shallowRef<ShelfView>();
  // A server draws later than it sets up: what was fetched in between is asked for too.
  const view = computed(() => shown.value ?? { slate: firstSlate(toValue(request)), waiting: false });
  let shelf: Shelf | undefined;
  const close = (): void => shelf?.close();
  const open = (): void => {
    close();
    const own = shop.value && new Shelf(shop.value, toValue(request), () => (shown.value = own!.view), shelf);
    shown.value = own?.view;
    shelf = own;
  };
  onMounted(() => watch([shop, () => JSON.stringify(toValue(request))], open, { immediate: true }));
  onScopeDispose(close);
  const set = (by: "pointer" | "focus", held: boolean) => () => shelf?.hold(by, held);
  const hold = { pointerenter: set("pointer", true), pointerleave: set("pointer", false), focusin: set("focus", true), focusout: set("focus", false) };
  // What is kept alive leaves the page without a word of the pointer or the focus.
  onDeactivated(() => (hold.pointerleave(), hold.focusout()));
  return {
    view,
    hold,
    refresh: () => shelf?.refresh(true),
  };
}

/** The gates, and what changes them: what is chosen before the shop is open holds once it is. */
export function useConsent(): { gates: Readonly<ShallowRef<Gates>>; set(gates: Partial<Gates>): Promise<void> } {
  const shop = useFlaneur();
  const denied: Gates = { store: false, learn: false, rank: false, measure: false };
  const gates = shallowRef(denied);
  let leave: (() => void) | undefined;
  onMounted(() =>
    watch(
      shop,
      (now) => {
        leave?.();
        leave = now?.on("consent", () => (gates.value = now.consent.gates));
        gates.value = now?.consent.gates ?? denied;
      },
      { immediate: true },
    ),
  );
  onScopeDispose(() => leave?.());
  return {
    gates,
    set: async (change) => {
      if (!shop.value) await undefined; // a watcher made at once may end with the component that chose
      if (shop.value) return shop.value.consent.set(change);
      const stop = watch(shop, (now) => (stop(), now!.consent.set(change)));
    },
  };
}
