// One list in React and in Vue, the same for the server and the browser.

import { createElement as h, StrictMode } from "react";
import { createSSRApp, defineComponent, h as v, shallowRef } from "vue";
import { FlaneurProvider, useConsent, useSlate } from "flaneur/react";
import { flaneurPlugin, useConsent as useVueConsent, useSlate as useVueSlate } from "flaneur/vue";

export const ITEMS = ["lamp", "chair", "rug"].flatMap((kind) => [0, 1, 2, 3].map((n) => ({ id: `${kind}-${n}`, category: kind, price: 10 + n })));
const request = { slot: "home", size: 6, candidates: ITEMS.map(({ id }) => id), seed: 7 };

function List() {
  const { slate, waiting, hold } = useSlate(request);
  const [gates] = useConsent();
  return h("ul", { "data-waiting": String(waiting), "data-rank": String(gates.rank), ...hold }, slate.items.map(({ id }) => h("li", { key: id }, h("button", null, id))));
}

/** What React draws. */
export const reactApp = (shop) => h(StrictMode, null, h(FlaneurProvider, { shop }, h(List)));

const VueList = defineComponent(() => {
  const { view, hold } = useVueSlate(request);
  const { gates } = useVueConsent();
  const on = Object.fromEntries(Object.entries(hold).map(([name, run]) => [`on${name[0].toUpperCase()}${name.slice(1)}`, run]));
  return () => v("ul", { "data-rank": String(gates.value.rank), ...on }, view.value.slate.items.map(({ id }) => v("li", { key: id }, v("button", null, id))));
});

/** What Vue draws, and where its shop goes. */
export function vueApp() {
  const shop = shallowRef();
  return { app: createSSRApp(VueList).use(flaneurPlugin, shop), shop };
}
