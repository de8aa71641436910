// Where a thing stands: the wall, the table and the light behind every picture.
// A scene is chosen so that the thing's colour stays readable against it.
import { Brush, BASE, HEIGHT, WIDTH, distance, light, mix, oval, poly, round, tone } from "./paint.mjs";

/** Walls with their tables: [wall, table, accent]. */
export const PALETTES = [
  ["#efe4d4", "#d9c1a3", "#c98f63"],
  ["#f2d9cc", "#dba78f", "#b8654b"],
  ["#dde4d3", "#b4c2a2", "#718a64"],
  ["#dbe5ea", "#a9bfcb", "#5d7f95"],
  ["#f5e6bd", "#e0bf76", "#c78d3a"],
  ["#e5b898", "#bd7a56", "#8a4a32"],
  ["#d9d3e6", "#a99fc6", "#75689c"],
  ["#bfdad3", "#7fb0a5", "#3f7a70"],
  ["#e9ddd8", "#c2aaa1", "#8c6c63"],
  ["#3b4a58", "#2b3742", "#e0b070"],
  ["#3f5148", "#2d3b34", "#d9b37a"],
  ["#574351", "#40303b", "#e2a890"],
  ["#c9d6e8", "#93a9c9", "#4d6798"],
  ["#f0cfd0", "#d79b9e", "#a8555f"],
];

/** Chooses a palette readable behind `colour`: the seed picks among the best six. */
function palette(b, colour) {
  const want = light(colour) > 0.88 ? 0.62 : 0.9;
  const scored = PALETTES.map((p, i) => {
    const apart = distance(p[0], colour);
    const gap = Math.abs(light(p[0]) - light(colour));
    return [Math.min(apart, 0.34) + Math.min(gap, 0.3) * 0.8 - Math.abs(light(p[0]) - want) * 0.22 + b.r() * 0.05, i];
  }).sort((x, y) => y[0] - x[0]);
  return PALETTES[scored[Math.floor(b.r() * 6)][1]];
}

/** Paints the background; `kind` "wall" has no table (for things that hang). */
export function scene(b, colour, kind = "table") {
  const [wall, table, accent] = palette(b, colour);
  b.wall = wall;
  b.accent = accent;
  b.ink = tone(table, -0.42, 0.7);
  const dark = light(wall) < 0.5;
  b.path(`M0 0H${WIDTH}V${HEIGHT}H0Z`, b.lin(0, 0, WIDTH, HEIGHT, [[0, tone(wall, 0.035)], [0.55, wall], [1, tone(wall, -0.05)]]));
  const back = b.pick(kind === "wall" ? ["disc", "window", "plain", "leaves"] : ["arch", "disc", "window", "plain", "leaves", "hill"]);
  const soft = mix(wall, accent, dark ? 0.16 : 0.28);
  if (back === "arch") {
    const w = b.between(118, 146), top = b.between(46, 80), cx = 200 + b.pick([-1, 1]) * b.between(0, 26);
    const d = `M${cx - w} 352V${top + w}A${w} ${w} 0 0 1 ${cx + w} ${top + w}V352Z`;
    b.path(d, b.lin(cx - w, 0, cx + w, 0, [[0, tone(soft, -0.05)], [0.3, soft], [1, tone(soft, 0.045)]]));
  } else if (back === "disc") {
    const r = b.between(108, 138), cx = 200 + b.between(-46, 46), cy = b.between(170, 205);
    b.path(oval(cx, cy, r), b.lin(cx, cy - r, cx, cy + r, [[0, tone(soft, 0.03)], [1, mix(soft, wall, 0.55)]]));
  } else if (back === "window") {
    const pane = (x, y, w, h) => poly([[x, y], [x + w, y - w * 0.22], [x + w, y + h - w * 0.22], [x, y + h]]);
    const x = b.between(24, 110), y = b.between(60, 100);
    for (const [px, py] of [[0, 0], [78, -17], [0, 118], [78, 101]]) b.path(pane(x + px, y + py, 70, 108), tone(wall, dark ? 0.09 : 0.07), dark ? 0.5 : 0.85);
  } else if (back === "leaves") {
    const x = b.pick([40, 330]), flip = x > 200 ? -1 : 1;
    for (let i = 0; i < 7; i++) {
      const y = 30 + i * 34, s = 1 - i * 0.09;
      for (const side of [-1, 1]) b.path(`M${x} ${y}q${flip * side * 34 * s} ${-26 * s} ${flip * side * 78 * s} ${4 * s}q${-flip * side * 38 * s} ${24 * s} ${-flip * side * 78 * s} ${-4 * s}Z`, tone(wall, -0.06), 0.6);
    }
  } else if (back === "hill") {
    b.path(`M0 300C70 236 150 250 214 288S350 306 400 252V372H0Z`, mix(wall, accent, 0.18));
    b.path(`M0 330C90 290 190 330 260 322S360 300 400 316V372H0Z`, mix(wall, accent, 0.3));
  }
  if (kind !== "wall") {
    const y = 350;
    b.path(`M0 ${y}H400V480H0Z`, b.lin(0, y, 0, 480, [[0, tone(table, 0.02)], [0.25, tone(table, 0.045)], [1, tone(table, -0.06)]]));
    b.path(`M0 ${y}H400V${y + 2}H0Z`, tone(table, 0.1), 0.55);
  }
  b.path(`M0 0H400V480H0Z`, b.rad(120, 90, 420, [[0, "#fff6e4", dark ? 0.14 : 0.34], [1, "#fff6e4", 0]]));
}

/** An elegant card of type for an item that has no picture and no known shape. */
export function card(b, colour, label, small) {
  const base = mix(colour, "#efe4d4", light(colour) > 0.75 ? 0.25 : 0.12);
  const ink = light(base) > 0.62 ? tone(base, -0.5, 0.8) : "#fbf4e8";
  b.path(`M0 0H400V480H0Z`, b.lin(0, 0, 400, 480, [[0, tone(base, 0.05)], [1, tone(base, -0.06)]]));
  const figure = b.pick(["arches", "moons", "waves", "rays"]);
  const paint = (d, k, a) => b.path(d, k % 2 ? tone(base, 0.08) : tone(base, -0.08), a);
  if (figure === "arches") for (let i = 4; i >= 0; i--) paint(`M${200 - 34 * (i + 1)} 480V${300}A${34 * (i + 1)} ${34 * (i + 1)} 0 0 1 ${200 + 34 * (i + 1)} 300V480Z`, i, 0.8);
  else if (figure === "moons") for (let i = 0; i < 4; i++) paint(oval(130 + i * 52, 380 - i * 18, 92 - i * 12), i, 0.55);
  else if (figure === "waves") for (let i = 0; i < 5; i++) paint(`M0 ${300 + i * 38}q50 -34 100 0t100 0t100 0t100 0V480H0Z`, i, 0.6);
  else for (let i = 0; i < 12; i++) paint(poly([[200, 480], [200 + 460 * Math.cos(Math.PI * (1 + i / 12)), 480 + 460 * Math.sin(Math.PI * (1 + i / 12))], [200 + 460 * Math.cos(Math.PI * (1 + (i + 0.5) / 12)), 480 + 460 * Math.sin(Math.PI * (1 + (i + 0.5) / 12))]]), i, 0.4);
  const lines = wrap(label, 16).slice(0, 5);
  const size = lines.length > 3 ? 27 : 32;
  lines.forEach((line, i) => b.text(200, 190 + (i - (lines.length - 1) / 2) * size * 1.22, size, ink, line));
  b.line(`M176 ${210 + ((lines.length - 1) / 2) * size * 1.22}H224`, ink, 1.4, 0.7);
  if (small) b.text(200, 448, 15, ink, small.toLocaleUpperCase(), ' letter-spacing="2.4"');
  b.line(round(16, 16, 368, 448, 4), ink, 1, 0.3);
}

/** Breaks a title into lines of about `width` letters. */
export function wrap(label, width) {
  const lines = [];
  for (const word of String(label).split(/\s+/u)) {
    const last = lines[lines.length - 1];
    if (last !== undefined && (last + " " + word).length <= width) lines[lines.length - 1] = last + " " + word;
    else lines.push([...word].slice(0, width + 4).join(""));
  }
  return lines;
}

export { Brush, BASE };
