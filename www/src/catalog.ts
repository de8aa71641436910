// What the page shows of the catalog: titles, prices, pictures, words. Public data, the same for everyone.
import type { Item } from "flaneur";
import { language, t, type Language } from "./i18n/index.ts";

type Both = Record<Language, string>;
interface Shown {
  title: Both;
  description: Both;
  picture: string;
}
interface Display {
  items: Record<string, Shown>;
  words: Record<string, Both>;
}
export interface Department {
  token: string;
  ids: string[];
}

const path = (item: Item): string[] => (Array.isArray(item.category) ? item.category : item.category ? [item.category] : []);
const fold = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

async function json(address: string): Promise<unknown> {
  try {
    const answer = await fetch(address);
    return answer.ok ? await answer.json() : undefined;
  } catch {
    return undefined;
  }
}

export class Catalog {
  readonly items = new Map<string, Item>();
  readonly departments: Department[];
  readonly #display: Display;
  readonly #searchable = new Map<string, string>();

  constructor(items: Item[], display: Display | undefined) {
    this.#display = display ?? { items: {}, words: {} };
    const byToken = new Map<string, string[]>();
    for (const item of items) {
      this.items.set(item.id, item);
      const token = path(item)[0] ?? "";
      const ids = byToken.get(token);
      if (ids) ids.push(item.id);
      else byToken.set(token, [item.id]);
    }
    this.departments = [...byToken].map(([token, ids]) => ({ token, ids })).sort((a, b) => b.ids.length - a.ids.length || (a.token < b.token ? -1 : 1));
  }

  /** Reads items.json and, when there is one, display.json, from beside the pack. */
  static async load(): Promise<Catalog> {
    const [items, display] = await Promise.all([json("catalog/items.json"), json("catalog/display.json")]);
    const list = Array.isArray(items) ? (items as Item[]).filter((item) => typeof item?.id === "string") : [];
    const known = typeof display === "object" && display !== null && "items" in display && "words" in display ? (display as Display) : undefined;
    // A display.json left from another catalog says nothing about this one.
    return new Catalog(list, known && list.some((item) => Object.hasOwn(known.items, item.id)) ? known : undefined);
  }

  item(id: string): Item {
    return this.items.get(id) ?? { id };
  }
  #shown(id: string): Shown | undefined {
    return Object.hasOwn(this.#display.items, id) ? this.#display.items[id] : undefined;
  }
  title(id: string): string {
    return this.#shown(id)?.title[language()] ?? this.item(id).title ?? id;
  }
  description(id: string): string {
    return this.#shown(id)?.description[language()] ?? "";
  }
  /** The address of its picture, only when the shop itself serves it: nothing is asked of anyone else. */
  picture(id: string): string | undefined {
    const shown = this.#shown(id)?.picture;
    if (shown) return `catalog/${shown}`;
    const given = this.item(id).image;
    if (!given) return undefined;
    try {
      return new URL(given, document.baseURI).origin === location.origin ? given : undefined;
    } catch {
      return undefined;
    }
  }
  pictures(): string[] {
    return Object.values(this.#display.items).map((shown) => `catalog/${shown.picture}`);
  }

  /** Words for an attribute token such as "category:Lighting" or "colour:sand". */
  word(token: string): string {
    const known = Object.hasOwn(this.#display.words, token) ? this.#display.words[token] : undefined;
    if (known) return known[language()];
    const value = token.slice(token.indexOf(":") + 1);
    return value || t().other;
  }
  department(token: string): string {
    if (token === "") return t().other;
    // A feed may only number its categories.
    return /^\d+$/.test(token) ? t().departmentNumber(token) : this.word(`category:${token}`);
  }
  categories(id: string): string[] {
    return path(this.item(id));
  }
  idsOf(token: string): string[] {
    const department = this.departments.find((d) => d.token === token);
    if (department) return department.ids;
    return [...this.items.values()].filter((item) => path(item).includes(token)).map((item) => item.id);
  }
  isProduct(id: string): boolean {
    return (this.item(id).kind ?? "product") === "product";
  }
  variants(id: string): string[] {
    const group = this.item(id).group;
    if (!group) return [];
    return [...this.items.values()].filter((item) => item.group === group && item.id !== id).map((item) => item.id);
  }
  addedAt(id: string): number | undefined {
    const added = this.item(id).added;
    const at = typeof added === "number" ? added : added ? Date.parse(added) : Number.NaN;
    return Number.isFinite(at) ? at : undefined;
  }

  /** Items whose words begin with every word of the query, in either language; titles first. */
  search(query: string): string[] {
    const wanted = fold(query).split(/[^\p{L}\p{N}]+/u).filter(Boolean);
    if (wanted.length === 0) return [];
    const found: [number, string][] = [];
    for (const id of this.items.keys()) {
      const text = this.#text(id);
      if (!wanted.every((word) => text.includes(` ${word}`))) continue;
      found.push([wanted.every((word) => fold(` ${this.title(id)}`).includes(` ${word}`)) ? 0 : 1, id]);
    }
    return found.sort((a, b) => a[0] - b[0]).map(([, id]) => id);
  }
  #text(id: string): string {
    let text = this.#searchable.get(id);
    if (text === undefined) {
      const item = this.item(id);
      const shown = this.#shown(id);
      const tokens = [...path(item).map((c) => `category:${c}`), ...Object.entries(item.attributes ?? {}).map(([k, v]) => `${k}:${String(v)}`), ...(item.tags ?? []).map((tag) => `tag:${tag}`)];
      const words = tokens.flatMap((token) => [token.slice(token.indexOf(":") + 1), ...(Object.hasOwn(this.#display.words, token) ? Object.values(this.#display.words[token]!) : [])]);
      text = " " + fold([item.title ?? item.id, item.brand ?? "", ...Object.values(shown?.title ?? {}), ...words].join(" ")).split(/[^\p{L}\p{N}]+/u).join(" ");
      this.#searchable.set(id, text);
    }
    return text;
  }
}
