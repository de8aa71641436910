/** Opens the tests' own page and waits for the package. */
export async function openMinimal(context, origin) {
  const page = await context.newPage();
  await page.goto(`${origin}/minimal.html`);
  await page.waitForFunction(() => window.ready === true);
  return page;
}

/** The moment at which the tests' pages live. */
export const NOW = Date.UTC(2026, 10, 22, 12);
