// A small feed as Google's merchants have it, and what a page told GA4 on one visit: one of each thing that can be said.
const KINDS: [category: string, word: string, maker: string, price: number][] = [
  ["Home > Lamps", "lamp", "Lumen", 45],
  ["Home > Rugs", "rug", "Kilim & Co", 120],
  ["Table > Cups", "cup", "Terra", 14],
  ["Garden > Pots", "pot", "Argile", 22],
];
const SORTS = ["Small", "Large", "Blue", "Striped", "Plain", "Old"];

export const feed = [
  "id,title,brand,product_type,price,availability",
  ...KINDS.flatMap(([category, word, maker, price]) =>
    SORTS.map((sort, n) => `${word}-${n},"${sort} ${word}",${maker},${category},${price + 3 * n}.00 EUR,${word === "cup" && n === 5 ? "out of stock" : "in stock"}`),
  ),
].join("\n");

export const dump = JSON.stringify(
  [
    { "gtm.start": 1795608000000, event: "gtm.js" },
    { 0: "consent", 1: "update", 2: { analytics_storage: "granted" } },
    { ecommerce: null },
    { event: "view_item", ecommerce: { items: [{ item_id: "rug-0", item_category: "Rugs" }] } },
    { event: "view_item", ecommerce: { items: [{ item_id: "rug-3", item_category: "Rugs" }] } },
    { 0: "event", 1: "view_item", 2: { items: [{ item_id: "lamp-2", item_category: "Lamps" }] } },
    { ecommerce: { items: [{ item_id: "rug-3", quantity: 1 }] } },
    { event: "add_to_cart" },
    { event: "view_item", ecommerce: { items: [{ item_name: "A rug without its number" }] } },
    { event: "view_item", ecommerce: { items: [{ item_id: "sofa-9" }] } },
    { event: "purchase", ecommerce: { transaction_id: "T-1", items: [{ item_id: "cup-1", quantity: 2 }] } },
    { event: "purchase", ecommerce: { transaction_id: "T-1", items: [{ item_id: "cup-1", quantity: 2 }] } },
    { event: "scroll", percent: 90 },
  ],
  null,
  1,
);
