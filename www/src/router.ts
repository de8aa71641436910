// Hash routes: they work offline and from any static server.
export type Route =
  | { page: "home" }
  | { page: "category"; category: string }
  | { page: "item"; id: string }
  | { page: "basket" }
  | { page: "dial" }
  | { page: "privacy" }
  | { page: "merchant" }
  | { page: "playground" }
  | { page: "studio" }
  | { page: "search"; query: string }
  | { page: "missing" };

function decoded(part: string | undefined): string {
  try {
    return decodeURIComponent(part ?? "");
  } catch {
    return part ?? "";
  }
}

export function route(hash: string = location.hash): Route {
  const [head = "", rest] = hash.replace(/^#\/?/, "").split(/\/(.*)/s);
  if (head === "") return { page: "home" };
  if (head === "c" && rest) return { page: "category", category: decoded(rest) };
  if (head === "item" && rest) return { page: "item", id: decoded(rest) };
  if (head === "basket") return { page: "basket" };
  if (head === "dial" || head === "privacy" || head === "merchant" || head === "playground" || head === "studio") return { page: head };
  if (head === "search") return { page: "search", query: decoded(rest) };
  return { page: "missing" };
}

/** What a page leaves in its place of the history, for a way back to it. */
export interface Place {
  at?: number;
  top?: number;
  list?: { order?: string; narrow?: string; limit?: number };
}

/** The mark of the place in the history where the page stands; a new place gets one. */
export function mark(): number {
  // The browser would scroll before the page is there. For WebKit each new place is one where it does.
  history.scrollRestoration = "manual";
  const { at = Date.now() } = (history.state ?? {}) as Place;
  history.replaceState({ ...history.state, at }, "");
  return at;
}

export const to = {
  home: "#/",
  basket: "#/basket",
  dial: "#/dial",
  privacy: "#/privacy",
  merchant: "#/merchant",
  playground: "#/playground",
  studio: "#/studio",
  category: (name: string) => `#/c/${encodeURIComponent(name)}`,
  item: (id: string) => `#/item/${encodeURIComponent(id)}`,
  search: (query: string) => `#/search/${encodeURIComponent(query)}`,
};
