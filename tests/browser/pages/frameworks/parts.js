// One list in React and in Vue, the same for the server and the browser.

import { createElement as h, StrictMode } from "react";
import { KeepAlive, createApp, createSSRApp, defineComponent, h as v, shallowRef, unref } from "vue";
import { FlaneurProvider, useConsent, useSlate } from "flaneur/react";
import { flaneurPlugin, useConsent as useVueConsent, useSlate as useVueSlate } from "flaneur/vue";

export const ITEMS = ["lamp", "chair", "rug"].flatMap((kind) => [0, 1, 2, 3].map((n) => ({ id: `${kind}-${n}`, category: kind, price: 10 + n })));
export const request = { slot: "home", size: 6, candidates: ITEMS.map(({ id }) => id), seed: 7 };

/** Shows the waiting order at once, in each of the two. */
export const refresh = {};

/** Changes the gates, in each of the two. */
export const chooser = {};

/** What was drawn of items that were not among the candidates. */
export const drawnForeign = [];

/** Notes the items of a drawing that were not asked for. */
const note = (name, { items }, { candidates }) => drawnForeign.push(...items.flatMap(({ id }) => (candidates.includes(id) ? [] : [`${name} ${id}`])));

function List({ asked }) {
  const { slate, waiting, hold, refresh: now } = useSlate(asked);
  refresh.react = now;
  note("react", slate, asked);
  return h("ul", { "data-waiting": String(waiting), ...hold }, slate.items.map(({ id }) => h("li", { key: id }, h("button", null, id))));
}

/** Each function that React's `useConsent` gave to change the gates. */
export const setters = new Set();

/** Apart from the list, which would draw it along. */
function Rank() {
  const [gates, set] = useConsent();
  setters.add(set);
  chooser.react = set;
  return h("i", { "data-rank": String(gates.rank) });
}

/** What React draws. */
export const reactApp = (shop, asked = request) => h(StrictMode, null, h(FlaneurProvider, { shop }, h(List, { asked }), h(Rank)));

const VueList = defineComponent(({ asked }) => {
  const { view, hold, refresh: now } = useVueSlate(asked);
  refresh.vue = now;
  const { gates, set } = useVueConsent();
  chooser.vue = set;
  const on = Object.fromEntries(Object.entries(hold).map(([name, run]) => [`on${name[0].toUpperCase()}${name.slice(1)}`, run]));
  return () => (note("vue", view.value.slate, unref(asked)), v("ul", { "data-rank": String(gates.value.rank), ...on }, view.value.slate.items.map(({ id }) => v("li", { key: id }, v("button", null, id)))));
}, { props: ["asked"] });

/** The list as a page of Vue's that is kept while another is shown. */
export function keptApp(shop) {
  const shown = shallowRef(true);
  const app = createApp({ render: () => v(KeepAlive, null, [shown.value ? v(VueList, { asked: request }) : v("p")]) });
  return { app: app.use(flaneurPlugin, shop), shown };
}

/** What Vue draws, and where its shop and its request go. */
export function vueApp() {
  const [shop, asked] = [shallowRef(), shallowRef(request)];
  return { app: createSSRApp(VueList, { asked }).use(flaneurPlugin, shop), shop, asked };
}
