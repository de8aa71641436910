import { nodeResolve } from "@rollup/plugin-node-resolve";
import { importMetaAssets } from "@web/rollup-plugin-import-meta-assets";

/** `--configAssets` also copies what `new URL(…, import.meta.url)` names. */
export default ({ configAssets }) => ({
  input: "main.js",
  plugins: [nodeResolve(), ...(configAssets ? [importMetaAssets()] : [])],
  output: { dir: "dist", format: "es" },
});
