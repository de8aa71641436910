// What the studio works on: the demo's own pack, or files that the merchant chose. Nothing is sent anywhere.
import { isFlaneurError, type Item } from "flaneur";
import { Catalog } from "../catalog.ts";
import { Bench, largest } from "./bench.ts";
import type { Kind } from "./shoppers.ts";

/** Larger files are refused before they are read, in bytes. */
const MOST_BYTES = 256 * 1024 * 1024;
/** No list of rules is larger, in bytes: the engine takes 10,000. */
const MOST_RULES = 16 * 1024 * 1024;

const isJson = ({ name }: File): boolean => name.toLowerCase().endsWith(".json");

/** A failure with the words of its code in the language's messages, where there are any. */
export interface Fault {
  code: string;
  /** The engine's own sentence, in English. */
  message: string;
  /** Into what was given, such as `rules[2].where`. */
  path?: string;
}

export interface Source {
  /** The file's name; absent for the demo's own. */
  name?: string;
  bench: Bench;
  /** Titles and words, as far as they are known. */
  catalog: Catalog;
  kinds: Kind[];
}

/** A coded failure as it is shown; anything else is passed on. */
export function faultOf(e: unknown): Fault {
  if (isFlaneurError(e)) return { code: e.code, message: e.message, ...(e.path !== undefined && { path: e.path }) };
  throw e;
}

/** The demo's own pack, with the shop's titles and departments. */
export async function ownSource(catalog: Catalog, now: number): Promise<Source> {
  return made({ content: "catalog/shop.flaneur", catalog, now });
}

/** A list of rules, as the studio exports it, an empty one too: every entry is of a type, and none is a thing with a title, a category or a price. */
const areRules = (said: unknown): boolean =>
  Array.isArray(said) && said.every((entry) => typeof entry?.type === "string" && !["title", "category", "price"].some((name) => name in entry));

/** The files' rules as they are written, where one holds a list of rules, and the other files. */
export async function rulesApart(files: readonly File[]): Promise<{ rules?: string; others: File[] }> {
  const found: { rules?: string; others: File[] } = { others: [] };
  for (const file of files) {
    let text = "";
    let said: unknown;
    try {
      if (file.size <= MOST_RULES && isJson(file)) text = await file.text();
      said = JSON.parse(text);
    } catch {
      // Said as of any file that holds no items.
    }
    if (areRules(said)) found.rules = text;
    else found.others.push(file);
  }
  return found;
}

/**
 * What the chosen files hold: a pack; a pack and the JSON that `flaneur pack --display` writes beside it; or plain
 * items as JSON. Gives the fault when they hold none of these.
 */
export async function fileSource(files: readonly File[], now: number): Promise<Source | Fault> {
  const json = files.find(isJson);
  const pack = files.find((file) => file !== json);
  if (files.some(({ size }) => size > MOST_BYTES)) return { code: "file_too_large", message: "" };
  let text: string | undefined;
  let bytes: Uint8Array | undefined;
  try {
    [text, bytes] = await Promise.all([json?.text(), pack?.arrayBuffer().then((buffer) => new Uint8Array(buffer))]);
  } catch {
    // It was moved, changed or taken away since it was chosen.
    return { code: "file_unreadable", message: "" };
  }
  let items: Item[] | undefined;
  if (text !== undefined) {
    try {
      const said: unknown = JSON.parse(text);
      if (Array.isArray(said)) items = said as Item[];
    } catch {
      // Said below, as for JSON of another form.
    }
    if (!items) return { code: "file_json", message: "" };
  }
  try {
    const content = bytes ?? items ?? [];
    const catalog = new Catalog((items ?? []).filter((item) => typeof item?.id === "string"), undefined);
    return await made({ content, catalog, now, name: (pack ?? json)?.name ?? "" });
  } catch (e) {
    return faultOf(e);
  }
}

async function made({ content, catalog, now, name }: { content: string | Uint8Array | Item[]; catalog: Catalog; now: number; name?: string }): Promise<Source> {
  const bench = await Bench.open(content, now, [...catalog.items.keys()]);
  const stock = new Set(bench.ids);
  const departments = catalog.departments.map(({ token, ids }) => ({ token, ids: ids.filter((id) => stock.has(id) && catalog.isProduct(id)) }));
  const named = largest(departments.filter(({ token }) => token !== ""));
  const kinds = named.length > 0 ? named : await bench.kinds();
  // Without any kind, a shopper looks at whatever there is.
  const some = kinds.length > 0 || bench.ids.length === 0 ? kinds : [{ token: "", ids: bench.ids }];
  return { bench, catalog, kinds: some, ...(name !== undefined && { name }) };
}
