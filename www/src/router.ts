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
