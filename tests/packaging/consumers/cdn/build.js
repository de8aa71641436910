/**
 * Writes the page: an import map that pins each module of the package to its hash, and the hash of the
 * engine. What a shop does once per version, on its own machine.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";

const home = new URL("./node_modules/flaneur/", import.meta.url);
const { name, version } = JSON.parse(readFileSync(new URL("package.json", home), "utf8"));
const cdn = `${process.env.CDN}/${name}@${version}/dist/`;
const hash = (bytes) => `sha384-${createHash("sha384").update(bytes).digest("base64")}`;
const pinned = (file) => hash(readFileSync(new URL(`dist/${file}`, home)));

const modules = readdirSync(new URL("dist/", home), { recursive: true }).filter((file) => file.endsWith(".js"));
const map = {
  imports: { flaneur: `${cdn}index.js` },
  integrity: Object.fromEntries(modules.map((file) => [cdn + file, pinned(file)])),
};
const page = readFileSync("index.html", "utf8");
const head = [
  `<script type="importmap">${JSON.stringify(map)}</script>`,
  `<link rel="modulepreload" crossorigin href="${cdn}index.js" integrity="${pinned("index.js")}" />`,
  `<meta name="engine" content="${cdn}core_bg.wasm" data-integrity="${pinned("core_bg.wasm")}" />`,
];
mkdirSync("dist", { recursive: true });
writeFileSync("dist/index.html", page.replace("</head>", `${head.join("\n")}</head>`));
for (const file of ["main.js", "shop.js"]) writeFileSync(`dist/${file}`, readFileSync(file));
