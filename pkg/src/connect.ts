/**
 * Connectors: learn from the events and the catalog that a page already has, and send nothing.
 *
 * Importing does nothing. No function here reads or writes anything but what it is given and the
 * page's own queue, and none throws into the page's own calls.
 */

export { arrange } from "./connect/arrange.js";
export type { ArrangeOptions } from "./connect/arrange.js";
export { catalogOf, shopifyItems } from "./connect/catalog.js";
export { connect } from "./connect/page.js";
export type { ConnectOptions, ShopifyAnalytics } from "./connect/page.js";
export { pushList, stamp } from "./connect/writer.js";
export { watch } from "./sight.js";
