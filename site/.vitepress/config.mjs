// What the pages of docs/ become: their order, and links that work as they do in the repository.

import { readFileSync } from "node:fs";

import { BASE, GUIDES, PAGES, PLACE, decisions, referencePages, slugify } from "../pages.mjs";

/** What a page is called: its own first heading. */
const titleOf = (name) => readFileSync(new URL(name, PLACE), "utf8").match(/^# (.+)$/m)[1].replaceAll("`", "");

const entry = (name) => ({ text: titleOf(name), link: `/${name.replace(/\.md$/, "")}` });

export default {
  title: "flaneur",
  description: "Personalization that runs on the shopper's own device.",
  lang: "en",
  srcDir: "../target/site/pages",
  cacheDir: "../target/site/cache",
  rewrites: { "README.md": "index.md" },
  lastUpdated: false,
  head: [["link", { rel: "icon", href: `${BASE}icon.svg` }]],
  markdown: {
    // Their contrast is enough for WCAG AA.
    theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
    anchor: { slugify },
    toc: { slugify },
    headers: { slugify },
  },
  themeConfig: {
    search: { provider: "local" },
    outline: [2, 3],
    nav: [
      { text: "Guides", link: "/guides/quick-start", activeMatch: "^/guides/" },
      { text: "Integration", link: "/INTEGRATION" },
      { text: "Privacy", link: "/PRIVACY" },
      { text: "Reference", link: "/reference/", activeMatch: "^/reference/" },
      { text: "Demo shop", link: "/../", target: "_self" },
    ],
    sidebar: [
      { text: "Guides", items: GUIDES.map(entry) },
      { text: "Documentation", items: PAGES.map(entry) },
      { text: "Reference", items: referencePages().map(entry) },
      { text: "Decisions", items: decisions().map(entry) },
    ],
  },
};
