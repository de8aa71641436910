// The engine that the studio tries rules on: a handle of its own, in memory, that never meets the shopper's profile.
import { open, type Flaneur, type Item, type RankRequest, type Rule, type Slate, type Status } from "flaneur";
import { turn } from "../turn.ts";
import type { Kind, Shopper } from "./shoppers.ts";

/** So many items are asked for at once, the most that `rank` gives. */
const ASKED = 1000;
/** A pack of which nothing but ids is known is known by the first so many. */
const KNOWN = 20_000;
/** So many items are looked at to find out what kinds there are. */
const LOOKED_AT = 240;
/** A kind is one when so many of its items are known. */
const FEWEST = 6;
const MINUTE = 60_000, DAY = 1440 * MINUTE;

/** The moment that slates are about, which the engine's clock shows. */
interface Clock {
  now: number;
}

export class Bench {
  /** Looks so far: a look that was forgotten is never taken back under its old id. */
  #looks = 0;
  private constructor(
    readonly flaneur: Flaneur,
    readonly clock: Clock,
    /** What is in stock, in the shop's order. */
    readonly ids: readonly string[],
  ) {}

  /**
   * A bench on a pack's bytes, an address, or plain items, some of which are known by id.
   *
   * # Errors
   * The package's own, when the catalog is malformed.
   */
  static async open(catalog: string | Uint8Array | Item[], now: number, known: readonly string[]): Promise<Bench> {
    const clock = { now };
    const flaneur = await open({ shop: "studio", catalog, storage: "memory", consent: { learn: true, rank: false }, now: () => clock.now, seed: 1 });
    // While `rank` is denied the shop's own order stands: that is the list of the catalog.
    const ids = flaneur.status.items === 0 ? [] : await inStock(flaneur, known);
    await flaneur.consent.set({ rank: true });
    return new Bench(flaneur, clock, ids);
  }

  get status(): Status {
    return this.flaneur.status;
  }

  /**
   * Whether the engine takes these rules.
   *
   * # Errors
   * The engine's own, with the path of the fault.
   */
  check(rules: Rule[]): void {
    this.flaneur.rules(rules);
  }

  /**
   * Forgets the last shopper and becomes another, if that is still wanted then: half of their looks were yesterday,
   * half just now.
   */
  async become({ looks }: Shopper, wanted: () => boolean = () => true): Promise<void> {
    await this.flaneur.profile.erase();
    if (!wanted()) return;
    const visit = Math.ceil(looks.length / 2);
    for (const [at, item] of looks.entries()) {
      const ago = at < visit ? DAY + (visit - at) * MINUTE : (looks.length - at) * MINUTE;
      this.flaneur.observe({ type: "view_item", item, id: `look-${this.#looks++}`, at: this.clock.now - ago });
    }
  }

  /** The slate of whom it became, under these rules. */
  rank(rules: Rule[], request: RankRequest): Slate {
    this.flaneur.rules(rules);
    return this.flaneur.rank(request);
  }

  /** The kinds of a catalog of which nothing but ids is known: what the engine says of items that are looked at. */
  async kinds(): Promise<Kind[]> {
    const step = Math.max(1, Math.ceil(this.ids.length / LOOKED_AT));
    const found = new Map<string, string[]>();
    for (let at = 0; at < this.ids.length; at += step) {
      const item = this.ids[at] ?? "";
      await this.become({ kinds: [], looks: [item], seed: 0 });
      for (const { attribute } of this.flaneur.profile.inspect().affinities) {
        if (!attribute.startsWith("category:")) continue;
        const token = attribute.slice("category:".length);
        found.set(token, [...(found.get(token) ?? []), item]);
      }
    }
    return largest([...found].map(([token, ids]) => ({ token, ids })));
  }

  close(): void {
    void this.flaneur.close();
  }
}

/** What a shop shows in its own order: the first thousand, then those that are known by id, or the next thousands. */
async function inStock(flaneur: Flaneur, known: readonly string[]): Promise<string[]> {
  const ask = (request: Partial<RankRequest>): string[] => flaneur.rank({ slot: "catalog", size: ASKED, ...request }).items.map(({ id }) => id);
  const first = ask({});
  if (first.length < ASKED) return first;
  const all = new Set(first);
  for (let at = 0; at < known.length; at += ASKED) {
    await turn();
    for (const id of ask({ candidates: known.slice(at, at + ASKED) })) all.add(id);
  }
  for (let more = known.length === 0; more && all.size < KNOWN; ) {
    await turn();
    const next = ask({ exclude: [...all] });
    for (const id of next) all.add(id);
    more = next.length === ASKED;
  }
  return [...all];
}

/** The kinds that have enough items, the largest first, none of them a part of a larger one. */
export function largest(kinds: readonly Kind[]): Kind[] {
  const sorted = kinds.filter(({ ids }) => ids.length >= FEWEST).sort((a, b) => b.ids.length - a.ids.length || (a.token < b.token ? -1 : 1));
  const taken = new Set<string>();
  return sorted.filter(({ ids }) => {
    if (ids.some((id) => taken.has(id))) return false;
    for (const id of ids) taken.add(id);
    return true;
  });
}
