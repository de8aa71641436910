import { run } from "./shop.cjs";

await run(await import("flaneur"));
