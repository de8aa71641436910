/** The engine's bytes are held to their hash as the modules are; without them the page stays as it is. */
import { run } from "./shop.js";

const { content, dataset } = document.querySelector("meta[name=engine]");
run({ wasm: await fetch(content, { integrity: dataset.integrity }) });
