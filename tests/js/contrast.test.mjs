// The colours of the demo shop, computed pair by pair: axe reads text alone, and not what bounds a control or shows the focus.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const STYLE = readFileSync(new URL("../../www/src/styles/page.css", import.meta.url), "utf8");
const GROUNDS = ["paper", "surface", "sunken"];

/** What stands on what, by the least contrast that WCAG 2.2 asks of it: 1.4.3 for text, 1.4.11 for what is none. */
const PAIRS = {
  4.5: [
    ...["ink", "muted", "accent", "sage", "plum"].flatMap((text) => GROUNDS.map((ground) => [text, ground])),
    ...["accent-soft", "sage-soft", "plum-soft"].flatMap((ground) => [["ink", ground], [ground.replace("-soft", ""), ground]]),
    ["accent-ink", "accent"],
  ],
  3: ["strong-line", "focus"].flatMap((mark) => GROUNDS.map((ground) => [mark, ground])),
};
/** Bounds nothing that has to be told apart. */
const ORNAMENT = ["line"];

/** The colours of each scheme, in the order of the style: light, dark. */
const schemes = [...STYLE.matchAll(/\{([^{}]*--paper:[^{}]*)\}/g)].map(
  ([, block]) => new Map([...block.matchAll(/--([a-z-]+):\s*(#[0-9a-f]{6});/g)].map(([, name, colour]) => [name, colour])),
);

/** Relative luminance, WCAG 2.2. */
function luminance(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

test("the contrast of two colours is WCAG's", () => {
  assert.equal(contrast("#000000", "#ffffff"), 21);
  assert.equal(contrast("#777777", "#ffffff").toFixed(2), "4.48");
});

test("every colour of both schemes stands out from what it stands on", () => {
  assert.equal(schemes.length, 2);
  for (const [at, colours] of schemes.entries()) {
    const scheme = ["light", "dark"][at];
    const known = [...Object.values(PAIRS).flat(2), ...ORNAMENT];
    assert.deepEqual([...colours.keys()].filter((name) => !known.includes(name)), [], `${scheme}: a colour that is in no pair`);
    const faint = Object.entries(PAIRS).flatMap(([least, pairs]) =>
      pairs.map(([mark, ground]) => [mark, ground, contrast(colours.get(mark), colours.get(ground))]).filter(([, , found]) => found < Number(least)),
    );
    assert.deepEqual(faint, [], scheme);
  }
});
