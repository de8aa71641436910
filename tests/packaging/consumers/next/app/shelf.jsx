"use client";
// A client component: the server's order first, the shopper's when the engine is there.
import { useEffect } from "react";
import { open } from "flaneur";
import { FlaneurProvider, useFlaneur, useOpen, useSlate } from "flaneur/react";
import { catalog } from "./catalog.js";

const openShop = () => open({ shop: "customer", catalog, consent: { learn: true, rank: true } });

export function Shelf({ candidates }) {
  return (
    <FlaneurProvider shop={useOpen(openShop)}>
      <List candidates={candidates} />
    </FlaneurProvider>
  );
}

function List({ candidates }) {
  const shop = useFlaneur();
  const { slate, hold } = useSlate({ slot: "home", size: 5, candidates });
  const ids = slate.items.map(({ id }) => id);
  useEffect(() => {
    shop?.observe({ type: "dismiss", item: "lamp-0" });
    shop?.observe({ type: "view_item", item: "rug-1" });
  }, [shop]);
  useEffect(() => {
    // For the test: the shelf once it is the shopper's.
    if (shop && !ids.includes("lamp-0")) globalThis.result = { status: shop.status, ids };
  });
  return (
    <ol {...hold}>
      {ids.map((id) => (
        <li key={id}>{id}</li>
      ))}
    </ol>
  );
}
