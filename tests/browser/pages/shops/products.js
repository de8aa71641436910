// What the three shops of this folder sell, written where this script stands, as a server would have: the products as
// JSON-LD, and the list of them.
{
  const products = [["Lamp", "Lumen"], ["Chair", "Nord"], ["Rug", "Kami"]].flatMap(([kind, brand]) =>
    [0, 1, 2, 3].map((n) => ({
      "@type": "Product",
      sku: `${kind.toLowerCase()}-${n}`,
      name: `${kind} ${n}`,
      category: `Home > ${kind}s`,
      brand: { "@type": "Brand", name: brand },
      offers: { "@type": "Offer", price: `${20 + n}.00`, priceCurrency: "EUR", availability: "https://schema.org/InStock" },
    })),
  );
  const list = products.map((item, n) => ({ "@type": "ListItem", position: n + 1, item }));
  const entries = products.map(({ sku, name }) => `<li data-item-id="${sku}"><a href="#${sku}">${name}</a></li>`);
  document.write(`
    <script type="application/ld+json">${JSON.stringify({ "@context": "https://schema.org", "@type": "ItemList", itemListElement: list })}</script>
    <ul id="products">${entries.join("\n")}</ul>`);
}
