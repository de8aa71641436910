/**
 * What compiles for a shop, and what must not. Each line under `@ts-expect-error` is a promise.
 */

import { deviceContext, isFlaneurError, open } from "flaneur";
import type {
  ConsentSource,
  DecideRequest,
  Decision,
  EventInput,
  Experiment,
  ExperimentResult,
  Flaneur,
  FlaneurError,
  Forget,
  Gates,
  ImportReport,
  Intent,
  Item,
  OpenOptions,
  Opportunity,
  Preference,
  ProfileView,
  RankedItem,
  RankRequest,
  Receipt,
  Rule,
  Slate,
  Status,
} from "flaneur";
import { arrange, catalogOf, connect, pushList, stamp, watch } from "flaneur/connect";
import { defineElements, wordsOf } from "flaneur/elements";
import { useSlate } from "flaneur/react";
import { useSlate as useVueSlate } from "flaneur/vue";
import { open as openInline } from "flaneur/inline";
import { open as openWorker, type WorkerDecision, type WorkerFlaneur } from "flaneur/worker";

const items: Item[] = [
  { id: "a" },
  { id: "b", kind: "offer", category: ["Home", "Lamps"], tags: ["new"], price: 9.5, attributes: { colour: "red", led: true, watts: 9, fits: ["x"] } },
  { id: "c", embedding: new Float32Array(32), added: "2026-01-02" },
];

/** What a shop's own data may lack is passed on as it comes, without a branch for each field. */
export function passedOn(shop: Flaneur, given: { title: string | undefined; price: number | undefined; slate: string | undefined; like: string | undefined }): Item {
  shop.observe({ type: "purchase", items: [{ item: "a", price: given.price }], slate: given.slate });
  shop.rank({ slot: "home", size: 3, like: given.like });
  return { id: "a", title: given.title, price: given.price };
}

const source: ConsentSource = { get: async () => ({ learn: true }), subscribe: (listener) => (listener({}), () => {}) };

const options: OpenOptions[] = [
  { shop: "s", catalog: "/catalog.pack" },
  { shop: "s", catalog: "/catalog.pack", context: () => ({ ...deviceContext(), weather: "rain" }) },
  { shop: "s", catalog: new URL("https://shop.example/catalog.pack"), consent: { store: true } },
  { shop: "s", catalog: items, consent: source, rules: [], wasm: new Uint8Array(8), storage: "memory", now: () => 0, seed: 1 },
];

const rules: Rule[] = [
  { type: "pin", item: "a", position: 0, slots: ["home"] },
  { type: "boost", where: { brand: "Acme", priceBelow: 20 }, by: 0.5, id: "acme" },
  { type: "exclude", where: { tag: "old" } },
  { type: "cap", per: "brand", max: 2 },
  { type: "quota", where: { not: { kind: ["offer", "message"] }, newerThanDays: 30 }, atLeastShare: 0.3, priority: 2, over: "acme" },
  { type: "floor", where: { makerItemsBelow: 6 }, atLeastShare: 0.1 },
  { type: "schedule", where: { any: [{ tag: "advent" }, { marginBelow: 0 }] }, when: { from: "2026-12-01", hours: [22, 6], weather: "snow" } },
];

const experiments: Experiment[] = [
  { id: "x", arms: [{ name: "a" }, { name: "b", weight: 2, surprise: 0.5, learned: false, rules: [{ type: "boost", where: { tag: "new" }, by: 1 }] }] },
  { id: "y", holdout: 0.1, interleave: true, arms: [{ name: "a" }, { name: "b", calibration: 2 }] },
  // @ts-expect-error an experiment needs arms
  { id: "z" },
  // @ts-expect-error a floor has no upper end
  { id: "z", arms: [{ name: "a", rules: [{ type: "floor", where: { tag: "new" }, atMost: 1 }] }] },
];

const opportunities: (string | Opportunity)[] = [
  "b",
  { id: "fitting", kind: "service", about: "a", value: 40, cost: 1, caps: { day: 1 }, channels: ["page"], when: { weekdays: [1] } },
];

const events: EventInput[] = [
  { type: "view_item", item: "a" },
  { type: "view_item", item: "a", context: { store: "lyon" } },
  { type: "purchase", items: ["a", { item: "b", quantity: 2 }], id: "o-1", at: new Date() },
  { event: "view_item", ecommerce: { items: [{ item_id: "a", item_name: "A" }] } },
  { event: "page_view", anything: true },
  ["event", "add_to_cart", { items: [{ item_id: "a" }] }],
  { type: "track", event: "Product Viewed", properties: { product_id: "a" } },
  { name: "product_viewed", id: "1", data: { productVariant: {} } },
];

const forgets: Forget[] = [{ event: "e" }, { item: "a" }, { interest: "i" }, { attribute: "brand:Acme" }, { since: 0, until: 1 }, { all: true }];
const preferences: Preference[] = [{ attribute: "brand:Acme", liking: 1 }, { item: "a", liking: -1 }, { surprise: 0.5 }];

export async function use(): Promise<void> {
  const first = options[0];
  if (!first) return;
  const shop: Flaneur = await open(first);
  const results: ExperimentResult[] = shop.profile.experiments();
  for (const experiment of experiments) results.push(...(shop.rank({ slot: "home", size: 2, experiment }).experiment?.arms.map((name) => ({ id: name, interleaved: false, arms: [] })) ?? []));
  const { appetite, evidence } = shop.profile.inspect();
  const tiers: number = appetite.near + appetite.bridge + appetite.far + evidence.seen + (evidence.enough ? 1 : 0) + (results[0]?.difference?.low ?? 0);
  void tiers;
  const same: Promise<Flaneur> = openInline(first);
  const status: Status = shop.status;
  const reason: string | undefined = status.reason;
  for (const event of events) shop.observe(event);
  const request: RankRequest = { slot: "home", size: 12, like: ["a"], context: { hour: 9 }, surprise: 0.5, rules, seed: 1 };
  const slate: Slate = shop.rank(request);
  const ranked: RankedItem | undefined = slate.items[0];
  const why: string | undefined = ranked?.reasons[0]?.item;
  slate.seen();
  slate.seen(["a"]);
  const wish: DecideRequest = { slot: "strip", candidates: opportunities, pressure: { budget: 2, quiet: [22, 8] }, context: { weather: "rain" } };
  const decision: Decision = shop.decide(wish);
  const silent: string | undefined = decision.silence ?? decision.choice?.reasons[0]?.signal;
  decision.seen();
  const intent: Intent = shop.intent();
  const likely: number | undefined = intent.purchase;
  const outcome: string | undefined = shop.rank({ ...request, explain: ["a"] }).trace?.[0]?.outcome;
  const view: ProfileView = shop.profile.inspect();
  const share: number | undefined = view.interests[0]?.share;
  for (const what of forgets) shop.profile.forget(what);
  for (const preference of preferences) shop.profile.declare(preference);
  const file: Blob = await shop.profile.export();
  const report: ImportReport = await shop.profile.import(file);
  const gates: Gates = shop.consent.gates;
  await shop.consent.set({ rank: !gates.rank });
  const receipts: Receipt[] = await shop.consent.receipts();
  await shop.update(items);
  shop.rules(rules);
  const leave: () => void = shop.on("change", ({ cause }) => cause === "forget");
  shop.on("consent", ({ gates: now, receipt }) => [now.store, receipt?.recordId]);
  shop.on("status", ({ status: now, code }) => [now.engine, code === "engine_restarted"]);
  leave();
  await shop.profile.erase();
  await shop.close();
  shop[Symbol.dispose]();
  try {
    shop.rank(request);
  } catch (e) {
    if (isFlaneurError(e)) {
      const error: FlaneurError = e;
      const parts: [string, string | undefined] = [error.code, error.path];
      void parts;
    }
  }
  void [silent, likely, outcome];
  void [same, reason, why, share, report, receipts];

  // @ts-expect-error a request needs a size
  shop.rank({ slot: "home" });
  // @ts-expect-error a size is a number
  shop.rank({ slot: "home", size: "12" });
  // @ts-expect-error ranking is synchronous
  await shop.rank(request).then();
  // @ts-expect-error an unknown type of event
  shop.observe({ type: "veiw_item", item: "a" });
  // @ts-expect-error an item's id is a text
  shop.observe({ type: "view_item", item: 42 });
  // @ts-expect-error the status is read only
  shop.status = status;
  // @ts-expect-error gates are changed with set
  shop.consent.gates = gates;
  // @ts-expect-error a gate is a boolean
  await shop.consent.set({ learn: "yes" });
  // @ts-expect-error no such gate
  await shop.consent.set({ analytics: true });
  // @ts-expect-error no such event of the handle
  shop.on("changed", () => {});
  // @ts-expect-error a preference needs a liking
  shop.profile.declare({ attribute: "brand:Acme" });
  // @ts-expect-error all of it, or say what
  shop.profile.forget({ all: false });
  // @ts-expect-error the profile is read only
  shop.profile = shop.profile;
  // @ts-expect-error a rule that does not exist
  shop.rules([{ type: "explode" }]);
  // @ts-expect-error a pin needs a position
  shop.rules([{ type: "pin", item: "a" }]);
  // @ts-expect-error a shop has a name
  await open({ catalog: items });
  // @ts-expect-error a catalog is needed
  await open({ shop: "s" });
  // @ts-expect-error an item has an id
  await open({ shop: "s", catalog: [{ title: "no id" }] });
  // @ts-expect-error a decision is for a slot
  shop.decide({});
}

async function atADistance(shop: Flaneur, list: Element): Promise<void> {
  const end: () => void = connect(shop, { dataLayer: false, segment: "analytics" });
  const stop: () => void = arrange(shop, list, { slot: "home", attribute: "data-sku" });
  arrange(shop, document.querySelector("#products"), { slot: "home" });
  const far: WorkerFlaneur = await openWorker({ shop: "s", catalog: catalogOf(document), timeout: 500 });
  const slate = await far.rank({ slot: "home", size: 3 });
  const seen: Promise<void> = slate.seen();
  const decision: WorkerDecision = await far.decide({ slot: "strip" });
  const receipts: Blob = await far.consent.export();
  const view: ProfileView = await far.profile.inspect();
  watch(shop.rank({ slot: "home", size: 3 }), [["a", list]]);
  pushList(slate, [], (id) => ({ item_name: id }));
  stamp(slate, [{ item_id: "a" }]);
  // @ts-expect-error a clock cannot be posted
  await openWorker({ shop: "s", catalog: items, now: () => 1 });
  // @ts-expect-error a promise is not a view
  const wrong: ProfileView = far.profile.inspect();
  // @ts-expect-error the candidates are the list's own
  arrange(shop, list, { slot: "home", candidates: ["a"] });
  void [end, stop, seen, decision, receipts, view, wrong];
}
void atADistance;

/** What is only read may be a list that nobody changes. */
async function unchanged(catalog: readonly Item[], ids: readonly string[], rules: readonly Rule[]): Promise<void> {
  const shop = await open({ shop: "s", catalog, rules });
  shop.rank({ slot: "home", size: 1, candidates: ids, exclude: ids, like: ids, explain: ids, rules, allow: ["seen"] as const }).seen(ids);
  shop.decide({ slot: "home", candidates: ids });
  shop.observe({ type: "purchase", items: ids });
  shop.rules(rules);
  const fixed = [{ id: "a", category: "Lamps", attributes: { watts: 9 } }] as const;
  await shop.update(fixed);
  const rule = { type: "cap", per: "brand", max: 2, slots: ["home"], when: { hours: [9, 18], weekdays: [1] } } as const;
  shop.rules([rule]);
}
void unchanged;

/** A shop at a distance hears the page's queues too, and what was in view; what draws at once needs one at hand. */
async function distant(shop: WorkerFlaneur, list: Element): Promise<() => void> {
  watch(await shop.rank({ slot: "home", size: 3 }), [["a", list]]);
  // @ts-expect-error it has to rank at once
  arrange(shop, list, { slot: "home" });
  // @ts-expect-error likewise
  defineElements({ shop, item: () => undefined });
  return connect(shop, { segment: "analytics", dataLayer: false });
}
void distant;

async function parts(shop: Flaneur): Promise<void> {
  const words = await wordsOf("en");
  defineElements({ shop, item: (id) => items.find((item) => item.id === id), language: "fr", words });
  defineElements({ item: () => undefined });
  const shelf = document.createElement("flaneur-shelf");
  shelf.addEventListener("flaneur-shown", ({ detail }) => detail.seen(detail.items.map(({ id }) => id)));
  shelf.request = { exclude: ["a"] };
  document.querySelector("flaneur-centre")?.show();
  const [first] = shop.rank({ slot: "home", size: 1 }).items;
  if (first) document.querySelector("flaneur-why")?.show(first);
  const used: Slate = useSlate({ slot: "home", size: 3 }).slate;
  const followed: Slate = useVueSlate({ slot: "home", size: 3 }).view.value.slate;
  // @ts-expect-error words have two languages
  defineElements({ shop, item: () => undefined, language: "de" });
  void [used, followed];
}
void parts;
