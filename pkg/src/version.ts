/** The version of this package; equal to the one in package.json (tested) and to the engine's. */
export const VERSION = "0.1.0";
