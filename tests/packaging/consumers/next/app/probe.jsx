"use client";
// For the test: two things happen, and the shelf is told once it is the shopper's.
import { useEffect } from "react";
import { useFlaneur } from "flaneur/react";

export function Probe({ ids }) {
  const shop = useFlaneur();
  useEffect(() => {
    shop?.observe({ type: "dismiss", item: "lamp-0" });
    shop?.observe({ type: "view_item", item: "rug-1" });
  }, [shop]);
  useEffect(() => {
    if (shop && !ids.includes("lamp-0")) globalThis.result = { status: shop.status, ids };
  });
  return null;
}
