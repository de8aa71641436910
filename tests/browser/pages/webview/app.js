// A page of an app: the engine is inside, the catalog comes with the app, nothing is fetched.

import { open } from "flaneur/inline";
import { keepIn } from "./keep.js";
import { bridge } from "./react-native.js";

window.startShop = async (options) => {
  const isInApp = "ReactNativeWebView" in window;
  window.shop = await open({ shop: "my-app", ...options, ...(isInApp && { storage: "memory" }) });
  if (isInApp) window.kept = await keepIn(bridge, window.shop);
};
