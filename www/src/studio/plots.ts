// The studio's two plots: how concentrated exposure is, and how much of the catalog is met, before and now.
import { css, html, svg } from "lit";
import { finePercent, t } from "../i18n/index.ts";

/** Of a plot, in its own units. */
const WIDTH = 420, HEIGHT = 260, LEFT = 60, RIGHT = 14, TOP = 12, BOTTOM = 46;
/** Marks on each axis. */
const MARKS = 4;

export type Points = readonly (readonly [x: number, y: number])[];

export interface Plot {
  label: string;
  before: Points;
  now: Points;
  /** Where the axes end. */
  to: { x: number; y: number };
  axes: { x: string; y: string };
  /** How a value of the x axis is written; y is a share. */
  mark: (x: number) => string;
  /** Draws the line of equal shares. */
  equal?: boolean;
}

export const plotStyles = css`
  svg.plot { width: 100%; max-width: 560px; height: auto; display: block; }
  svg.plot text { fill: var(--muted); font: inherit; font-size: 12px; }
  @media (max-width: 480px) { svg.plot text { font-size: 17px; } }
  svg.plot .axis { stroke: var(--line); fill: none; }
  svg.plot .equal { stroke: var(--strong-line); stroke-dasharray: 1 4; fill: none; }
  svg.plot .was { stroke: var(--muted); stroke-width: 2; stroke-dasharray: 7 4; fill: none; }
  svg.plot .is { stroke: var(--accent); stroke-width: 2.5; fill: none; }
  .key { display: flex; flex-wrap: wrap; gap: 0.2rem 1.2rem; }
  .key span { display: inline-flex; gap: 0.5em; align-items: center; }
  .key svg { width: 30px; height: 8px; }
  .key .was { stroke: var(--muted); stroke-width: 2; stroke-dasharray: 7 4; } .key .is { stroke: var(--accent); stroke-width: 2.5; } .key .equal { stroke: var(--strong-line); stroke-width: 1.5; stroke-dasharray: 1 4; }
  @media (forced-colors: active) {
    svg.plot text { fill: CanvasText; } svg.plot .axis { stroke: GrayText; }
    svg.plot .is, .key .is { stroke: Highlight; } svg.plot .was, .key .was, svg.plot .equal, .key .equal { stroke: CanvasText; }
  }
`;

/** A share at which a vertical axis can end: the next of 10 %, 20 %, 40 %, 60 %, 80 % and all, or of a tenth or a hundredth of them. */
export const ceiling = (most: number): number => [0.001, 0.01, 0.1].flatMap((tenth) => [1, 2, 4, 6, 8].map((part) => part * tenth)).find((end) => most <= end) ?? 1;

/** What the lines mean. */
export function key(equal: boolean) {
  const words = t().studio;
  const sample = (kind: string, word: string) => html`<span><svg viewBox="0 0 30 8" aria-hidden="true">${svg`<path class=${kind} d="M0 4H30"/>`}</svg>${word}</span>`;
  return html`<p class="key note">${sample("was", words.before)}${sample("is", words.now)}${equal ? sample("equal", words.equal) : ""}</p>`;
}

export function plot({ label, before, now, to, axes, mark, equal = false }: Plot) {
  const x = (value: number): number => LEFT + (value / to.x) * (WIDTH - LEFT - RIGHT);
  const y = (value: number): number => HEIGHT - BOTTOM - (value / to.y) * (HEIGHT - TOP - BOTTOM);
  const line = (points: Points): string => points.map(([a, b], at) => `${at === 0 ? "M" : "L"}${x(a).toFixed(1)} ${y(b).toFixed(1)}`).join("");
  const marks = Array.from({ length: MARKS + 1 }, (_, at) => at / MARKS);
  return html`<svg class="plot" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label=${label}>
    ${marks.map((part) => svg`<path class="axis" d="M${LEFT} ${y(part * to.y)}H${WIDTH - RIGHT}"/>
      <text x=${LEFT - 6} y=${y(part * to.y) + 4} text-anchor="end">${finePercent(part * to.y)}</text>
      <text x=${x(part * to.x)} y=${HEIGHT - BOTTOM + 20} text-anchor=${part === 1 ? "end" : "middle"}>${mark(part * to.x)}</text>`)}
    <text x=${WIDTH - RIGHT} y=${HEIGHT - 6} text-anchor="end">${axes.x}</text>
    <text x=${LEFT + 4} y=${TOP + 12}>${axes.y}</text>
    ${equal ? svg`<path class="equal" d=${line([[0, 0], [to.x, to.y]])}/>` : ""}
    <path class="was" d=${line(before)} />
    <path class="is" d=${line(now)} />
  </svg>`;
}
