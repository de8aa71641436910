// Styles that several elements adopt: buttons, fields, focus, text that only a screen reader meets.
import { css } from "lit";

export const shared = css`
  :host { box-sizing: border-box; }
  *, *::before, *::after { box-sizing: border-box; }
  :focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 6px; }
  h1, h2, h3 { font-family: var(--display); font-weight: 500; line-height: 1.15; margin: 0; text-wrap: balance; letter-spacing: -0.01em; }
  p { margin: 0; }
  a { color: inherit; }
  ul { list-style: none; margin: 0; padding: 0; }
  .unseen, .skip:not(:focus) { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  button, input, select { font: inherit; color: inherit; }
  button { cursor: pointer; }
  .button {
    display: inline-flex; align-items: center; justify-content: center; gap: 0.5em; min-height: 44px; padding: 0.5em 1.15em; border-radius: 999px;
    border: 1.5px solid var(--strong-line); background: transparent; color: var(--ink); font-weight: 500; text-decoration: none; line-height: 1.2; text-align: center;
  }
  .button:hover { background: var(--sunken); }
  .button.main { background: var(--accent); border-color: var(--accent); color: var(--accent-ink); }
  .button.main:hover { filter: brightness(1.08); }
  .button.small { min-height: 32px; padding: 0.2em 0.8em; font-size: 0.86rem; border-width: 1px; }
  .button[disabled], .button[aria-disabled="true"] { opacity: 0.55; cursor: not-allowed; }
  .link { background: none; border: 0; padding: 0.25em 0; min-height: 24px; color: var(--accent); text-decoration: underline; text-underline-offset: 0.2em; text-decoration-thickness: 1px; }
  .link:hover { text-decoration-thickness: 2px; }
  .round {
    display: inline-grid; place-items: center; width: 36px; height: 36px; padding: 0; border-radius: 50%; border: 1px solid transparent;
    background: color-mix(in srgb, var(--surface) 88%, transparent); color: var(--ink);
  }
  .round:hover { background: var(--surface); border-color: var(--strong-line); }
  .round[aria-pressed="true"] { color: var(--accent); }
  select, input[type="search"], input[type="number"] { min-height: 44px; border: 1.5px solid var(--strong-line); border-radius: 999px; background: var(--surface); padding: 0 1em; max-width: 100%; }
  svg.icon { width: 1.2em; height: 1.2em; fill: none; stroke: currentColor; stroke-width: 1.7; stroke-linecap: round; stroke-linejoin: round; flex: none; }
  .skip { position: absolute; inset-inline-start: 12px; z-index: 50; background: var(--ink); color: var(--paper); }
  .skip:hover { background: var(--ink); }
  @media (forced-colors: active) { .skip { color: ButtonText; } }
  .skip:not(:focus) { min-height: 0; padding: 0; border: 0; }
  .small-caps { font-size: 0.78rem; letter-spacing: 0.09em; text-transform: uppercase; color: var(--muted); }
  .note { color: var(--muted); font-size: 0.92rem; }
  @media (forced-colors: active) { .round, .button { border-color: ButtonText; } .button.main { background: ButtonFace; color: ButtonText; } }
`;
