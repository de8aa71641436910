// The one place that talks to flaneur. Pages and parts read and act through it, and hear from it when to draw again.
import { isFlaneurError, open, type Decision, type ExportedEvent, type Flaneur, type Forget, type Gates, type ImportReport, type LogDocument, type ProfileView, type RankedItem, type RankRequest, type Slate } from "flaneur";
import { again } from "./again.ts";
import { Catalog } from "./catalog.ts";
import { later, now } from "./clock.ts";
import { loadQuestions, type Questions } from "./questions.ts";
import { opportunitiesOf, PRESSURE, rulesOf } from "./rules.ts";

/** What a shelf shows. */
export interface ShelfSlate {
  items: RankedItem[];
  /** The shop's own order, nothing personal. */
  plain: boolean;
  seen(ids: string[]): void;
}
export interface Scope {
  attribute?: string;
  item?: string;
}

const bare = (id: string, position: number): RankedItem => ({ id, position, score: 0, propensity: 1, discovery: false, reasons: [] });
const seedOf = (slot: string, base: number): number => {
  let h = base >>> 0;
  for (let i = 0; i < slot.length; i++) h = Math.imul(h ^ slot.charCodeAt(i), 16777619) >>> 0;
  return h;
};

export class ShopStore {
  readonly basket = new Map<string, number>();
  /** Item → the event that says it is liked. */
  readonly likes = new Map<string, string>();
  /** Sent away in this visit, also when the shop may not learn. */
  readonly #hidden = new Map<string, () => void>();
  readonly #listeners = new Set<() => void>();
  #plain = false;
  /** Set once the shopper chose, or once an earlier choice was found. */
  asked = false;
  /** A dialog lies over the shelves: what is behind it is not being seen. */
  covered = false;
  lastRank: { ms: number; of: number } | undefined;
  /** The log as an export shows it, newest first; kept up to date when the drawer asks. */
  events: ExportedEvent[] = [];
  readonly #visit: number;
  /** Counts what changed in the log; the basket and the likes say so before it does. */
  #changes = 0;

  private constructor(
    readonly flaneur: Flaneur,
    readonly catalog: Catalog,
    /** What the merchant asks of shoppers who agree; nothing on a static host. */
    readonly questions: Questions | undefined,
    seed: number | undefined,
  ) {
    // One seed for the visit: shelves move because of what the shopper does, not because they are drawn again.
    this.#visit = seed ?? crypto.getRandomValues(new Uint32Array(1))[0] ?? 1;
    flaneur.on("change", (event) => {
      this.#changes++;
      if (event.cause === "observe") this.#tell();
      else void this.reload();
    });
    flaneur.on("consent", () => this.#tell());
    flaneur.on("status", () => this.#tell());
  }

  static async open(): Promise<ShopStore> {
    const asked = new URLSearchParams(location.search).get("seed");
    const seed = asked !== null && /^\d{1,15}$/.test(asked) ? Number(asked) : undefined;
    const loading = Catalog.load();
    const questions = await loadQuestions();
    const flaneur = await open({
      shop: "demo",
      catalog: "catalog/shop.flaneur",
      ...(seed !== undefined && { seed }),
      ...(later > 0 && { now }),
      ...(questions && { tasks: questions.tasks, tasksKey: questions.tasksKey }),
    });
    const catalog = await loading;
    const store = new ShopStore(flaneur, catalog, questions, seed);
    try {
      flaneur.rules(rulesOf(catalog));
    } catch (e) {
      // The rules are this shop's own; a fault in them must not close the shop.
      if (!isFlaneurError(e)) throw e;
      console.warn(`rules: ${e.path ?? ""} ${e.message}`);
    }
    store.asked = (await flaneur.consent.receipts()).length > 0 || Object.values(flaneur.consent.gates).some(Boolean);
    await store.reload();
    return store;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
  redraw(): void {
    this.#tell();
  }

  // ---- ranking

  get plain(): boolean {
    return this.#plain;
  }
  set plain(value: boolean) {
    this.#plain = value;
    this.#tell();
  }
  /** True when no slate is personal at the moment, whatever the reason. */
  get impersonal(): boolean {
    return this.#plain || this.flaneur.status.engine === "passthrough" || !this.flaneur.consent.gates.rank;
  }

  rank(request: RankRequest): ShelfSlate {
    const exclude = [...new Set([...(request.exclude ?? []), ...this.#hidden.keys()])];
    if (this.#plain || this.flaneur.status.engine === "passthrough") return this.#inOrder(request, exclude);
    const began = performance.now();
    const slate: Slate = this.flaneur.rank({ ...request, ...(exclude.length > 0 && { exclude }), seed: seedOf(request.slot, this.#visit) });
    this.lastRank = { ms: performance.now() - began, of: request.candidates?.length ?? this.flaneur.status.items };
    return { items: slate.items, plain: this.impersonal, seen: (ids) => slate.seen(ids) };
  }

  /** The slate of a shelf as it stands, with why an item is or is not on it, and what each rule did. */
  explain(request: RankRequest, item: string): Slate {
    return this.flaneur.rank({ ...request, exclude: [...this.#hidden.keys()], explain: [item], seed: seedOf(request.slot, this.#visit) });
  }

  /** One opportunity for a slot, or silence. */
  decide(slot: string): Decision {
    return this.flaneur.decide({ slot, channel: "page", candidates: opportunitiesOf(this.catalog), pressure: PRESSURE, seed: seedOf(slot, this.#visit) });
  }
  /** "Not now": for a while, by the opportunity's own cool-down. */
  dismissOpportunity(item: string): void {
    this.flaneur.observe({ type: "dismiss", item });
  }

  #inOrder(request: RankRequest, exclude: string[]): ShelfSlate {
    const away = new Set(exclude);
    const like = new Set(typeof request.like === "string" ? [request.like] : request.like);
    const ids = (request.candidates ?? [...this.catalog.items.keys()]).filter((id) => !away.has(id) && !like.has(id) && this.catalog.item(id).available !== false);
    return { items: ids.slice(0, request.size).map(bare), plain: true, seen: () => undefined };
  }

  /** A fixed list as a slate, for "keep looking". */
  asIs(ids: string[]): ShelfSlate {
    return { items: ids.filter((id) => !this.#hidden.has(id)).map(bare), plain: false, seen: () => undefined };
  }

  inspect(): ProfileView {
    return this.flaneur.profile.inspect();
  }

  // ---- what the shopper does

  get learning(): boolean {
    return this.flaneur.consent.gates.learn && this.flaneur.status.engine !== "passthrough";
  }

  view(item: string): void {
    this.flaneur.observe({ type: "view_item", item });
  }
  dwell(item: string, seconds: number): void {
    if (seconds >= 2) this.flaneur.observe({ type: "dwell", item, value: Math.min(600, Math.round(seconds)) });
  }
  search(query: string): void {
    this.flaneur.observe({ type: "search", query });
  }

  /** Likes, or takes the liking back; returns whether it is liked now. */
  toggleLike(item: string): boolean {
    const event = this.likes.get(item);
    if (event !== undefined) {
      this.likes.delete(item);
      this.flaneur.profile.forget({ event });
      this.#tell();
      return false;
    }
    if (!this.learning) return false;
    const id = this.#id();
    this.likes.set(item, id);
    this.#changes++;
    this.flaneur.observe({ type: "like", item, id });
    return true;
  }

  /** Sends an item away at once; returns what takes it back. */
  dismiss(item: string): () => void {
    const id = this.#id();
    const back = () => {
      if (!this.#hidden.delete(item)) return;
      this.flaneur.profile.forget({ event: id });
      this.#tell();
    };
    this.#hidden.set(item, back);
    this.flaneur.observe({ type: "dismiss", item, id });
    this.#tell();
    return back;
  }
  /** Whether it was sent away in this visit. */
  isAway(item: string): boolean {
    return this.#hidden.has(item);
  }
  takeBack(item: string): void {
    this.#hidden.get(item)?.();
  }
  mute(attribute: string): () => void {
    const id = this.#id();
    this.flaneur.observe({ type: "mute", attribute, id });
    return () => this.flaneur.profile.forget({ event: id });
  }
  forget(what: Forget): void {
    this.flaneur.profile.forget(what);
    this.#hidden.clear();
  }
  surprise(value: number): void {
    this.flaneur.profile.declare({ surprise: value });
  }

  // ---- basket

  get basketCount(): number {
    let count = 0;
    for (const quantity of this.basket.values()) count += quantity;
    return count;
  }
  setQuantity(item: string, quantity: number): void {
    const before = this.basket.get(item) ?? 0;
    const price = this.catalog.item(item).price;
    const line = (count: number) => ({ items: [{ item, quantity: count, ...(price !== undefined && { price }) }] });
    if (quantity > 0) this.basket.set(item, quantity);
    else this.basket.delete(item);
    this.#changes++;
    if (quantity > before) this.flaneur.observe({ type: "add_to_cart", ...line(quantity - before) });
    else if (quantity < before) this.flaneur.observe({ type: "remove_from_cart", ...line(before - quantity) });
    this.#tell();
  }
  buy(): void {
    const items = [...this.basket].map(([item, quantity]) => {
      const price = this.catalog.item(item).price;
      return { item, quantity, ...(price !== undefined && { price }) };
    });
    this.basket.clear();
    this.#changes++;
    this.flaneur.observe({ type: "purchase", items });
    this.#tell();
  }

  // ---- consent and data

  async setGates(gates: Partial<Gates>): Promise<void> {
    this.asked = true;
    this.#tell();
    await this.flaneur.consent.set(gates);
    this.#tell();
  }
  async erase(): Promise<void> {
    this.#hidden.clear();
    await this.flaneur.profile.erase();
    await this.reload();
  }
  export(): Promise<Blob> {
    return this.flaneur.profile.export();
  }
  async import(file: Blob): Promise<ImportReport> {
    const report = await this.flaneur.profile.import(file);
    await this.reload();
    return report;
  }

  /** Reads the log again: after a load, an import, an erasure, or a change made in another tab. */
  readonly reload: () => Promise<void> = again(async () => {
    const seen = this.#changes;
    await this.readLog();
    // What was read may lack what was liked or put into the basket meanwhile, and would take it out.
    if (seen !== this.#changes) return void this.reload();
    this.likes.clear();
    const basket = new Map<string, number>();
    for (const event of [...this.events].reverse()) {
      if (event.type === "like") for (const { item } of lines(event)) this.likes.set(item, event.id);
      const sign = event.type === "add_to_cart" ? 1 : event.type === "remove_from_cart" ? -1 : 0;
      for (const { item, quantity } of lines(event)) {
        if (event.type === "purchase") basket.delete(item);
        else if (sign !== 0) {
          const count = (basket.get(item) ?? 0) + sign * quantity;
          if (count > 0) basket.set(item, count);
          else basket.delete(item);
        }
      }
    }
    // Without learning the log does not hold the basket; then the page's own memory stays.
    if (this.learning) {
      this.basket.clear();
      for (const [item, quantity] of basket) this.basket.set(item, quantity);
    }
    this.#tell();
  });
  async readLog(): Promise<void> {
    const log = JSON.parse(await (await this.export()).text()) as LogDocument;
    this.events = [...log.events].sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1));
  }

  #id(): string {
    return crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join("");
  }
}

/** The items an exported event is about, however it writes them. */
export function lines(event: ExportedEvent): { item: string; quantity: number }[] {
  const given = event["lines"] ?? event["items"] ?? event["shown"];
  const one = event["item"];
  const from: unknown[] = Array.isArray(given) ? given : typeof one === "string" ? [one] : [];
  return from.flatMap((line) => {
    if (typeof line === "string") return [{ item: line, quantity: 1 }];
    const { item, quantity } = (line ?? {}) as { item?: unknown; quantity?: unknown };
    return typeof item === "string" ? [{ item, quantity: typeof quantity === "number" ? quantity : 1 }] : [];
  });
}

let only: ShopStore | undefined;
export function setShop(store: ShopStore): void {
  only = store;
}
/** The open shop. Elements exist only once it is. */
export function shop(): ShopStore {
  if (!only) throw new Error("the shop is not open yet");
  return only;
}
