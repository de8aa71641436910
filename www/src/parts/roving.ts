// A row of buttons as one stop of the keyboard: Tab reaches the one in force, arrows go along the row, Home and End to its ends.
// Source: ARIA Authoring Practices Guide, "Toolbar".

export function rove(event: KeyboardEvent): void {
  const row = event.currentTarget as HTMLElement;
  const buttons = [...row.querySelectorAll<HTMLElement>("button")];
  const at = buttons.indexOf(event.target as HTMLElement);
  const step = getComputedStyle(row).direction === "rtl" ? -1 : 1;
  const next = { ArrowRight: at + step, ArrowLeft: at - step, Home: 0, End: buttons.length - 1 }[event.key];
  if (next === undefined || at < 0) return;
  event.preventDefault();
  buttons.at(next % buttons.length)?.focus();
}
