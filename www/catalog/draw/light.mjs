// Shapes that shine or sound: lamps, candles, headphones, speakers, records.
import { BASE, mix, oval, poly, round, smooth, tone } from "./paint.mjs";

const BRASS = "#c9a15a", STEEL = "#b9bec2", INK = "#2c2a2b";
const glow = (b, cx, cy, r, a = 0.75) => b.path(oval(cx, cy, r), b.rad(cx, cy, r, [[0, "#fff1c4", a], [0.45, "#ffe6a8", a * 0.45], [1, "#ffe2a0", 0]]));

function tableLamp(b, p) {
  const kind = Math.floor(p.form * 4), top = 128, wide = b.between(78, 100);
  glow(b, 200, 215, 190, 0.5);
  b.shadow(200, BASE, 66);
  if (kind === 0) b.turned(200, [[232, 6], [262, 10], [300, 50], [340, 52], [372, 34], [BASE, 36]], p.colour, p.material);
  else if (kind === 1) b.turned(200, [[232, 8], [250, 20], [280, 24], [300, 16], [322, 34], [360, 44], [BASE, 46]], p.colour, p.material);
  else if (kind === 2) { b.turned(200, [[228, 5], [366, 5]], BRASS, "brass", { straight: true }); b.turned(200, [[366, 48], [378, 54], [BASE, 54]], p.colour, p.material); }
  else for (const [y, r] of [[354, 34], [304, 27], [262, 20]]) b.skin(oval(200, y, r * 1.15, r), [200 - r * 1.15, y - r, r * 2.3, r * 2], p.colour, p.material, "ball");
  const shade = p.accent, narrow = b.pick([0.45, 0.62, 0.86]);
  const d = `M${200 - wide * narrow} ${top}L${200 - wide} 236Q200 252 ${200 + wide} 236L${200 + wide * narrow} ${top}Q200 ${top - 10} ${200 - wide * narrow} ${top}Z`;
  b.skin(d, [200 - wide, top, wide * 2, 116], shade, "linen");
  b.path(d, b.rad(200, 214, 110, [[0, "#fff4cf", 0.9], [0.5, "#ffe9b0", 0.35], [1, "#ffe9b0", 0]]));
  b.line(`M${200 - wide} 236Q200 252 ${200 + wide} 236`, tone(shade, -0.14), 2, 0.6);
}

function mushroomLamp(b, p) {
  const w = b.between(84, 108), h = w * b.between(0.72, 0.95), y = 236;
  glow(b, 200, 250, 180, 0.55);
  b.shadow(200, BASE, 62);
  b.turned(200, [[226, 20], [290, 24], [350, 34], [BASE, 52]], p.accent, p.material);
  b.path(poly([[180, y], [220, y], [262, BASE - 6], [138, BASE - 6]]), b.lin(0, y, 0, BASE, [[0, "#fff0c0", 0.75], [1, "#fff0c0", 0]]));
  const d = `M${200 - w} ${y}C${200 - w} ${y - h * 1.3} ${200 + w} ${y - h * 1.3} ${200 + w} ${y}Q200 ${y + 26} ${200 - w} ${y}Z`;
  b.skin(d, [200 - w, y - h, w * 2, h * 1.2], p.colour, p.material, "ball");
  b.path(d, b.lin(0, y - 40, 0, y + 16, [[0, "#fff0c0", 0], [1, "#fff0c0", 0.55]]));
}

function pendant(b, p) {
  const kind = Math.floor(p.form * 3), y = 190;
  glow(b, 200, 285, 185, 0.6);
  b.line("M200 0V160", INK, 2.4);
  b.turned(200, [[142, 9], [170, 11]], BRASS, "brass", { straight: true });
  if (kind === 0) {
    b.path(oval(200, 282, 112, 20), "#fff3cc");
    const d = "M182 168C150 176 92 214 86 280Q200 302 314 280C308 214 250 176 218 168Z";
    b.skin(d, [86, 168, 228, 126], p.colour, p.material);
    b.path("M86 280Q200 302 314 280L312 286Q200 310 88 286Z", tone(p.colour, -0.12));
    b.path(oval(200, 300, 30, 13), "#fff7de");
  } else if (kind === 1) {
    b.skin(oval(200, y + 84, 100), [100, y - 16, 200, 200], p.colour, p.material, "ball");
    for (let i = -4; i <= 4; i++) b.line(`M200 ${y - 14}C${200 + i * 28} ${y + 20} ${200 + i * 28} ${y + 148} 200 ${y + 182}`, tone(p.colour, -0.1), 1.3, 0.55);
    glow(b, 200, y + 92, 80, 0.8);
  } else {
    for (let i = 0; i < 4; i++) {
      const w = 52 + i * 20, yy = 182 + i * 34;
      b.skin(`M${200 - w * 0.66} ${yy}L${200 - w} ${yy + 30}Q200 ${yy + 42} ${200 + w} ${yy + 30}L${200 + w * 0.66} ${yy}Q200 ${yy - 6} ${200 - w * 0.66} ${yy}Z`, [200 - w, yy, w * 2, 40], i % 2 ? p.accent : p.colour, p.material);
    }
    glow(b, 200, 300, 90, 0.55);
  }
}

function deskLamp(b, p) {
  const c = p.colour;
  b.shadow(160, BASE, 66);
  b.turned(160, [[364, 56], [376, 60], [BASE, 60]], c, p.material);
  b.line("M160 364L138 250", tone(c, -0.05), 9); b.line("M158 360L136 250", tone(c, 0.12), 2.4, 0.7);
  b.line("M138 250L244 158", tone(c, -0.05), 9); b.line("M138 247L242 156", tone(c, 0.12), 2.4, 0.7);
  b.skin(oval(138, 250, 11), [127, 239, 22, 22], BRASS, "brass", "ball");
  b.path(poly([[214, 226], [318, 206], [390, 384], [196, 384]]), b.lin(0, 200, 40, 384, [[0, "#fff0c2", 0.8], [1, "#fff0c2", 0]]));
  b.group("rotate(-12 250 170)", () => {
    b.skin("M232 132H266L274 156C306 162 318 190 318 216H182C182 190 194 162 226 156Z", [182, 132, 136, 84], c, p.material);
    b.path(oval(250, 216, 68, 9), "#fff6d8");
  });
  b.skin(oval(244, 160, 9), [235, 151, 18, 18], BRASS, "brass", "ball");
}

function candle(b, p) {
  const kind = Math.floor(p.form * 3);
  const flame = (x, y) => { glow(b, x, y - 14, 66, 0.8); b.line(`M${x} ${y}V${y - 9}`, INK, 2); b.path(`M${x} ${y - 40}C${x + 15} ${y - 20} ${x + 9} ${y - 4} ${x} ${y - 4}S${x - 15} ${y - 20} ${x} ${y - 40}Z`, "#ffd36b"); b.path(`M${x} ${y - 26}C${x + 7} ${y - 14} ${x + 5} ${y - 5} ${x} ${y - 5}S${x - 7} ${y - 14} ${x} ${y - 26}Z`, "#fff5d0"); };
  if (kind === 0) {
    b.shadow(200, BASE, 88);
    b.turned(200, [[226, 78], [300, 80], [366, 78], [BASE, 72]], p.colour, p.material, { open: true, inside: "#f4ead6", wall: 6 });
    b.path(oval(200, 230, 70, 11), "#f6ecd6"); flame(200, 232);
    b.path(round(158, 284, 84, 62, 3), "#fbf5e8", 0.94); b.line("M174 306H226M182 322H218", tone(p.colour, -0.2), 2, 0.8);
  } else if (kind === 1) {
    for (const [x, h, c] of [[128, 150, p.colour], [200, 205, p.accent], [270, 120, tone(p.colour, 0.07)]]) {
      b.shadow(x, BASE, 34);
      b.turned(x, [[BASE - 30, 12], [BASE - 22, 15], [BASE - 14, 12], [BASE - 5, 30], [BASE, 31]], BRASS, "brass");
      b.turned(x, [[BASE - h, 9], [BASE - 26, 11]], c, "", { straight: true }); flame(x, BASE - h);
    }
  } else {
    b.shadow(200, BASE, 62);
    const pts = []; for (let i = 0; i <= 8; i++) pts.push([190 + i * 24, i % 2 ? 48 : 59]);
    b.turned(200, [...pts.slice(0, -1), [BASE, 56]], p.colour, p.material); flame(200, 188);
  }
}

function lantern(b, p) {
  const c = p.colour;
  b.shadow(200, BASE, 84);
  b.line("M200 132C160 90 160 72 200 72S240 90 200 132", tone(c, -0.05), 5);
  b.skin("M150 160L176 128H224L250 160Z", [150, 128, 100, 32], c, p.material);
  glow(b, 200, 290, 130, 0.8);
  b.glass(round(132, 162, 136, 204, 10), [132, 162, 136, 204], "#f3e6c4");
  b.turned(200, [[316, 24], [364, 24]], "#f7efdf", ""); b.path("M200 282C212 298 208 312 200 312S188 298 200 282Z", "#ffcf66");
  for (const x of [132, 176, 222, 264]) b.line(`M${x} 160V368`, tone(c, x > 200 ? -0.12 : 0), 5);
  b.skin(round(124, 156, 152, 13, 4), [124, 156, 152, 13], c, p.material);
  b.skin(round(120, 364, 160, 20, 5), [120, 364, 160, 20], c, p.material);
}

function headphones(b, p) {
  const c = p.colour, low = 372;
  b.shadow(200, BASE, 120, 15);
  b.line("M108 286C96 100 304 100 292 286", tone(c, -0.12), 20); b.line("M108 286C96 100 304 100 292 286", c, 15); b.line("M112 250C116 128 284 128 288 250", tone(c, 0.13), 3, 0.8);
  b.line("M142 178C164 146 236 146 258 178", p.accent, 17); b.line("M146 174C168 146 232 146 254 174", tone(p.accent, 0.1), 3, 0.6);
  for (const s of [-1, 1]) {
    const x = 200 + s * 92;
    b.line(`M${x} 226V262`, BRASS, 7);
    b.skin(round(x - (s > 0 ? 42 : 0), 252, 42, low - 246, 20), [x - 42, 252, 84, 126], tone(p.accent, -0.08), "", "flat");
    b.skin(round(x - (s > 0 ? 8 : 40), 246, 48, low - 236, 24), [x - (s > 0 ? 8 : 40), 246, 48, 136], c, p.material);
    b.line(round(x + (s > 0 ? 4 : -28), 276, 24, 76, 12), tone(c, 0.16), 1.6, 0.7);
  }
}

function speaker(b, p) {
  if (p.form < 0.5) {
    b.shadow(200, BASE, 92);
    b.skin(round(118, 128, 164, 256, 20), [118, 128, 164, 256], p.colour, p.material);
    b.path(round(130, 140, 140, 232, 14), tone(p.colour, -0.1), 0.35);
    for (const [y, r] of [[192, 34], [290, 58]]) {
      b.path(oval(200, y, r + 6), tone(p.colour, 0.1)); b.path(oval(200, y, r), b.rad(190, y - 8, r * 1.3, [[0, "#4a4644"], [0.6, "#2d2a2a"], [1, "#171515"]]));
      b.path(oval(200, y, r * 0.66), b.rad(192, y - 6, r, [[0, "#5c5754"], [1, "#262323"]])); b.path(oval(200, y, r * 0.3), b.rad(196, y - 4, r * 0.4, [[0, tone(p.accent, 0.12)], [1, tone(p.accent, -0.12)]]));
    }
  } else {
    b.shadow(200, BASE, 112);
    b.line("M138 262C138 204 262 204 262 262", tone("#8a5a38", -0.02), 9);
    b.skin(round(90, 252, 220, 132, 34), [90, 252, 220, 132], p.colour, p.material);
    const dots = b.pattern(9, 9, `<circle cx="4.5" cy="4.5" r="1.9" fill="${tone(p.colour, -0.25)}"/>`);
    b.path(round(108, 272, 128, 92, 18), dots);
    b.skin(oval(270, 296, 20), [250, 276, 40, 40], BRASS, "brass", "ball"); b.line("M270 296V281", INK, 2.4);
    for (const y of [336, 352]) b.path(round(254, y - 4, 32, 8, 4), tone(p.colour, 0.13));
  }
}

function radio(b, p) {
  b.shadow(200, BASE, 128);
  b.line("M280 204L330 96", STEEL, 4); b.path(oval(330, 95, 5), STEEL);
  b.skin(round(78, 204, 244, 172, 26), [78, 204, 244, 172], p.colour, p.material);
  b.skin(round(92, 218, 216, 144, 16), [92, 218, 216, 144], tone(p.accent, 0.02), "", "flat");
  for (let i = 0; i < 12; i++) b.line(`M${108 + i * 9} 236V344`, tone(p.accent, -0.2), 3.4, 0.65);
  b.path(oval(262, 272, 34), "#f8f0dd"); b.line(oval(262, 272, 26), tone(p.colour, -0.1), 1, 0.6);
  for (let i = 0; i < 10; i++) { const a = Math.PI * (0.8 + i * 0.155); b.line(`M${262 + 24 * Math.cos(a)} ${272 + 24 * Math.sin(a)}L${262 + 29 * Math.cos(a)} ${272 + 29 * Math.sin(a)}`, INK, 1.6); }
  b.line("M262 272L280 256", "#c2452f", 2.6); b.path(oval(262, 272, 4), "#c2452f");
  b.skin(oval(244, 334, 12), [232, 322, 24, 24], BRASS, "brass", "ball"); b.skin(oval(282, 334, 12), [270, 322, 24, 24], BRASS, "brass", "ball");
  for (const x of [112, 270]) b.path(round(x, 374, 20, 10, 3), tone(p.colour, -0.24));
}

function disc(b, cx, cy, r, squash, label) {
  b.path(oval(cx, cy, r, r * squash), b.lin(cx - r, cy - r * squash, cx + r, cy + r * squash, [[0, "#1d1b1c"], [0.42, "#3d393a"], [0.5, "#56504f"], [0.58, "#332f30"], [1, "#181617"]]));
  for (let i = 1; i < 9; i++) b.line(oval(cx, cy, r * (0.42 + i * 0.064), r * squash * (0.42 + i * 0.064)), "#000000", 0.9, 0.45);
  b.path(oval(cx, cy, r * 0.36, r * 0.36 * squash), label); b.line(oval(cx, cy, r * 0.27, r * 0.27 * squash), tone(label, -0.14), 1.2, 0.6); b.path(oval(cx, cy, r * 0.045, r * 0.045 * squash), "#f4ecdf");
}

function turntable(b, p) {
  b.shadow(200, BASE + 2, 140, 20);
  b.skin(poly([[96, 262], [304, 262], [346, 344], [54, 344]]), [54, 262, 292, 82], p.colour, p.material, "flat");
  b.skin(`M54 344H346V374Q346 382 338 382H62Q54 382 54 374Z`, [54, 344, 292, 38], tone(p.colour, -0.09), p.material, "flat");
  b.path(oval(184, 302, 98, 36), STEEL); disc(b, 184, 298, 95, 0.365, p.accent);
  b.path(oval(300, 284, 14, 6), tone(STEEL, -0.12)); b.line("M300 280C306 312 286 322 246 322", "#e6e6e4", 4); b.path(poly([[252, 317], [236, 315], [234, 326], [250, 328]]), INK);
  b.path(oval(318, 330, 9, 4), BRASS); b.path(oval(290, 334, 5, 2.4), BRASS);
}

function record(b, p) {
  b.shadow(196, BASE, 128, 12);
  disc(b, 254, 264, 108, 1, p.accent);
  b.path(poly([[56, 144], [288, 152], [288, 376], [56, 384]]), b.ink, 0.28);
  const d = poly([[52, 146], [280, 150], [280, 376], [52, 384]]);
  b.skin(d, [52, 146, 228, 238], p.colour, "", "flat");
  b.clipped(d, () => {
    const k = b.pick(["sun", "stripes", "loops", "peaks"]), a = p.accent, c2 = mix(p.colour, "#fbf2df", 0.6);
    if (k === "sun") { b.path(oval(166, 262, 74), a); for (let i = 0; i < 6; i++) b.path(`M52 ${266 + i * 20}H280V${272 + i * 21}H52Z`, p.colour); }
    else if (k === "stripes") for (let i = 0; i < 6; i++) b.line(`M${40 + i * 26} 400C${90 + i * 26} 300 ${60 + i * 22} 240 ${190 + i * 22} 140`, i % 2 ? a : c2, 13);
    else if (k === "loops") for (let i = 6; i > 0; i--) b.path(oval(166, 270, i * 17), i % 2 ? a : c2);
    else { b.path(oval(210, 214, 28), c2); b.path(poly([[52, 384], [120, 250], [190, 384]]), a); b.path(poly([[130, 384], [214, 274], [290, 384]]), tone(a, -0.1)); }
  });
  b.text(166, 174, 15, mix(p.colour, "#fff8ea", 0.88), p.name.toUpperCase().slice(0, 14), ' letter-spacing="3"');
}

export const LIGHT = { tableLamp, mushroomLamp, pendant, deskLamp, candle, lantern, headphones, speaker, radio, turntable, record };
export const HANGS = new Set(["pendant", "mirror", "poster", "clock", "scarf"]);
export { smooth };
