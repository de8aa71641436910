// Shapes worn, folded, carried and hugged: textiles, bags, jewels, toys.
import { BASE, mix, oval, poly, round, smooth, tone } from "./paint.mjs";

const BRASS = "#c9a15a", INK = "#2c2a2b", CREAM = "#f7efdf", TAN = "#9c6a42";
const metal = (m) => ({ gold: "#d8b061", silver: "#c9ccd0", brass: BRASS, copper: "#c47d55", steel: "#c3c7c9" })[m] ?? "#d8b061";

/** A woven motif in the second colour, clipped by the caller. */
function motif(b, [x, y, w, h], c, k = b.pick(["stripes", "checks", "dots", "zigzag", "plain", "border"])) {
  if (k === "stripes") for (let i = 0; i < w / 26; i++) b.path(`M${x + i * 26} ${y}h${i % 3 ? 5 : 12}v${h}h${-(i % 3 ? 5 : 12)}Z`, c, 0.8);
  else if (k === "checks") { for (let i = 0; i < w / 40 + 1; i++) b.path(`M${x + i * 40} ${y}h18v${h}h-18Z`, c, 0.45); for (let i = 0; i < h / 40 + 1; i++) b.path(`M${x} ${y + i * 40}h${w}v18h${-w}Z`, c, 0.45); }
  else if (k === "dots") for (let i = 0; i < w / 28; i++) for (let j = 0; j < h / 24; j++) b.path(oval(x + i * 28 + (j % 2) * 14, y + j * 24 + 8, 5), c, 0.85);
  else if (k === "zigzag") for (let j = 0; j < h / 30 + 1; j++) b.line(`M${x} ${y + j * 30}` + "l14 14l14 -14".repeat(Math.ceil(w / 28)), c, 5, 0.75);
  else if (k === "border") b.line(round(x + 18, y + 18, w - 36, h - 36, 10), c, 7, 0.85);
}

function cushion(b, p) {
  b.shadow(200, BASE, 118, 16);
  const k = p.form > 0.6 ? 0.78 : 1, y = (v) => BASE - (BASE - v) * k;
  const d = `M78 ${y(152)}Q96 ${y(166)} 200 ${y(162)}T322 ${y(152)}Q306 ${y(200)} 310 ${y(262)}T322 376Q300 ${BASE + 4} 200 ${BASE}T78 376Q94 ${y(330)} 90 ${y(262)}T78 ${y(152)}Z`;
  b.skin(d, [78, y(152), 244, (BASE - 152) * k], p.colour, p.material, "flat");
  b.clipped(d, () => { motif(b, [78, y(152), 244, 240 * k], p.accent); b.path(d, b.rad(170, y(230), 180, [[0, "#ffffff", 0.2], [0.6, "#ffffff", 0], [1, "#000000", 0.28]])); });
  for (const [x, yy, s] of [[104, y(178), 1], [296, y(178), -1]]) b.line(`M${x} ${yy}q${s * 24} 14 ${s * 34} 44`, tone(p.colour, -0.13), 2, 0.5);
}

function throwBlanket(b, p) {
  b.shadow(200, BASE, 124, 14);
  [[372, 236], [340, 226], [308, 218], [276, 208]].forEach(([y, w], i) => {
    const c = i % 2 ? mix(p.colour, p.accent, 0.28) : p.colour, d = round(200 - w / 2, y - 34, w, 44, 21);
    b.path(round(200 - w / 2, y - 30, w, 46, 21), tone(c, -0.2));
    b.skin(d, [200 - w / 2, y - 34, w, 44], c, p.material, "flat"); b.path(d, b.lin(0, y - 34, 0, y + 10, [[0, "#ffffff", 0.2], [0.4, "#ffffff", 0], [1, "#000000", 0.24]]));
  });
  const d = "M150 232H262V352Q206 366 150 352Z";
  b.skin(d, [150, 232, 112, 130], tone(p.colour, 0.03), p.material, "flat"); b.clipped(d, () => motif(b, [150, 232, 112, 130], p.accent, b.pick(["stripes", "zigzag", "checks"])));
  for (let i = 0; i < 15; i++) b.line(`M${154 + i * 7.5} ${354 + Math.sin(i / 4.6) * 5}v${b.between(16, 24)}`, p.accent, 2.6);
}

function scarf(b, p) {
  b.line("M60 120H340", "#a9794c", 9); b.line("M60 117H340", "#d3a87a", 2.5, 0.8);
  for (const [x, w, low, c] of [[214, 78, 372, tone(p.colour, -0.06)], [132, 92, 408, p.colour]]) {
    const d = `M${x} 120Q${x - 8} 260 ${x - 4} ${low}Q${x + w / 2} ${low + 10} ${x + w + 4} ${low}Q${x + w + 6} 250 ${x + w} 120Q${x + w / 2} 96 ${x} 120Z`;
    b.group("translate(9 9)", () => b.path(d, b.ink, 0.2));
    b.skin(d, [x - 8, 104, w + 16, low - 96], c, p.material); b.clipped(d, () => { for (const yy of [low - 56, low - 34, low - 92]) b.path(`M${x - 20} ${yy}H${x + w + 20}v${yy === low - 56 ? 14 : 6}H${x - 20}Z`, p.accent, 0.88); for (const f of [0.3, 0.62]) b.line(`M${x + w * f} 108Q${x + w * f - 8} 240 ${x + w * f + 3} ${low}`, tone(c, -0.12), 5, 0.28); });
    for (let i = 0; i <= w / 8; i++) b.line(`M${x - 2 + i * 8} ${low + 3}v${b.between(20, 28)}`, i % 3 ? c : p.accent, 3);
  }
}

function towels(b, p) {
  b.shadow(200, BASE, 122, 14);
  [p.colour, mix(p.colour, CREAM, 0.5), p.accent, p.colour].forEach((c, i) => { const y = 334 - i * 50, w = 232 - i * 4, d = round(200 - w / 2, y, w, 48, 20); b.skin(d, [200 - w / 2, y, w, 48], c, p.material, "flat"); b.path(d, b.lin(0, y, 0, y + 48, [[0, "#ffffff", 0.22], [0.45, "#ffffff", 0], [1, "#000000", 0.26]])); b.line(`M${200 - w / 2 + 22} ${y + 24}H${200 + w / 2}`, tone(c, -0.14), 2, 0.6); b.clipped(d, () => { b.path(`M264 ${y}h12v48h-12ZM282 ${y}h4v48h-4Z`, mix(c, p.accent, 0.6), 0.7); }); });
}

function rug(b, p) {
  b.shadow(200, BASE, 132, 15);
  const d = "M96 292H360L386 396H120Z";
  b.skin(d, [96, 292, 290, 104], p.colour, p.material, "flat"); b.clipped(d, () => { for (let i = 0; i < 6; i++) b.line(`M${100 + i * 52} 300l26 44l-20 44M${126 + i * 52} 300l-14 44l32 44`, p.accent, 7, 0.7); });
  for (let i = 0; i < 13; i++) b.line(`M${360 + i * 2} ${294 + i * 8}l16 3`, CREAM, 2.4);
  b.skin(round(66, 246, 74, 144, 34), [66, 246, 74, 144], tone(p.colour, -0.04), p.material); b.group("rotate(0)", () => { for (let i = 0; i < 5; i++) b.line(oval(103, 268, 34 - i * 7, 20 - i * 4), i % 2 ? p.accent : tone(p.colour, -0.15), 3.4); });
}

function suitcase(b, p) {
  b.shadow(200, BASE, 104, 14);
  b.line("M170 150V74H230V150", "#7f8386", 7); b.path(round(160, 62, 80, 17, 8), INK);
  for (const x of [136, 250]) b.path(round(x, 370, 16, 16, 8), INK);
  const d = round(108, 138, 184, 238, 24);
  b.skin(d, [108, 138, 184, 238], p.colour, p.material);
  if (p.form < 0.5) for (let i = 1; i < 8; i++) { b.line(`M${108 + i * 23} 150V364`, tone(p.colour, -0.14), 3, 0.55); b.line(`M${111 + i * 23} 150V364`, tone(p.colour, 0.12), 1.4, 0.6); }
  else { for (const x of [148, 240]) { b.path(`M${x} 138h14v238h-14Z`, TAN); b.path(round(x - 3, 236, 20, 22, 3), BRASS); } }
  for (const [x, y] of [[108, 138], [292, 138], [108, 376], [292, 376]]) b.clipped(d, () => b.path(oval(x, y, 30), p.form < 0.5 ? tone(p.colour, -0.12) : TAN));
  b.path(round(178, 190, 44, 26, 4), p.accent); b.text(200, 208, 12, CREAM, p.name.slice(0, 5).toUpperCase());
}

function backpack(b, p) {
  b.shadow(200, BASE, 100, 14);
  b.line("M172 132C172 82 228 82 228 132", tone(p.accent, -0.06), 10);
  for (const s of [-1, 1]) b.line(`M${200 + s * 84} 200C${200 + s * 116} 250 ${200 + s * 112} 320 ${200 + s * 84} 350`, tone(p.accent, -0.1), 15);
  b.skin("M112 230C108 150 150 118 200 118S292 150 288 230V356Q288 384 260 384H140Q112 384 112 356Z", [110, 118, 180, 266], p.colour, p.material);
  b.skin("M112 226C110 160 148 122 200 122S290 160 288 226Q286 250 260 250H140Q114 250 112 226Z", [112, 122, 176, 128], tone(p.colour, 0.04), p.material);
  b.skin(round(132, 276, 136, 88, 16), [132, 276, 136, 88], tone(p.colour, -0.04), p.material, "flat");
  b.line("M140 296H260", tone(p.colour, -0.18), 2.4); for (const x of [160, 226]) { b.path(`M${x} 200h15v92h-15Z`, p.accent); b.path(round(x - 3, 252, 21, 18, 3), BRASS); }
}

function tote(b, p) {
  b.shadow(200, BASE, 104, 12);
  b.line("M154 196C150 74 250 74 246 196", tone(p.colour, -0.14), 10); b.line("M154 194C154 92 246 92 246 194", tone(p.colour, 0.02), 7);
  const d = "M108 188H292L304 372Q304 384 290 384H110Q96 384 96 372Z";
  b.skin(d, [96, 188, 208, 196], p.colour, p.material, "flat");
  b.clipped(d, () => { b.path(oval(200, 292, 52), p.accent, 0.92); b.text(200, 298, 18, mix(p.accent, CREAM, 0.9), p.name); b.path("M96 188H304V200H96Z", tone(p.colour, -0.09), 0.7); b.line("M150 200Q140 300 152 384M262 200Q270 300 258 384", tone(p.colour, -0.14), 3, 0.3); });
}

function flask(b, p) {
  b.shadow(200, BASE, 52);
  b.turned(200, [[178, 30], [204, 48], [240, 51], [BASE, 50]], p.colour, p.material); b.turned(200, [[118, 30], [172, 32]], p.accent, "", { straight: true });
  b.turned(200, [[172, 32], [182, 32]], "#c3c7c9", "steel", { straight: true }); b.line("M170 140C150 92 250 92 230 140", tone(p.accent, -0.1), 8); b.text(200, 306, 17, mix(p.colour, CREAM, 0.8), p.name.toUpperCase().slice(0, 8), ' letter-spacing="1"');
}

function umbrella(b, p) {
  b.shadow(214, BASE + 6, 110, 13);
  b.group("rotate(-24 200 240)", () => {
    b.line("M200 96V372C200 410 244 410 242 376", TAN, 8);
    const c = [p.colour, p.accent, p.colour, p.accent, p.colour], xs = [62, 118, 172, 228, 282, 338];
    for (let i = 0; i < 5; i++) b.skin(`M200 96Q${xs[i]} 120 ${xs[i]} 250Q${(xs[i] + xs[i + 1]) / 2} 222 ${xs[i + 1]} 250Q${xs[i + 1]} 120 200 96Z`, [xs[i], 96, 56, 154], tone(c[i], 0.05 - i * 0.03), p.material, "flat");
    b.line("M200 96V76", TAN, 5);
  });
}

function ring(b, p) {
  const m = metal(p.material);
  b.shadow(200, BASE, 96);
  b.skin(`M104 352Q104 330 128 330H272Q296 330 296 352V384H104Z`, [104, 330, 192, 54], mix(p.accent, "#5a3a48", 0.25), "velvet");
  b.line("M128 340H272", tone(p.accent, -0.2), 6, 0.5);
  b.line(oval(200, 262, 70, 74), tone(m, -0.2), 15); b.line(oval(200, 262, 70, 74), m, 11); b.line("M134 250C140 204 172 186 196 188", tone(m, 0.17), 4, 0.9); b.line("M266 270C262 306 236 330 212 333", tone(m, 0.1), 3, 0.7);
  const y = 176, s = b.between(26, 36), g = p.colour;
  if (p.form < 0.4) { b.path(poly([[200 - s, y], [200 - s * 0.6, y - s * 0.6], [200 + s * 0.6, y - s * 0.6], [200 + s, y], [200, y + s]]), g); b.path(poly([[200 - s, y], [200 - s * 0.35, y], [200, y + s]]), tone(g, -0.1)); b.path(poly([[200 - s * 0.35, y], [200 + s * 0.35, y], [200, y + s]]), tone(g, 0.1)); b.path(poly([[200 - s * 0.6, y - s * 0.6], [200 - s * 0.35, y], [200 - s, y]]), tone(g, 0.16)); b.path(poly([[200 + s * 0.6, y - s * 0.6], [200 + s * 0.35, y], [200 + s, y]]), tone(g, -0.06)); }
  else if (p.form < 0.75) { b.path(oval(200, y + 2, s + 5), m); b.skin(oval(200, y, s), [200 - s, y - s, s * 2, s * 2], g, "glaze", "ball"); }
  else for (const dx of [-30, 0, 30]) { b.path(oval(200 + dx, y + 8 + Math.abs(dx) * 0.2, 17), m); b.skin(oval(200 + dx, y + 6 + Math.abs(dx) * 0.2, 14), [186 + dx, y - 8, 28, 28], g, "glaze", "ball"); }
}

function earrings(b, p) {
  const m = metal(p.material);
  b.shadow(200, BASE, 90);
  b.line("M200 384V120", "#b98453", 10); b.line("M110 124H290", "#b98453", 9); b.turned(200, [[374, 62], [BASE, 64]], "#b98453", "wood");
  for (const x of [138, 262]) {
    b.line(`M${x} 126v26`, m, 2.6);
    if (p.form < 0.35) { b.line(oval(x, 208, 40, 46), tone(m, -0.16), 9); b.line(oval(x, 207, 40, 46), m, 6); b.line(`M${x - 36} 190q10 -24 30 -28`, tone(m, 0.18), 2.4); }
    else if (p.form < 0.7) { b.path(oval(x, 158, 8), m); b.path(`M${x} 160C${x + 34} 206 ${x + 30} 250 ${x} 250S${x - 34} 206 ${x} 160Z`, b.lin(x - 28, 160, x + 28, 250, [[0, tone(p.colour, 0.15)], [0.5, p.colour], [1, tone(p.colour, -0.15)]])); b.line(`M${x - 14} 214q-2 -20 10 -34`, "#ffffff", 3, 0.6); }
    else [0, 1, 2].forEach((i) => { b.skin(oval(x, 166 + i * 36, 13 + i * 4), [x - 17, 150 + i * 36, 34, 34], i % 2 ? m : p.colour, "glaze", "ball"); });
  }
}

function necklace(b, p) {
  const m = metal(p.material);
  b.shadow(200, BASE, 84);
  b.skin("M176 96Q172 170 128 196Q84 214 92 290Q104 350 124 384H276Q296 350 308 290Q316 214 272 196Q228 170 224 96Q200 84 176 96Z", [88, 90, 224, 294], mix(p.accent, "#efe2d0", 0.55), "linen");
  if (p.form < 0.5) { b.line("M160 178C164 260 186 300 200 306C214 300 236 260 240 178", tone(m, -0.12), 4); b.line("M160 177C164 258 186 299 200 305C214 299 236 258 240 177", m, 2.4); b.path(oval(200, 322, 19), m); b.skin(oval(200, 322, 14), [186, 308, 28, 28], p.colour, "glaze", "ball"); }
  else for (let i = 0; i <= 16; i++) { const t = i / 16, x = 154 + t * 92, y = 184 + Math.sin(t * Math.PI) * 96, s = 6 + Math.sin(t * Math.PI) * 6; b.skin(oval(x, y, s), [x - s, y - s, s * 2, s * 2], i % 4 === 2 ? m : p.colour, "glaze", "ball"); }
}

function watch(b, p) {
  const m = metal(p.material);
  b.shadow(200, BASE + 4, 70, 10);
  for (const d of ["M168 190L174 84Q200 76 226 84L232 190Z", "M168 310L176 388Q200 396 224 388L232 310Z"]) { b.skin(d, [168, 80, 64, 310], p.colour, "", "round"); b.line(d, tone(p.colour, 0.1), 1.4, 0.6, ' stroke-dasharray="5 4"'); }
  b.path(round(272, 240, 14, 20, 4), tone(m, -0.1)); b.skin(oval(200, 250, 76), [124, 174, 152, 152], m, "gold", "ball"); b.path(oval(200, 250, 65), "#fbf5e8");
  for (let i = 0; i < 12; i++) { const a = (i * Math.PI) / 6; b.line(`M${200 + 54 * Math.cos(a)} ${250 + 54 * Math.sin(a)}L${200 + 60 * Math.cos(a)} ${250 + 60 * Math.sin(a)}`, INK, i % 3 ? 1.6 : 3.6); }
  b.line("M200 250L172 226", INK, 4.6); b.line("M200 250L228 204", INK, 3.2); b.line("M200 262V296", p.accent, 1.8); b.path(oval(200, 250, 5), p.accent); b.path("M150 210A65 65 0 0 1 228 192L164 294A65 65 0 0 1 150 210Z", "#ffffff", 0.16);
}

function bear(b, p) {
  const c = p.colour, fur = (x, y, rx, ry = rx) => b.skin(oval(x, y, rx, ry), [x - rx, y - ry, rx * 2, ry * 2], c, p.material, "ball");
  b.shadow(200, BASE, 108);
  const rabbit = p.form > 0.5;
  if (rabbit) for (const s of [-1, 1]) b.group(`rotate(${s * 13} 200 200)`, () => { fur(200 + s * 32, 92, 20, 60); b.path(oval(200 + s * 32, 96, 10, 44), mix(c, "#e8a9a0", 0.55), 0.8); });
  else for (const s of [-1, 1]) { fur(200 + s * 58, 122, 28); b.path(oval(200 + s * 58, 124, 15), mix(c, "#e8b9a0", 0.5)); }
  for (const s of [-1, 1]) fur(200 + s * 78, 286, 24, 46);
  fur(200, 304, 78, 82); b.path(oval(200, 314, 46, 52), mix(c, CREAM, 0.55), 0.85);
  for (const s of [-1, 1]) { fur(200 + s * 60, 356, 34, 30); b.path(oval(200 + s * 60, 360, 19, 17), mix(c, CREAM, 0.6)); }
  fur(200, 176, 74, 66); b.path(oval(200, 198, 32, 25), mix(c, CREAM, 0.7));
  for (const s of [-1, 1]) { b.path(oval(200 + s * 27, 168, 6.4), INK); b.path(oval(198 + s * 27, 166, 2), "#ffffff"); b.path(oval(200 + s * 46, 192, 10, 7), "#e58f86", 0.4); }
  b.path("M190 188Q200 182 210 188Q206 200 200 200T190 188Z", INK); b.line("M200 200v8M188 212q12 8 24 0", INK, 2.6);
  b.path("M150 236Q200 262 250 236L252 250Q200 276 148 250Z", p.accent); b.path(poly([[218, 252], [246, 292], [230, 294], [208, 258]]), tone(p.accent, -0.06));
}

function rings(b, p) {
  const cs = [p.colour, p.accent, "#e0b75c", "#6d9a8d", "#c96f5a"];
  b.shadow(200, BASE, 98);
  b.turned(200, [[372, 94], [BASE, 96]], "#d3a876", "wood", { straight: true });
  for (let i = 0; i < 5; i++) { const w = 84 - i * 11, y = 356 - i * 36, c = cs[i]; b.skin(round(200 - w, y - 16, w * 2, 34, 17), [200 - w, y - 16, w * 2, 34], c, "wood"); }
  b.skin(oval(200, 168, 25), [175, 143, 50, 50], cs[1], "wood", "ball");
}

function train(b, p) {
  b.shadow(200, BASE, 148, 13);
  const wheel = (x, r) => { b.skin(oval(x, BASE - r, r), [x - r, BASE - 2 * r, r * 2, r * 2], "#c99c6a", "wood", "ball"); b.path(oval(x, BASE - r, r * 0.32), p.accent); };
  b.skin(round(60, 262, 84, 92, 8), [60, 262, 84, 92], p.accent, "wood"); for (const [x, c] of [[82, "#e0b75c"], [104, "#c96f5a"], [124, "#6d9a8d"]]) b.skin(oval(x, 256, 15), [x - 15, 241, 30, 30], c, "", "ball");
  b.line("M144 340H178", INK, 5);
  b.skin(round(176, 218, 78, 136, 8), [176, 218, 78, 136], p.colour, "wood"); b.path(round(192, 238, 46, 42, 6), mix(p.colour, CREAM, 0.8)); b.skin(round(166, 202, 98, 20, 8), [166, 202, 98, 20], p.accent, "wood");
  b.skin(round(250, 276, 92, 78, 26), [250, 276, 92, 78], tone(p.colour, 0.04), "wood"); b.turned(308, [[232, 20], [256, 12], [280, 13]], "#c96f5a", "wood");
  for (const [x, r] of [[84, 20], [124, 20], [206, 25], [276, 20], [322, 20]]) wheel(x, r);
  for (const [x, y, r] of [[318, 200, 15], [338, 172, 20], [324, 136, 25]]) b.path(oval(x, y, r), "#ffffff", 0.5);
}

function blocks(b, p) {
  const cs = [p.colour, p.accent, "#e0b75c", "#6d9a8d", "#c96f5a", "#8aa4c2"];
  b.shadow(200, BASE, 124, 13);
  const cube = (x, y, s, c, t) => { b.path(poly([[x, y], [x + s * 0.26, y - s * 0.2], [x + s * 1.26, y - s * 0.2], [x + s, y]]), tone(c, 0.1)); b.path(poly([[x + s, y], [x + s * 1.26, y - s * 0.2], [x + s * 1.26, y + s * 0.8], [x + s, y + s]]), tone(c, -0.14)); b.skin(round(x, y, s, s, 3), [x, y, s, s], c, "wood", "flat"); b.text(x + s / 2, y + s * 0.7, s * 0.58, tone(c, c === CREAM ? -0.4 : 0.25), t); };
  const w = p.name.toUpperCase().replace(/[^A-ZÀ-Ý]/g, "") + "FLANEUR";
  [[72, 304], [156, 304], [238, 304]].forEach(([x, y], i) => cube(x, y, 78, cs[i], w[i])); [[112, 222], [198, 222]].forEach(([x, y], i) => cube(x, y, 76, cs[i + 3], w[i + 3]));
  b.path(poly([[140, 206], [232, 206], [186, 142]]), cs[0]); b.path(poly([[232, 206], [250, 192], [186, 142]]), tone(cs[0], -0.13));
}

function kite(b, p) {
  b.path("M200 58L300 190L200 368L100 190Z", p.colour); b.path("M200 58L300 190L200 190Z", p.accent); b.path("M100 190L200 190L200 368Z", tone(p.accent, 0.08)); b.path("M200 190L300 190L200 368Z", tone(p.colour, -0.08));
  b.line("M200 58V368M100 190H300", "#a9794c", 3.4); b.line(smooth([[200, 368], [226, 400], [184, 428], [214, 470]]), INK, 2);
  for (const [x, y] of [[222, 394], [190, 424], [208, 456]]) b.path(poly([[x, y], [x - 16, y - 9], [x - 14, y + 10]]) + poly([[x, y], [x + 16, y - 9], [x + 14, y + 10]]), p.accent);
}

export const SOFT = { cushion, throwBlanket, scarf, towels, rug, suitcase, backpack, tote, flask, umbrella, ring, earrings, necklace, watch, bear, rings, train, blocks, kite };
