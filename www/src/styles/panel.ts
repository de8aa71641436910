// Styles shared by the sections of the drawer.
import { css } from "lit";

export const panel = css`
  :host { display: grid; grid-template-columns: minmax(0, 1fr); gap: 2rem; overflow-wrap: anywhere; }
  section { display: grid; grid-template-columns: minmax(0, 1fr); gap: 0.7rem; align-content: start; }
  h3 { font-size: 1.2rem; }
  .box { background: var(--surface); border: 1px solid var(--line); border-radius: var(--radius); padding: 1rem; }
  .line { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0.2rem 0.9rem; align-items: center; padding-block: 0.65rem; border-block-end: 1px solid var(--line); }
  .line:last-child { border: 0; }
  @media (max-width: 24em) { .line { grid-template-columns: minmax(0, 1fr); } .line > .button { justify-self: start; } }
  .thumbs { display: flex; gap: 6px; flex-wrap: wrap; }
  .thumbs a, .thumbs span { display: block; width: 54px; border-radius: 8px; overflow: hidden; position: relative; }
  .switch { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0.1rem 1rem; align-items: center; padding-block: 0.55rem; cursor: pointer; }
  .switch small { display: block; color: var(--muted); font-size: 0.88rem; line-height: 1.4; }
  .switch input { appearance: none; width: 52px; height: 30px; border-radius: 999px; border: 1.5px solid var(--strong-line); background: var(--sunken); position: relative; margin: 0; cursor: pointer; transition: background 140ms; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  .switch input::after { content: ""; position: absolute; inset-block-start: 3px; inset-inline-start: 3px; width: 21px; height: 21px; border-radius: 50%; background: var(--strong-line); transition: translate 140ms; }
  .switch input:checked { background: var(--sage); border-color: var(--sage); }
  .switch input:checked::after { background: var(--surface); translate: 21px 0; }
  @media (forced-colors: active) { .switch input { appearance: auto; width: 24px; height: 24px; } }
  @media (prefers-reduced-motion: reduce) { .switch input, .switch input::after { transition: none; } }
  .bar { width: 100%; height: 10px; display: block; }
  .bar .track { fill: var(--sunken); } .bar .for { fill: var(--sage); } .bar .against { fill: var(--accent); } .bar .zero { fill: var(--strong-line); }
`;
