/** What the tests share: a small shop and a few ways to look at it. */

/** Twelve items of three categories. */
export const ITEMS = ["lamp", "chair", "rug"].flatMap((category) =>
  Array.from({ length: 4 }, (_, i) => ({
    id: `${category}-${i}`,
    title: `${category} number ${i}`,
    brand: i % 2 ? "Acme" : "Nord",
    category: ["Home", category],
    price: 10 + i,
  })),
);

export const IDS = ITEMS.map(({ id }) => id);

export const GRANTED = Object.freeze({ store: true, learn: true, rank: true, measure: false });

/** The ids of a slate. */
export function idsOf(slate) {
  return slate.items.map(({ id }) => id);
}

/** Checks that a coded error was thrown, and where it points. */
export function coded(code, path) {
  return (e) => {
    if (e?.name !== "FlaneurError" || e.code !== code || (path !== undefined && e.path !== path)) {
      throw new Error(`expected ${code} at ${path}, got ${e?.code} at ${e?.path}: ${e?.stack ?? e}`);
    }
    return e instanceof Error && e.message.length > 10;
  };
}

/** Waits until something holds, for as long as a busy machine may take. */
export async function eventually(holds, what = "it") {
  const end = Date.now() + 15_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`${what} did not come about`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

let count = 0;

/** A shop name that no other test uses. */
export function freshShop() {
  return `shop-${process.pid}-${count++}`;
}
