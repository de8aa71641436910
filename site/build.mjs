/**
 * Builds the documentation site: the pages of docs/, the reference of the package's types, one folder.
 *
 * `node site/build.mjs FOLDER`; `cargo xtask site` does it with all that it needs. A link that leads nowhere, in the
 * text or in a heading, a page with two titles, and anything that is fetched from another origin fail the build.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { Application } from "typedoc";
import { build } from "vitepress";

import { faultsOf } from "./links.mjs";
import { BASE, PLACE, ROOT, copyPages, oneTitle, pathOf, referencePages } from "./pages.mjs";

/** The entries of the package that have types of their own, and their sources. */
const ENTRIES = { flaneur: "index", "flaneur/connect": "connect", "flaneur/consent": "consent/index", "flaneur/elements": "elements", "flaneur/react": "react", "flaneur/vue": "vue", "flaneur/worker": "worker" };

/** The reference, one page per entry. Their types are checked by the package's own build, with its compiler. */
async function writeReference() {
  const app = await Application.bootstrapWithPlugins({
    plugin: ["typedoc-plugin-markdown"],
    entryPoints: Object.values(ENTRIES).map((name) => pathOf(new URL(`pkg/src/${name}.ts`, ROOT))),
    tsconfig: pathOf(new URL("pkg/tsconfig.json", ROOT)),
    skipErrorChecking: true,
    excludeInternal: true,
    excludePrivate: true,
    excludeProtected: true,
    excludeExternals: true,
    excludeReferences: true,
    disableSources: true,
    githubPages: false,
    readme: "none",
    name: "Reference",
    logLevel: "Error",
    router: "module",
    entryFileName: "index",
    hidePageHeader: true,
    hideBreadcrumbs: true,
    parametersFormat: "table",
    interfacePropertiesFormat: "table",
    typeAliasPropertiesFormat: "table",
    propertyMembersFormat: "table",
    typeDeclarationFormat: "table",
    useCodeBlocks: true,
    validation: false,
    outputs: [{ name: "markdown", path: pathOf(new URL("reference/", PLACE)) }],
  });
  const project = await app.convert();
  if (!project) throw new Error("typedoc read nothing; expected the entries of the package in pkg/src");
  for (const module of project.children ?? []) {
    const name = Object.keys(ENTRIES).find((entry) => ENTRIES[entry].replace(/\/index$/, "") === module.name);
    if (name) module.name = name;
  }
  await app.generateOutputs(project);
  for (const name of referencePages()) {
    const page = new URL(name, PLACE);
    writeFileSync(page, oneTitle(readFileSync(page, "utf8")));
  }
}

const [folder] = process.argv.slice(2);
if (!folder) {
  console.error("node site/build.mjs FOLDER: expected the folder to write");
  process.exit(2);
}
const out = resolve(folder);
try {
  const start = performance.now();
  const passed = (what) => console.log(`${what}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
  copyPages();
  await writeReference();
  passed("reference");
  await build(pathOf(new URL("site/", ROOT)), { outDir: out, base: BASE });
  passed("pages");
  const faults = faultsOf(out, BASE);
  if (faults.length > 0) throw new Error(`the site has ${faults.length} faults:\n${faults.join("\n")}`);
  writeFileSync(`${out}/.nojekyll`, "");
} catch (error) {
  console.error(String(error?.message ?? error));
  process.exit(1);
}
