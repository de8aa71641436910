import wasm from "flaneur/core.wasm";
import { run } from "../shop.js";

run({ wasm });
