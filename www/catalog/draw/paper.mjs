// Shapes of paper, card and play: notebooks, books, posters, boxes of games, pieces.
import { BASE, light, mix, oval, poly, round, smooth, tone } from "./paint.mjs";
import { wrap } from "./scenes.mjs";

const BRASS = "#c9a15a", INK = "#2c2a2b", CREAM = "#f7efdf";

/** A small invented illustration inside a frame; used by covers, posters and box lids. */
function picture(b, [x, y, w, h], ground, one, two) {
  const k = b.pick(["hills", "moon", "leaf", "city", "bird", "shapes", "sea", "flower"]);
  const cx = x + w / 2, cy = y + h / 2, u = Math.min(w, h) / 100;
  b.path(`M${x} ${y}h${w}v${h}h${-w}Z`, ground);
  if (k === "hills") { b.path(oval(x + w * 0.68, y + h * 0.34, 15 * u), one); for (let i = 0; i < 3; i++) b.path(`M${x} ${y + h * (0.58 + i * 0.14)}q${w * 0.25} ${-h * 0.2} ${w * 0.5} ${-h * 0.03}t${w * 0.5} ${h * 0.02}V${y + h}H${x}Z`, mix(one, two, i / 2)); }
  else if (k === "moon") { b.path(oval(cx, cy - 8 * u, 27 * u), one); b.path(oval(cx + 11 * u, cy - 14 * u, 24 * u), ground); for (let i = 0; i < 12; i++) b.path(oval(x + b.between(0.1, 0.9) * w, y + b.between(0.08, 0.6) * h, b.between(0.7, 1.7) * u), CREAM); b.path(`M${x} ${y + h}l${w * 0.3} ${-h * 0.28}l${w * 0.2} ${h * 0.14}l${w * 0.22} ${-h * 0.2}L${x + w} ${y + h}Z`, two); }
  else if (k === "leaf") { b.line(`M${cx} ${y + h * 0.92}V${y + h * 0.12}`, two, 2.4 * u); for (let i = 0; i < 5; i++) for (const s of [-1, 1]) { const yy = y + h * (0.24 + i * 0.14); b.path(`M${cx} ${yy + 8 * u}q${s * 12 * u} ${-20 * u} ${s * (34 - Math.abs(i - 2) * 5) * u} ${-12 * u}q${-s * 10 * u} ${18 * u} ${-s * (34 - Math.abs(i - 2) * 5) * u} ${12 * u}Z`, i % 2 ? one : two); } }
  else if (k === "city") { for (let i = 0; i < 6; i++) { const hh = h * b.between(0.3, 0.7), xx = x + (i * w) / 6; b.path(`M${xx} ${y + h}V${y + h - hh}h${w / 6}V${y + h}Z`, i % 2 ? one : two); for (let j = 0; j < 4; j++) b.path(`M${xx + w * 0.045} ${y + h - hh + 8 * u + j * 13 * u}h${w * 0.07}v${6 * u}h${-w * 0.07}Z`, CREAM, 0.75); } }
  else if (k === "bird") { b.path(oval(cx - 4 * u, cy + 2 * u, 25 * u, 18 * u), one); b.path(oval(cx + 19 * u, cy - 14 * u, 11 * u), one); b.path(poly([[cx + 29 * u, cy - 17 * u], [cx + 41 * u, cy - 12 * u], [cx + 28 * u, cy - 9 * u]]), two); b.path(`M${cx - 20 * u} ${cy - 2 * u}q${18 * u} ${-18 * u} ${30 * u} ${4 * u}q${-12 * u} ${18 * u} ${-30 * u} ${-4 * u}Z`, two); b.path(poly([[cx - 26 * u, cy], [cx - 46 * u, cy - 10 * u], [cx - 42 * u, cy + 9 * u]]), two); b.path(oval(cx + 21 * u, cy - 16 * u, 1.8 * u), INK); b.line(`M${cx - 6 * u} ${cy + 19 * u}v${14 * u}M${cx + 4 * u} ${cy + 19 * u}v${14 * u}`, INK, 1.6 * u); b.line(`M${x + w * 0.1} ${cy + 33 * u}H${x + w * 0.9}`, two, 2 * u); }
  else if (k === "shapes") { b.path(oval(x + w * 0.36, y + h * 0.38, 22 * u), one); b.path(`M${x + w * 0.5} ${y + h * 0.3}h${36 * u}v${36 * u}Z`, two); b.path(`M${x + w * 0.2} ${y + h * 0.9}a${24 * u} ${24 * u} 0 0 1 ${48 * u} 0Z`, mix(one, two)); b.line(`M${x + w * 0.1} ${y + h * 0.62}H${x + w * 0.92}`, INK, 1.6 * u); }
  else if (k === "sea") { b.path(oval(cx, y + h * 0.42, 22 * u), one); for (let i = 0; i < 5; i++) b.path(`M${x} ${y + h * (0.5 + i * 0.11)}q${w / 8} ${-8 * u} ${w / 4} 0t${w / 4} 0t${w / 4} 0t${w / 4} 0V${y + h}H${x}Z`, tone(two, i * 0.028 - 0.04)); b.path(poly([[cx - 4 * u, y + h * 0.3], [cx - 4 * u, y + h * 0.55], [cx + 14 * u, y + h * 0.55]]), CREAM); }
  else { for (let i = 0; i < 8; i++) b.group(`rotate(${i * 45} ${cx} ${cy - 10 * u})`, () => b.path(oval(cx, cy - 28 * u, 8 * u, 16 * u), i % 2 ? one : tone(one, 0.05))); b.path(oval(cx, cy - 10 * u, 9 * u), two); b.line(`M${cx} ${cy + 16 * u}V${y + h}`, two, 3 * u); b.path(`M${cx} ${cy + 36 * u}q${20 * u} ${-18 * u} ${32 * u} ${-6 * u}q${-14 * u} ${14 * u} ${-32 * u} ${6 * u}Z`, two); }
}
const inkOn = (c) => (light(c) > 0.64 ? tone(c, -0.5, 0.9) : CREAM);

function book(b, p) {
  b.shadow(204, BASE, 104, 13);
  const x = 106, y = 116, w = 188, h = 268;
  b.path(poly([[x + w, y + 4], [x + w + 16, y + 12], [x + w + 16, BASE - 8], [x + w, BASE]]), b.lin(x + w, 0, x + w + 16, 0, [[0, "#efe5d0"], [1, "#cdbfa3"]]));
  for (let i = 1; i < 5; i++) b.line(`M${x + w + i * 3.2} ${y + 4 + i * 1.6}V${BASE - i * 1.6}`, "#b8a98c", 0.8, 0.8);
  const d = round(x, y, w, h, 3);
  b.clipped(d, () => {
    b.path(d, p.colour);
    const k = Math.floor(p.form * 3), ink = inkOn(p.colour), lines = wrap(p.text ?? p.name, 13).slice(0, 4), size = lines.some((l) => l.length > 11) ? 20 : 24;
    if (k === 0) { picture(b, [x, y + 104, w, 164], mix(p.colour, p.accent, 0.2), p.accent, tone(p.accent, -0.16)); lines.forEach((l, i) => b.text(x + w / 2, y + 40 + i * size * 1.12, size, ink, l)); }
    else if (k === 1) { picture(b, [x, y, w, 268], p.colour, p.accent, tone(p.accent, light(p.colour) > 0.6 ? -0.2 : 0.12)); const hh = lines.length * size * 1.15 + 26; b.path(round(x + 22, y + 150, w - 44, hh, 2), CREAM, 0.96); lines.forEach((l, i) => b.text(x + w / 2, y + 174 + i * size * 1.13, size * 0.92, tone(p.colour, light(p.colour) > 0.6 ? -0.45 : -0.1), l)); }
    else { b.line(round(x + 13, y + 13, w - 26, h - 26, 3), p.accent, 2); b.line(round(x + 18, y + 18, w - 36, h - 36, 3), p.accent, 0.8); lines.forEach((l, i) => b.text(x + w / 2, y + 74 + i * size * 1.15, size, ink, l)); picture(b, [x + 56, y + 168, 76, 70], tone(p.colour, light(p.colour) > 0.5 ? 0.05 : -0.04), p.accent, tone(p.accent, -0.12)); }
    b.path(`M${x} ${y}h13v${h}h-13Z`, b.lin(x, 0, x + 15, 0, [[0, "#000000", 0.24], [0.5, "#ffffff", 0.2], [1, "#000000", 0.16]]));
  });
  b.path(d, b.lin(x, y, x + w, y + h, [[0, "#ffffff", 0.16], [0.5, "#ffffff", 0], [1, "#000000", 0.12]]));
}

function notebook(b, p) {
  b.shadow(200, BASE, 108, 13);
  b.group(`rotate(${b.between(-7, 5)} 200 300)`, () => {
    b.path(round(120, 124, 176, 256, 8), tone(CREAM, -0.1)); b.path(round(118, 122, 174, 256, 8), CREAM);
    b.skin(round(108, 116, 180, 260, 9), [108, 116, 180, 260], p.colour, p.material, "flat");
    b.path("M108 122h22v248h-22Z", tone(p.colour, -0.08), 0.55);
    if (p.form < 0.4) { b.path("M262 116h9v260h-9Z", p.accent); b.path(round(150, 168, 92, 58, 3), CREAM, 0.95); b.line("M164 190H228M174 204H218", tone(p.colour, -0.15), 1.8, 0.7); }
    else if (p.form < 0.7) for (let i = 0; i < 12; i++) { b.path(oval(119, 134 + i * 20.5, 4), "#00000055".slice(0, 7), 0.35); b.line(`M119 ${134 + i * 20.5}h-17`, BRASS, 3.6); }
    else b.clipped(round(130, 116, 158, 260, 6), () => picture(b, [130, 116, 158, 260], mix(p.colour, p.accent, 0.12), p.accent, tone(p.colour, -0.12)));
    b.path(poly([[196, 376], [208, 376], [208, 404], [202, 396], [196, 404]]), "#b23a35");
  });
  b.group("rotate(28 316 300)", () => { b.path(round(318, 214, 10, 148, 4), b.lin(318, 0, 328, 0, [[0, tone(p.accent, 0.1)], [1, tone(p.accent, -0.12)]])); b.path(poly([[318, 362], [328, 362], [323, 382]]), "#e4c7a0"); b.path(poly([[321, 374], [325, 374], [323, 382]]), INK); b.path(round(318, 208, 10, 12, 3), "#d98c8a"); });
}

function pencils(b, p) {
  const colours = [p.colour, p.accent, "#d8a444", "#4f7a6a", "#b4503f", "#3f5a7d", "#e6d3b3"];
  b.shadow(200, BASE, 62);
  for (let i = 0; i < 9; i++) {
    const dx = (i - 4) * 11, c = colours[i % colours.length], top = 132 + ((i * 37) % 40);
    b.group(`rotate(${dx * 0.34} 200 ${BASE})`, () => { b.path(`M${193 + dx} ${top + 22}h13V300h-13Z`, b.lin(193 + dx, 0, 206 + dx, 0, [[0, tone(c, 0.08)], [0.5, c], [1, tone(c, -0.12)]])); b.path(poly([[193 + dx, top + 24], [206 + dx, top + 24], [199.5 + dx, top]]), "#ead0a8"); b.path(poly([[197 + dx, top + 8], [202 + dx, top + 8], [199.5 + dx, top]]), c); });
  }
  b.turned(200, [[262, 60], [320, 60], [BASE, 58]], p.colour, p.material, { open: true });
}

function inkpot(b, p) {
  b.shadow(188, BASE, 82);
  b.skin(round(112, 268, 152, 116, 18), [112, 268, 152, 116], p.accent, "glaze");
  b.glass(round(112, 268, 152, 116, 18), [112, 268, 152, 116], "#dfe8ea");
  b.path(round(138, 300, 100, 58, 3), CREAM); b.text(188, 334, 15, tone(p.accent, -0.1), p.name.slice(0, 10));
  b.turned(188, [[236, 30], [272, 32]], INK, "lacquer", { straight: true });
  b.group("rotate(24 292 240)", () => { b.skin(round(283, 84, 18, 214, 8), [283, 84, 18, 214], p.colour, "lacquer"); b.skin(round(282, 214, 20, 9, 2), [282, 214, 20, 9], BRASS, "brass"); b.path(poly([[285, 296], [299, 296], [292, 336]]), BRASS); b.line("M292 304V332", tone(BRASS, -0.25), 1.4); b.line("M306 100V152", BRASS, 4); });
}

function cards(b, p) {
  b.shadow(200, BASE, 124, 13);
  b.group("rotate(8 240 260)", () => { b.skin(round(110, 180, 210, 150, 3), [110, 180, 210, 150], p.accent, "", "flat"); b.line("M110 182L215 262L320 182", tone(p.accent, -0.12), 2.2); });
  for (const [turn, x, y] of [[-9, 74, 188], [3, 112, 228]]) b.group(`rotate(${turn} 200 290)`, () => {
    b.path(round(x + 4, y + 5, 182, 132, 3), b.ink, 0.22); b.path(round(x, y, 182, 132, 3), CREAM);
    b.clipped(round(x + 10, y + 10, 162, 112, 2), () => picture(b, [x + 10, y + 10, 162, 112], mix(p.colour, CREAM, 0.55), p.colour, p.accent));
  });
  b.skin(oval(300, 352, 17), [283, 335, 34, 34], "#a8322d", "glaze", "ball"); b.line("M294 352q6 -10 12 0q-6 8 -12 0", tone("#a8322d", 0.12), 1.8);
}

function poster(b, p) {
  const x = 104, y = 78, w = 192, h = 260;
  b.path(round(x + 10, y + 14, w, h, 3), b.ink, 0.3);
  b.skin(round(x, y, w, h, 3), [x, y, w, h], p.material === "aluminium" ? "#3a3836" : "#c79a68", "wood", "flat");
  b.path(`M${x + 9} ${y + 9}h${w - 18}v${h - 18}h${-(w - 18)}Z`, "#fbf6ec");
  b.clipped(`M${x + 28} ${y + 28}h${w - 56}v${h - 74}h${-(w - 56)}Z`, () => picture(b, [x + 28, y + 28, w - 56, h - 74], mix(p.colour, CREAM, 0.35), p.colour, p.accent));
  b.text(x + w / 2, y + h - 24, 13, "#4a443d", p.name.toUpperCase(), ' letter-spacing="3"');
  b.path(poly([[x + 9, y + 9], [x + 110, y + 9], [x + 9, y + 170]]), "#ffffff", 0.13);
  b.path("M0 408H400V480H0Z", tone(b.wall, -0.12)); b.path("M0 408H400V411H0Z", tone(b.wall, 0.06), 0.7);
}

function gameBox(b, p) {
  b.shadow(204, BASE, 132, 15);
  b.path(poly([[306, 176], [326, 190], [326, 372], [306, 380]]), tone(p.colour, -0.17));
  b.path(poly([[76, 170], [306, 176], [306, 380], [76, 384]]), p.colour);
  b.clipped(poly([[76, 170], [306, 176], [306, 380], [76, 384]]), () => picture(b, [76, 230, 230, 156], mix(p.colour, p.accent, 0.25), p.accent, tone(p.accent, -0.15)));
  b.text(191, 212, p.name.length > 9 ? 25 : 31, inkOn(p.colour), p.name, ' font-weight="bold"');
  b.path(poly([[76, 170], [306, 176], [306, 380], [76, 384]]), b.lin(76, 170, 306, 384, [[0, "#ffffff", 0.2], [0.5, "#ffffff", 0], [1, "#000000", 0.14]]));
  [[108, p.accent], [146, "#e9d8b4"], [338, tone(p.colour, 0.1)]].forEach(([x, c], i) => { const y = 398 + i * 8; b.shadow(x, y, 17, 5); b.turned(x, [[y - 40, 6], [y - 28, 8], [y - 8, 15], [y, 17]], c, "wood"); b.skin(oval(x, y - 46, 12), [x - 12, y - 58, 24, 24], c, "wood", "ball"); });
}

function chess(b, p) {
  const quad = (i, j) => { const at = (u, v) => [200 + (u - 4) * (22 + v * 2.2), 292 + v * 11.4]; return poly([at(i, j), at(i + 1, j), at(i + 1, j + 1), at(i, j + 1)]); };
  b.shadow(200, BASE, 150, 18);
  b.path(poly([[104, 286], [296, 286], [370, 388], [370, 402], [30, 402], [30, 388]]), tone(p.colour, -0.14));
  for (let j = 0; j < 8; j++) for (let i = 0; i < 8; i++) b.path(quad(i, j), (i + j) % 2 ? tone(p.colour, -0.02) : mix(p.accent, CREAM, 0.55));
  const piece = (x, y, k, c, kind) => {
    b.shadow(x, y, 22 * k, 6 * k);
    b.turned(x, [[y - 84 * k, 8 * k], [y - 66 * k, 13 * k], [y - 60 * k, 9 * k], [y - 30 * k, 11 * k], [y - 10 * k, 22 * k], [y, 23 * k]], c, p.material);
    if (kind === "king") { b.line(`M${x} ${y - 88 * k}v${-22 * k}M${x - 8 * k} ${y - 102 * k}h${16 * k}`, c, 5 * k); }
    else if (kind === "queen") { b.path(poly([-2, -1, 0, 1, 2].flatMap((i) => [[x + i * 8 * k - 4 * k, y - 86 * k], [x + i * 8 * k, y - 106 * k]]).concat([[x + 20 * k, y - 84 * k]])), c); }
    else b.skin(oval(x, y - 90 * k, 13 * k), [x - 13 * k, y - 103 * k, 26 * k, 26 * k], c, p.material, "ball");
  };
  piece(148, 322, 1.12, p.accent, "queen"); piece(252, 318, 1.16, tone(p.colour, -0.2), "king"); piece(196, 366, 1, p.accent, "pawn"); piece(300, 374, 1, tone(p.colour, -0.2), "pawn"); piece(96, 372, 1, p.accent, "pawn");
}

function deck(b, p) {
  b.shadow(200, BASE, 118, 14);
  [-24, -8, 8, 24].forEach((turn, i) => b.group(`rotate(${turn} 200 400)`, () => {
    b.path(round(142, 134, 122, 184, 9), b.ink, 0.2); b.path(round(138, 130, 122, 184, 9), "#fcf7ec");
    if (i === 3) { b.text(199, 240, 64, "#b23a35", "♥"); b.text(154, 158, 20, "#b23a35", "7"); b.text(244, 304, 20, "#b23a35", "7"); }
    else b.path(round(146, 138, 106, 168, 6), b.pattern(14, 14, `<path d="M0 7L7 0L14 7L7 14Z" fill="${i % 2 ? p.accent : p.colour}"/><circle cx="7" cy="7" r="2" fill="#fcf7ec"/>`));
  }));
  b.skin(round(126, 336, 148, 48, 5), [126, 336, 148, 48], p.colour, "", "flat"); b.text(200, 366, 17, inkOn(p.colour), p.name);
}

function puzzle(b, p) {
  b.shadow(200, BASE, 128, 14);
  const s = 62, x0 = 76, y0 = 132;
  const piece = (i, j) => { const x = x0 + i * s, y = y0 + j * s, k = 11, e = (n) => (n % 2 ? 1 : -1); return `M${x} ${y}h${s / 2 - k}q${-3} ${(-k - 6) * e(i + j)} ${k} ${(-k - 6) * e(i + j)}t${k} ${(k + 6) * e(i + j)}h${s / 2 - k}v${s / 2 - k}q${(k + 6) * e(i + j + 1)} -3 ${(k + 6) * e(i + j + 1)} ${k}t${(-k - 6) * e(i + j + 1)} ${k}v${s / 2 - k}H${x}Z`; };
  b.group("translate(0 0)", () => b.clipped(round(x0, y0, s * 4, s * 4, 5), () => {
    picture(b, [x0, y0, s * 4, s * 4], mix(p.colour, CREAM, 0.3), p.colour, p.accent);
    for (let i = 0; i < 4; i++) for (let j = 0; j < 4; j++) b.line(piece(i, j), "#ffffff", 2, 0.75);
    b.path(piece(3, 0), b.wall); b.path(piece(3, 0), b.ink, 0.12);
  }));
  b.group("translate(72 246) rotate(24 250 160)", () => { b.group("translate(4 5)", () => b.path(piece(2, 0), b.ink, 0.3)); b.path(piece(2, 0), p.accent); b.line(piece(2, 0), tone(p.accent, 0.12), 1.6); });
}

function dominoes(b, p) {
  b.shadow(200, BASE, 134, 13);
  const pips = { 1: [[0, 0]], 2: [[-1, -1], [1, 1]], 3: [[-1, -1], [0, 0], [1, 1]], 4: [[-1, -1], [1, 1], [-1, 1], [1, -1]], 5: [[-1, -1], [1, 1], [-1, 1], [1, -1], [0, 0]], 6: [[-1, -1], [1, 1], [-1, 1], [1, -1], [-1, 0], [1, 0]] };
  const tile = (x, y, turn, a, c, face) => b.group(`rotate(${turn} ${x} ${y})`, () => {
    b.path(round(x - 30, y - 56, 66, 120, 9), tone(face, -0.22)); b.skin(round(x - 34, y - 60, 66, 120, 9), [x - 34, y - 60, 66, 120], face, p.material, "flat");
    b.line(`M${x - 24} ${y}h46`, tone(face, -0.25), 2.4); const ink = inkOn(face);
    for (const [n, oy] of [[a, -30], [c, 30]]) for (const [px, py] of pips[n]) b.path(oval(x - 1 + px * 14, y + oy + py * 14, 5), ink);
  });
  tile(122, 300, -9, 3, 5, p.colour); tile(208, 226, 84, 6, 2, p.accent); tile(286, 306, 7, 4, 1, p.colour); tile(206, 330, -2, 2, 6, mix(p.colour, p.accent));
}

export const PAPER = { book, notebook, pencils, inkpot, cards, poster, gameBox, chess, deck, puzzle, dominoes };
export { smooth };
