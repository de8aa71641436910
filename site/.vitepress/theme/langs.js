// Stands in for VitePress's own list of languages, which links every page to a twin, whether there is one or not.
// Here a page that is translated leads to its twin, another to the start of the other language. The heading
// is left out of the link: it has another name there.
import { computed } from "vue";
import { useData } from "vitepress";

const homeOf = (key) => (key === "root" ? "/" : `/${key}/`);

export function useLangs({ correspondingLink = false } = {}) {
  const { site, localeIndex, page } = useData();
  const currentLang = computed(() => ({ label: site.value.locales[localeIndex.value]?.label, link: homeOf(localeIndex.value) }));
  const localeLinks = computed(() => {
    const here = page.value.relativePath.slice(currentLang.value.link.length - 1);
    const twin = correspondingLink && page.value.isTranslated ? here.replace(/(^|\/)index\.md$/, "$1").replace(/\.md$/, ".html") : "";
    return Object.entries(site.value.locales)
      .filter(([key]) => key !== localeIndex.value)
      .map(([key, { label }]) => ({ text: label, link: homeOf(key) + twin }));
  });
  return { localeLinks, currentLang };
}
