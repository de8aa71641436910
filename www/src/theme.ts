// Light or dark: the system's wish, or the shopper's own, kept in the address (?theme=dark) and never in storage.
export type Theme = "light" | "dark";

const wish = matchMedia("(prefers-color-scheme: dark)");
let own: Theme | undefined;

export const theme = (): Theme => own ?? (wish.matches ? "dark" : "light");

function show(): void {
  document.documentElement.dataset["theme"] = theme();
}
export function setTheme(next: Theme): void {
  own = next;
  const address = new URL(location.href);
  address.searchParams.set("theme", next);
  history.replaceState(history.state, "", address);
  show();
}
export function startTheme(): void {
  const asked = new URLSearchParams(location.search).get("theme");
  if (asked === "light" || asked === "dark") own = asked;
  wish.addEventListener("change", show);
  show();
}
