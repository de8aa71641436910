// A server component: the engine runs here without a file to read, and chooses the shelf's candidates.
import { open } from "flaneur";
import { catalog } from "./catalog.js";
import { Shelf } from "./shelf.jsx";

export const dynamic = "force-dynamic";

export default async function Page() {
  const shop = await open({ shop: "customer", catalog, storage: "memory" });
  const candidates = shop.rank({ slot: "home", size: 12 }).items.map(({ id }) => id);
  const { engine } = shop.status;
  await shop.close();
  return (
    <main data-engine={engine}>
      <Shelf candidates={candidates} />
    </main>
  );
}
