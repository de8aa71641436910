/** What a built site may not have: links that lead nowhere, pages with two titles, and anything that is fetched from elsewhere. */

import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";

/** Every dead link, every second title and every fetch from another origin, as lines that say where. `base` starts each address. */
export function faultsOf(folder, base) {
  const names = readdirSync(folder, { recursive: true }).map((name) => name.split("\\").join("/"));
  const files = new Set(names);
  const pages = new Map(names.filter((name) => name.endsWith(".html")).map((name) => [name, readFileSync(join(folder, name), "utf8")]));
  const anchors = new Map([...pages].map(([name, html]) => [name, new Set([...html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => decode(id)))]));
  const faults = [];
  for (const [name, html] of pages) {
    const titles = html.match(/<h1[\s>]/g) ?? [];
    if (titles.length > 1) faults.push(`${name}: ${titles.length} headings of the first level`);
    for (const [, href] of html.matchAll(/<a\s[^>]*?href="([^"]*)"/g)) {
      const fault = deadLink(decode(href), name, base, files, anchors);
      if (fault) faults.push(`${name}: ${fault}`);
    }
    for (const [, address] of html.matchAll(/<(?:script|img|link|iframe|source)\b[^>]*?\s(?:src|href)="((?:https?:)?\/\/[^"]*)"/g)) faults.push(`${name}: fetches ${address}`);
  }
  for (const name of names.filter((name) => name.endsWith(".css"))) {
    for (const [, address] of readFileSync(join(folder, name), "utf8").matchAll(/(?:url\(|@import )["']?((?:https?:)?\/\/[^"')]*)/g)) faults.push(`${name}: fetches ${address}`);
  }
  return faults;
}

function deadLink(href, from, base, files, anchors) {
  if (/^[a-z]+:/i.test(href)) return undefined;
  const { pathname, hash } = new URL(href, `http://site${base}${from}`);
  if (!pathname.startsWith(base)) return undefined; // the demo shop beside the site
  const path = decodeURIComponent(pathname.slice(base.length));
  const file = [path, `${path}.html`, posix.join(path, "index.html")].find((name) => files.has(name) && /\.\w+$/.test(name));
  if (!file) return `no page ${href}`;
  const anchor = decodeURIComponent(hash.slice(1));
  return anchor && anchors.has(file) && !anchors.get(file).has(anchor) ? `no heading ${href}` : undefined;
}

function decode(text) {
  return text.replaceAll("&amp;", "&").replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&lt;", "<").replaceAll("&gt;", ">");
}
