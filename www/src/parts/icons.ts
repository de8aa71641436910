// The few line icons of the shop; decoration only, every control has its own words.
import { svg, html, type TemplateResult } from "lit";

const shapes = {
  heart: svg`<path d="M12 20s-7.5-4.6-7.5-10A4.2 4.2 0 0 1 12 7.4 4.2 4.2 0 0 1 19.500 10c0 5.400-7.500 10-7.500 10Z"/>`,
  heartFull: svg`<path fill="currentColor" d="M12 20s-7.500-4.600-7.500-10A4.200 4.200 0 0 1 12 7.400 4.200 4.200 0 0 1 19.500 10c0 5.400-7.500 10-7.500 10Z"/>`,
  cross: svg`<path d="M6 6l12 12M18 6 6 18"/>`,
  bag: svg`<path d="M5 8h14l1 12H4L5 8ZM8.500 8a3.500 3.500 0 0 1 7 0"/>`,
  plus: svg`<path d="M12 5v14M5 12h14"/>`,
  search: svg`<circle cx="11" cy="11" r="6"/><path d="m15.500 15.500 4.500 4.500"/>`,
  moon: svg`<path d="M19 14.500A7.500 7.500 0 0 1 9.500 5 7.500 7.500 0 1 0 19 14.500Z"/>`,
  sun: svg`<circle cx="12" cy="12" r="4"/><path d="M12 3v2M12 19v2M3 12h2M19 12h2M5.600 5.600l1.500 1.500M16.900 16.900l1.500 1.500M5.600 18.400l1.500-1.500M16.900 7.100l1.500-1.500"/>`,
  arch: svg`<path d="M4 20v-8a8 8 0 0 1 16 0v8M9 20v-7a3 3 0 0 1 6 0v7"/>`,
  spark: svg`<path d="M12 3l1.800 6.200L20 11l-6.200 1.800L12 19l-1.800-6.200L4 11l6.200-1.800Z"/>`,
  check: svg`<path d="m5 12.500 4.500 4.500L19 7.500"/>`,
} as const;

export const icon = (name: keyof typeof shapes): TemplateResult => html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">${shapes[name]}</svg>`;
