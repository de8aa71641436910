import { run } from "./shop.js";

run();
