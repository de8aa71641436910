// Styles shared by the pages.
import { css } from "lit";

export const page = css`
  :host { display: block; width: var(--page); margin-inline: auto; }
  h1 { font-size: clamp(1.9rem, 1.3rem + 2.6vw, 3rem); }
  .stack { display: grid; gap: clamp(2.6rem, 5vw, 4.2rem); grid-template-columns: minmax(0, 1fr); }
  .crumbs { display: flex; flex-wrap: wrap; gap: 0.2rem 0.7rem; font-size: 0.9rem; color: var(--muted); padding-block: 1.4rem 0.6rem; }
  .crumbs a { text-underline-offset: 0.2em; min-height: 24px; }
  .tools { display: flex; flex-wrap: wrap; gap: 0.8rem 1.4rem; align-items: center; justify-content: space-between; margin-block: 0.8rem 1.6rem; }
  .tools > * { min-width: 0; max-width: 100%; }
  .chips { display: flex; flex-wrap: wrap; gap: 0.4rem; }
  .chips .button[aria-pressed="true"] { background: var(--ink); color: var(--paper); border-color: var(--ink); }
  @media (forced-colors: active) { .chips .button[aria-pressed="true"] { forced-color-adjust: none; background: CanvasText; color: Canvas; } }
  .center { display: grid; justify-items: center; margin-block-start: 2rem; }
  .hero-empty { padding: 3rem 0; display: grid; gap: 1rem; justify-items: start; }
`;
