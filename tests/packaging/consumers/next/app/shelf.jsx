"use client";
// A client component: the server's order first, the shopper's when the engine is there.
import { open } from "flaneur";
import { FlaneurProvider, useOpen, useSlate } from "flaneur/react";
import { catalog } from "./catalog.js";
import { Probe } from "./probe.jsx"; // for the test

const openShop = () => open({ shop: "customer", catalog, consent: { learn: true, rank: true } });

export function Shelf({ candidates }) {
  return (
    <FlaneurProvider shop={useOpen(openShop)}>
      <List candidates={candidates} />
    </FlaneurProvider>
  );
}

function List({ candidates }) {
  const { slate, hold } = useSlate({ slot: "home", size: 5, candidates });
  return (
    <ol {...hold}>
      {slate.items.map(({ id }) => (
        <li key={id}>{id}</li>
      ))}
      <Probe ids={slate.items.map(({ id }) => id)} /* for the test */ />
    </ol>
  );
}
