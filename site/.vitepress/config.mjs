// What the pages of docs/ become: their order, and links that work as they do in the repository.

import { readFileSync } from "node:fs";

import { BASE, GUIDES, PAGES, PLACE, TRANSLATED, decisions, pathOf, referencePages, slugify, termsOf } from "../pages.mjs";
import { SEARCH, WORDS, inFrench } from "./french.mjs";

/** What a page is called: its own first heading. */
const titleOf = (name) => readFileSync(new URL(name, PLACE), "utf8").match(/^# (.+)$/m)[1].replaceAll("`", "");

const isTranslated = (name) => TRANSLATED.includes(name);

const entry = (name) => ({ text: titleOf(name), link: `/${name.replace(/\.md$/, "")}` });

/** What leads to pages that are in English only, by what each language calls it. */
const english = ({ reference, decided }) => [
  { text: reference, items: referencePages().map(entry) },
  { text: decided, items: decisions().map(entry) },
];

const root = {
  label: "English",
  lang: "en",
  themeConfig: {
    outline: [2, 3],
    nav: [
      { text: "Guides", link: "/guides/quick-start", activeMatch: "^/guides/" },
      { text: "Integration", link: "/INTEGRATION" },
      { text: "Privacy", link: "/PRIVACY" },
      { text: "Reference", link: "/reference/", activeMatch: "^/reference/" },
      { text: "Demo shop", link: "/../", target: "_self" },
    ],
    sidebar: [{ text: "Guides", items: GUIDES.map(entry) }, { text: "Documentation", items: PAGES.map(entry) }, ...english({ reference: "Reference", decided: "Decisions" })],
  },
};

const fr = {
  label: "Français",
  lang: "fr",
  description: "Une personnalisation qui tourne sur l'appareil du client.",
  themeConfig: {
    ...WORDS,
    // Short words: with longer ones the menu of languages was beyond the edge of a tablet.
    nav: [
      { text: "Guides", link: "/fr/guides/quick-start", activeMatch: "^/fr/guides/" },
      { text: "Intégration", link: "/fr/INTEGRATION" },
      { text: "Vie privée", link: "/fr/PRIVACY" },
      { text: "Référence", link: "/reference/" },
      { text: "Démo", link: "/../", target: "_self" },
    ],
    sidebar: [
      { text: "Guides", items: GUIDES.map((name) => entry(`fr/${name}`)) },
      { text: "Documentation", items: PAGES.filter(isTranslated).map((name) => entry(`fr/${name}`)) },
      { text: "Documentation (en anglais)", items: PAGES.filter((name) => !isTranslated(name)).map(entry) },
      ...english({ reference: "Référence (en anglais)", decided: "Décisions (en anglais)" }),
    ],
  },
};

export default {
  title: "flaneur",
  description: "Personalization that runs on the shopper's own device.",
  locales: { root, fr },
  srcDir: "../target/site/pages",
  cacheDir: "../target/site/cache",
  lastUpdated: false,
  head: [["link", { rel: "icon", href: `${BASE}icon.svg` }]],
  markdown: {
    // Their contrast is enough for WCAG AA.
    theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
    anchor: { slugify },
    toc: { slugify },
    headers: { slugify },
    config(md) {
      const render = md.render.bind(md);
      md.render = (text, env) => (env?.relativePath?.startsWith("fr/") ? inFrench(render(text, env)) : render(text, env));
    },
  },
  themeConfig: { search: { provider: "local", options: { locales: { fr: { translations: SEARCH } }, miniSearch: { options: { processTerm: termsOf } } } } },
  transformPageData: ({ relativePath }) => ({ isTranslated: isTranslated(relativePath.replace(/^fr\//, "").replace(/^index\.md$/, "README.md")) }),
  vite: { resolve: { alias: [{ find: /^\.\.?\/composables\/langs$/, replacement: pathOf(new URL("theme/langs.js", import.meta.url)) }] } },
};
