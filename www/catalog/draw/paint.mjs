// The painter's box: colour arithmetic (OKLab), a seeded generator, and a Brush that collects
// SVG shapes, gradients, clips and material textures for one picture of 400 × 480.
// Presentation attributes only (no style attribute), so that a picture may stand inline under a strict CSP.

export const WIDTH = 400;
export const HEIGHT = 480;
export const BASE = 384;

/** A 32-bit hash of a text, for seeds. */
export function hash(text) {
  let h = 2166136261;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 16777619);
  return h >>> 0;
}

/** A seeded generator of numbers in [0, 1). */
export function seeded(seed) {
  let s = seed >>> 0;
  return () => {
    s = (s + 0x6d2b79f5) >>> 0;
    let t = Math.imul(s ^ (s >>> 15), 1 | s);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const channel = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
const gamma = (v) => (v <= 0.0031308 ? v * 12.92 : 1.055 * v ** (1 / 2.4) - 0.055);

/** "#rrggbb" to [L, a, b]. */
export function lab(hex) {
  const n = parseInt(hex.slice(1), 16);
  const r = channel((n >> 16) / 255), g = channel(((n >> 8) & 255) / 255), b = channel((n & 255) / 255);
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function hex([L, a, b]) {
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const rgb = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ].map((v) => Math.round(Math.min(1, Math.max(0, gamma(Math.max(0, v)))) * 255));
  return "#" + rgb.map((v) => v.toString(16).padStart(2, "0")).join("");
}

/** The same hue, lighter (dl > 0) or darker, with its chroma multiplied. */
export function tone(colour, dl, chroma = 1) {
  const [L, a, b] = lab(colour);
  return hex([Math.min(0.985, Math.max(0.08, L + dl)), a * chroma, b * chroma]);
}

export function mix(one, two, share = 0.5) {
  const x = lab(one), y = lab(two);
  return hex(x.map((v, i) => v + (y[i] - v) * share));
}

export function distance(one, two) {
  const x = lab(one), y = lab(two);
  return Math.hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2]);
}

export const light = (colour) => lab(colour)[0];

const n = (v) => (typeof v === "number" ? String(Math.round(v * 10) / 10) : v);

/** A smooth closed or open path through points (Catmull-Rom). */
export function smooth(points, closed = false, tension = 1) {
  const at = (i) => (closed ? points[(i + points.length) % points.length] : points[Math.max(0, Math.min(points.length - 1, i))]);
  let d = `M${n(points[0][0])} ${n(points[0][1])}`;
  for (let i = 0; i < points.length - (closed ? 0 : 1); i++) {
    const [p0, p1, p2, p3] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
    const k = tension / 6;
    d += `C${n(p1[0] + (p2[0] - p0[0]) * k)} ${n(p1[1] + (p2[1] - p0[1]) * k)} ${n(p2[0] - (p3[0] - p1[0]) * k)} ${n(p2[1] - (p3[1] - p1[1]) * k)} ${n(p2[0])} ${n(p2[1])}`;
  }
  return closed ? d + "Z" : d;
}

export const poly = (points) => "M" + points.map((p) => `${n(p[0])} ${n(p[1])}`).join("L") + "Z";
export const oval = (cx, cy, rx, ry = rx) =>
  `M${n(cx - rx)} ${n(cy)}a${n(rx)} ${n(ry)} 0 1 0 ${n(rx * 2)} 0a${n(rx)} ${n(ry)} 0 1 0 ${n(-rx * 2)} 0Z`;
export function round(x, y, w, h, r = 8) {
  r = Math.min(r, w / 2, h / 2);
  return `M${n(x + r)} ${n(y)}h${n(w - 2 * r)}q${n(r)} 0 ${n(r)} ${n(r)}v${n(h - 2 * r)}q0 ${n(r)} ${n(-r)} ${n(r)}h${n(-(w - 2 * r))}q${n(-r)} 0 ${n(-r)} ${n(-r)}v${n(-(h - 2 * r))}q0 ${n(-r)} ${n(r)} ${n(-r)}Z`;
}

const GLOSSY = new Set(["porcelain", "enamel", "lacquer", "steel", "brass", "copper", "silver", "gold", "aluminium", "chrome", "glaze", "resin"]);
const METAL = new Set(["steel", "brass", "copper", "silver", "gold", "aluminium", "iron"]);

/** Collects one picture. `r` is its seeded generator; every id carries the picture's own prefix. */
export class Brush {
  constructor(seed) {
    this.r = seeded(seed);
    this.prefix = "f" + (seed >>> 0).toString(36);
    this.defs = [];
    this.body = [];
    this.count = 0;
  }
  id() { return `${this.prefix}${(this.count++).toString(36)}`; }
  between(a, b) { return a + (b - a) * this.r(); }
  pick(list) { return list[Math.floor(this.r() * list.length)]; }
  add(text) { this.body.push(text); }

  stops(list) {
    return list.map(([o, c, a]) => `<stop offset="${n(o * 100)}%" stop-color="${c}"${a === undefined ? "" : ` stop-opacity="${Math.round(a * 100) / 100}"`}/>`).join("");
  }
  lin(x1, y1, x2, y2, list) {
    const id = this.id();
    this.defs.push(`<linearGradient id="${id}" gradientUnits="userSpaceOnUse" x1="${n(x1)}" y1="${n(y1)}" x2="${n(x2)}" y2="${n(y2)}">${this.stops(list)}</linearGradient>`);
    return `url(#${id})`;
  }
  rad(cx, cy, r, list, squash = 1) {
    const id = this.id();
    const t = squash === 1 ? "" : ` gradientTransform="translate(0 ${n(cy * (1 - squash))}) scale(1 ${Math.round(squash * 1000) / 1000})"`;
    this.defs.push(`<radialGradient id="${id}" gradientUnits="userSpaceOnUse" cx="${n(cx)}" cy="${n(cy)}" r="${n(r)}"${t}>${this.stops(list)}</radialGradient>`);
    return `url(#${id})`;
  }
  pattern(w, h, inner, turn = 0) {
    const id = this.id();
    this.defs.push(`<pattern id="${id}" width="${n(w)}" height="${n(h)}" patternUnits="userSpaceOnUse"${turn ? ` patternTransform="rotate(${turn})"` : ""}>${inner}</pattern>`);
    return `url(#${id})`;
  }
  clipped(d, draw) {
    const id = this.id();
    this.defs.push(`<clipPath id="${id}"><path d="${d}"/></clipPath>`);
    this.add(`<g clip-path="url(#${id})">`);
    draw();
    this.add("</g>");
  }
  group(transform, draw) { this.add(`<g transform="${transform}">`); draw(); this.add("</g>"); }
  path(d, fill, alpha) { this.add(`<path d="${d}" fill="${fill}"${alpha === undefined ? "" : ` opacity="${Math.round(alpha * 100) / 100}"`}/>`); }
  line(d, colour, width = 2, alpha = 1, extra = "") {
    this.add(`<path d="${d}" fill="none" stroke="${colour}" stroke-width="${n(width)}" stroke-linecap="round" stroke-linejoin="round"${alpha === 1 ? "" : ` opacity="${Math.round(alpha * 100) / 100}"`}${extra}/>`);
  }
  text(x, y, size, fill, words, extra = "") {
    const safe = String(words).replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);
    this.add(`<text x="${n(x)}" y="${n(y)}" font-size="${n(size)}" fill="${fill}" text-anchor="middle" font-family="'Iowan Old Style',Palatino,'URW Palladio L','Book Antiqua',Georgia,serif"${extra}>${safe}</text>`);
  }

  /** The soft shadow where a thing stands, and the one it casts to the right. */
  shadow(cx, y, rx, ry = Math.max(7, rx * 0.13), strength = 0.34) {
    const ink = this.ink ?? "#2a2018";
    const far = this.rad(cx + rx * 0.45, y, rx * 1.5, [[0, ink, strength * 0.5], [1, ink, 0]], (ry * 1.5) / (rx * 1.5));
    this.path(oval(cx + rx * 0.45, y, rx * 1.5, ry * 1.5), far);
    const near = this.rad(cx, y, rx * 1.12, [[0, ink, strength], [0.65, ink, strength * 0.75], [1, ink, 0]], ry / rx);
    this.path(oval(cx, y, rx * 1.12, ry * 1.12), near);
  }

  /** Fills a shape with its material: light from the upper left, then the material's own texture. */
  skin(d, box, colour, material = "", shape = "round") {
    const [x, y, w, h] = box;
    if (material === "glass") return this.glass(d, box, colour);
    const t = (dl, c = 1) => tone(colour, dl, c);
    const gloss = GLOSSY.has(material);
    let fill;
    if (shape === "ball") fill = this.rad(x + w * 0.36, y + h * 0.3, Math.max(w, h) * 0.78, gloss
      ? [[0, t(0.2, 0.7)], [0.14, t(0.1)], [0.45, colour], [0.85, t(-0.16)], [1, t(-0.11)]]
      : [[0, t(0.1)], [0.4, t(0.02)], [1, t(-0.18)]]);
    else if (shape === "flat") fill = this.lin(x, y, x + w, y + h, [[0, t(0.06)], [0.5, colour], [1, t(-0.07)]]);
    else fill = this.lin(x, 0, x + w, 0, METAL.has(material)
      ? [[0, t(-0.2)], [0.14, t(0.02)], [0.27, t(0.2, 0.6)], [0.38, t(0.03)], [0.62, t(-0.12)], [0.84, t(0.06)], [1, t(-0.22)]]
      : gloss
        ? [[0, t(-0.11)], [0.2, t(0.04)], [0.3, t(0.11, 0.85)], [0.42, t(0.02)], [0.75, t(-0.08)], [1, t(-0.19)]]
        : [[0, t(-0.09)], [0.28, t(0.055)], [0.55, colour], [1, t(-0.17)]]);
    this.path(d, fill);
    this.texture(d, box, colour, material);
  }

  glass(d, [x, y, w, h], colour) {
    const t = (dl) => tone(colour, dl);
    this.path(d, this.lin(x, 0, x + w, 0, [[0, t(-0.12), 0.72], [0.16, t(0.1), 0.42], [0.5, t(0.12), 0.26], [0.84, t(0.02), 0.4], [1, t(-0.16), 0.75]]));
    this.line(d, t(-0.1), 1.2, 0.45);
    this.clipped(d, () => {
      this.path(round(x + w * 0.17, y + h * 0.08, Math.max(3, w * 0.06), h * 0.72, 6), "#ffffff", 0.5);
      this.path(round(x + w * 0.8, y + h * 0.2, Math.max(2, w * 0.03), h * 0.55, 5), "#ffffff", 0.3);
    });
  }

  texture(d, [x, y, w, h], colour, material) {
    const dark = tone(colour, -0.12), pale = tone(colour, 0.12);
    if (["wood", "oak", "walnut", "beech", "bamboo", "ash"].includes(material)) this.clipped(d, () => {
      const upright = h > w * 1.4;
      const lines = Math.round((upright ? w : h) / 9) + 2;
      for (let i = 0; i < lines; i++) {
        const k = this.between(0, 1), s = this.between(-5, 5);
        const p = upright
          ? smooth([[x + k * w, y - 5], [x + k * w + s, y + h * 0.35], [x + k * w - s, y + h * 0.7], [x + k * w, y + h + 5]])
          : smooth([[x - 5, y + k * h], [x + w * 0.35, y + k * h + s], [x + w * 0.7, y + k * h - s], [x + w + 5, y + k * h]]);
        this.line(p, dark, this.between(0.7, 1.8), 0.32);
      }
    });
    else if (["linen", "cotton", "canvas", "organic cotton"].includes(material)) {
      this.path(d, this.pattern(5, 5, `<path d="M0 1.2H5M1.2 0V5" stroke="${dark}" stroke-width=".7" opacity=".3"/><path d="M0 3.6H5M3.6 0V5" stroke="${pale}" stroke-width=".6" opacity=".28"/>`));
    } else if (["wool", "mohair", "cashmere", "merino"].includes(material)) {
      this.path(d, this.pattern(9, 8, `<path d="M0 1L4.5 5.5L9 1" fill="none" stroke="${dark}" stroke-width="1.5" opacity=".34"/><path d="M0 3.4L4.5 7.9L9 3.4" fill="none" stroke="${pale}" stroke-width="1.2" opacity=".4"/>`));
    } else if (["rattan", "wicker", "raffia", "jute", "seagrass"].includes(material)) {
      this.path(d, this.pattern(18, 14, `<path d="M0 3.5H9M9 10.5H18" stroke="${dark}" stroke-width="4.6" opacity=".34"/><path d="M9 3.5H18M0 10.5H9" stroke="${pale}" stroke-width="4.6" opacity=".42"/><path d="M0 0V14M9 0V14" stroke="${tone(colour, -0.22)}" stroke-width="1" opacity=".4"/>`));
    } else if (["stoneware", "terrazzo", "cork", "stone", "concrete", "recycled paper", "felt"].includes(material)) this.clipped(d, () => {
      const big = material === "terrazzo";
      const dots = Math.min(140, Math.round((w * h) / (big ? 260 : 210)));
      for (let i = 0; i < dots; i++) {
        const s = big ? this.between(1.8, 5.2) : this.between(0.6, 1.6);
        const c = big ? this.pick([dark, pale, "#b5654a", "#5f7a6b", "#d9a441", "#3d4b5c"]) : this.pick([tone(colour, -0.25), dark, pale]);
        const px = this.between(x, x + w), py = this.between(y, y + h);
        this.path(big ? poly([[px, py], [px + s, py - s * 0.6], [px + s * 1.6, py + s * 0.5], [px + s * 0.5, py + s]]) : oval(px, py, s, s * 0.8), c, big ? 0.85 : 0.6);
      }
    });
    else if (material === "marble") this.clipped(d, () => {
      for (let i = 0; i < 5; i++) {
        const a = this.between(0, w), b = this.between(0, w);
        this.line(smooth([[x + a, y], [x + (a * 2 + b) / 3 + 12, y + h * 0.33], [x + (a + 2 * b) / 3 - 12, y + h * 0.66], [x + b, y + h]]), tone(colour, -0.2, 0.6), this.between(0.6, 2.4), 0.35);
      }
    });
    else if (material === "velvet") this.path(d, this.lin(x, y, x + w * 0.4, y + h, [[0, pale, 0.45], [0.3, pale, 0], [0.6, dark, 0.25], [1, pale, 0.25]]));
  }

  /** A body of revolution: points are [y, radius] from top to bottom. */
  turned(cx, points, colour, material = "", o = {}) {
    const left = points.map(([y, r]) => [cx - r, y]);
    const right = points.map(([y, r]) => [cx + r, y]).reverse();
    const [y0, r0] = points[0];
    const [y1, r1] = points[points.length - 1];
    const flat = o.flat ?? 0.16;
    const curve = (list) => (o.straight ? "L" + list.map((p) => `${n(p[0])} ${n(p[1])}`).join("L") : smooth(list).replace(/^M/, "L"));
    const d = `M${n(cx - r0)} ${n(y0)}` + curve(left) + `A${n(r1 || 0.1)} ${n((r1 || 0.1) * flat)} 0 0 0 ${n(cx + r1)} ${n(y1)}` + curve(right) + `A${n(r0 || 0.1)} ${n((r0 || 0.1) * flat)} 0 0 0 ${n(cx - r0)} ${n(y0)}Z`;
    const reach = Math.max(...points.map((p) => p[1]));
    const box = [cx - reach, y0, reach * 2, y1 - y0];
    this.skin(d, box, colour, material);
    if (o.open && r0 > 2) {
      this.path(oval(cx, y0, r0, r0 * flat), material === "glass" ? tone(colour, 0.05) : tone(colour, 0.07), material === "glass" ? 0.35 : 1);
      const inner = Math.max(1, r0 - (o.wall ?? 4));
      this.path(oval(cx, y0 + 0.8, inner, inner * flat), this.lin(cx - r0, 0, cx + r0, 0, [[0, tone(o.inside ?? colour, -0.26)], [1, tone(o.inside ?? colour, -0.08)]]), material === "glass" ? 0.25 : 1);
    } else if (r0 > 2) this.path(oval(cx, y0, r0, r0 * flat), tone(colour, 0.06));
    return { d, box };
  }

  svg(title) {
    const safe = String(title).replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);
    return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${safe}"><defs>${this.defs.join("")}</defs>${this.body.join("")}</svg>`;
  }
}
