// Shapes of the house and the garden: seats, mirrors, clocks, baskets, plants, tools, bath; and cards for services.
import { BASE, mix, oval, poly, round, smooth, tone } from "./paint.mjs";

const BRASS = "#c9a15a", INK = "#2c2a2b", CREAM = "#f7efdf", OAK = "#c79a68";
const GREENS = ["#5f7d52", "#75935f", "#4c6b54", "#8aa36c", "#3f5f4a"];
const stick = (b, d, c, w) => { b.line(d, tone(c, -0.12), w); b.line(d, tone(c, 0.05), w * 0.55, 0.9); };

function chair(b, p) {
  const wood = p.material === "steel" ? "#3b3a3b" : p.colour;
  b.shadow(204, BASE, 96, 16);
  stick(b, "M246 286L262 376", tone(wood, -0.08), 9); stick(b, "M156 286L148 368", tone(wood, -0.08), 9);
  if (p.form < 0.5) { stick(b, "M136 300V118", wood, 10); stick(b, "M252 288V112", wood, 10); for (const y of [128, 168, 208]) b.skin(`M134 ${y + 4}Q194 ${y - 10} 256 ${y - 2}V${y + 18}Q194 ${y + 10} 134 ${y + 24}Z`, [134, y - 10, 122, 34], wood, "wood", "flat"); }
  else { b.skin("M128 262C120 150 150 104 196 104S270 150 262 258Q196 282 128 262Z", [124, 104, 142, 170], p.accent, p.material === "velvet" ? "velvet" : "linen"); stick(b, "M132 300L128 250M258 296L262 250", wood, 9); }
  b.skin("M122 292Q196 272 272 288L286 306Q198 330 110 310Z", [110, 276, 176, 48], p.form < 0.5 ? p.accent : p.colour, p.form < 0.5 ? "wicker" : "velvet", "flat");
  b.path("M110 310Q198 330 286 306V314Q198 340 110 320Z", tone(wood, -0.16));
  stick(b, "M122 316L110 384", wood, 11); stick(b, "M272 312L290 384", wood, 11);
}
function stool(b, p) {
  b.shadow(200, BASE, 84);
  stick(b, "M186 252L176 372", tone(p.colour, -0.12), 10); stick(b, "M150 250L124 384", p.colour, 12); stick(b, "M250 250L276 384", p.colour, 12); stick(b, "M142 330H258", p.colour, 7);
  b.turned(200, [[222, 86], [246, 86], [256, 76]], p.form < 0.5 ? p.colour : p.accent, p.material, { flat: 0.2 });
}
function sideTable(b, p) {
  b.shadow(200, BASE, 92);
  if (p.form < 0.5) { for (const x of [130, 200, 270]) stick(b, `M${200 + (x - 200) * 0.8} 214L${x} 384`, p.accent, 9); } else { b.turned(200, [[220, 14], [352, 14], [374, 60], [BASE, 64]], p.accent, p.material); }
  b.turned(200, [[202, 122], [220, 122]], p.colour, p.material, { straight: true, flat: 0.2 });
  b.turned(170, [[150, 12], [160, 11], [182, 24], [200, 16]], "#e9ddc8", "stoneware", { open: true }); b.line("M170 150C176 120 190 108 204 96", "#75935f", 2.4); b.path(oval(206, 94, 9), "#d98c6a");
  b.skin(round(204, 190, 62, 11, 2), [204, 190, 62, 11], "#4d6798", "", "flat"); b.skin(round(210, 180, 52, 10, 2), [210, 180, 52, 10], "#d9a441", "", "flat");
}
function mirror(b, p) {
  const d = p.form < 0.4 ? oval(200, 220, 108) : p.form < 0.7 ? "M104 366V206A96 96 0 0 1 296 206V366Z" : smooth([[120, 150], [196, 92], [290, 134], [304, 240], [262, 346], [170, 356], [100, 270]], true);
  b.group("translate(10 12)", () => b.path(d, b.ink, 0.28));
  b.path(d, b.lin(100, 110, 300, 340, [[0, "#e6eef0"], [0.35, "#c9d8dc"], [0.6, "#dfe9ea"], [1, "#a9bec4"]]));
  b.clipped(d, () => { b.path(poly([[90, 330], [250, 80], [290, 80], [120, 350]]), "#ffffff", 0.4); b.path(poly([[150, 360], [310, 120], [322, 120], [170, 360]]), "#ffffff", 0.3); });
  b.line(d, tone(p.colour, -0.14), 14); b.line(d, p.colour, 10); b.line(d, tone(p.colour, 0.12), 2, 0.7);
}
function clock(b, p) {
  b.path(oval(210, 226, 116), b.ink, 0.26); b.skin(oval(200, 212, 116), [84, 96, 232, 232], p.colour, p.material, "ball"); b.path(oval(200, 212, 98), mix(p.accent, "#fbf5e8", 0.85)); b.path(oval(203, 216, 98), tone(p.colour, -0.2), 0.08);
  for (let i = 0; i < 12; i++) { const a = (i * Math.PI) / 6, r = p.form < 0.5 ? 84 : 80; if (p.form < 0.5) b.line(`M${200 + 74 * Math.cos(a)} ${212 + 74 * Math.sin(a)}L${200 + r * Math.cos(a)} ${212 + r * Math.sin(a)}`, INK, i % 3 ? 2.4 : 5); else b.path(oval(200 + r * Math.cos(a), 212 + r * Math.sin(a), i % 3 ? 4 : 8), i % 3 ? INK : p.colour); }
  const h = b.between(0, 6.28), m = b.between(0, 6.28); b.line(`M200 212L${200 + 44 * Math.cos(h)} ${212 + 44 * Math.sin(h)}`, INK, 7); b.line(`M200 212L${200 + 68 * Math.cos(m)} ${212 + 68 * Math.sin(m)}`, INK, 4.4); b.line(`M200 212L${200 - 24 * Math.cos(h + 1)} ${212 - 24 * Math.sin(h + 1)}`, "#b23a35", 2.2); b.path(oval(200, 212, 7), "#b23a35");
}
function basket(b, p) {
  b.shadow(200, BASE, 100);
  b.line("M118 262C112 148 288 148 282 262", tone(p.colour, -0.2), 13); b.line("M118 262C114 152 286 152 282 262", p.accent, 8);
  for (const [x, y, r, c] of [[158, 252, 26, "#d8a25a"], [212, 244, 32, mix(p.accent, CREAM, 0.4)], [252, 254, 22, "#b5654a"]]) b.skin(oval(x, y, r), [x - r, y - r, r * 2, r * 2], c, "wool", "ball");
  b.turned(200, [[256, 106], [300, 110], [360, 94], [BASE, 86]], p.colour, p.material); b.line("M94 262Q200 290 306 262", tone(p.colour, -0.13), 9); b.line("M94 260Q200 288 306 260", tone(p.colour, 0.08), 4);
}
function plant(b, p) {
  const y = 280, k = Math.floor(p.form * 5), leaf = (d, i) => b.path(d, b.lin(110, 80, 300, y, [[0, tone(GREENS[i % 5], 0.1)], [1, tone(GREENS[i % 5], -0.05)]]));
  b.shadow(200, BASE, 68);
  if (k === 0) for (let i = 0; i < 9; i++) { const a = -Math.PI * (0.12 + 0.095 * i), l = b.between(96, 150), x = 200 + l * Math.cos(a), yy = y + l * Math.sin(a) * 1.1, s = i < 4 ? -1 : 1; b.line(`M200 ${y}Q${200 + l * 0.3 * Math.cos(a)} ${yy + 30} ${x} ${yy}`, GREENS[2], 3); leaf(`M${x} ${yy}q${-30} ${-22} 0 ${-58}q${30} ${36} 0 ${58}Z`, i); b.line(`M${x} ${yy}v-44`, tone(GREENS[i % 5], 0.16), 1.2, 0.8); void s; }
  else if (k === 1) for (let i = 0; i < 11; i++) { const x = 200 + (i - 5) * 28; leaf(`M${192 + (i - 5) * 3} ${y}Q${x - 16} ${y - 120} ${x + (i - 5) * 7} ${112 + Math.abs(i - 5) * 20}Q${x + 16} ${y - 100} ${208 + (i - 5) * 3} ${y}Z`, i); }
  else if (k === 2) { leaf("M164 284C154 200 160 128 200 120S246 200 236 284Z", 0); for (const [d, i] of [["M164 226C130 226 124 178 132 166S152 186 168 190Z", 1], ["M236 206C276 206 280 156 270 144S246 166 234 170Z", 3]]) leaf(d, i); for (let i = 0; i < 16; i++) b.line(`M${b.between(172, 230)} ${b.between(136, 272)}l3 -6`, CREAM, 1.4, 0.9); b.path(oval(200, 116, 12), "#e07a78"); b.path(oval(210, 112, 8), "#eda09a"); }
  else if (k === 3) for (let i = 0; i < 7; i++) { const x = 200 + (i - 3) * 40, h = 140 + ((i * 53) % 60); b.line(smooth([[200 + (i - 3) * 8, y], [x - (i - 3) * 6, h + 50], [x, h]]), GREENS[1], 3); for (let j = 0; j < 6; j++) b.group(`rotate(${j * 60} ${x} ${h})`, () => b.path(oval(x, h - 11, 6.5, 12), j % 2 ? p.accent : tone(p.accent, 0.07))); b.path(oval(x, h, 6), "#e0b75c"); }
  else for (let i = 0; i < 24; i++) { const a = b.between(0, 6.28), r = b.between(10, 94); leaf(oval(200 + r * Math.cos(a), 186 + r * 0.86 * Math.sin(a), b.between(20, 34), b.between(17, 27)), i); }
  if (k === 4) b.line(`M200 ${y}V230`, "#8a5f3c", 9);
  b.turned(200, b.pick([[[272, 78], [300, 72], [BASE, 54]], [[276, 66], [320, 78], [360, 70], [BASE, 54]], [[270, 70], [BASE, 66]]]), p.colour, p.material, { open: true, inside: "#5b4433", wall: 7 });
}
function wateringCan(b, p) {
  b.shadow(186, BASE, 96);
  b.line("M232 262C318 226 320 366 238 352", tone(p.colour, -0.1), 13); b.line("M140 244C150 168 226 168 236 244", tone(p.colour, -0.06), 11);
  b.skin("M128 338L52 220L66 212L134 296Z", [52, 212, 82, 126], p.colour, p.material, "flat"); b.skin(poly([[38, 222], [76, 198], [70, 186], [26, 210]]), [26, 186, 50, 36], p.accent, p.material, "flat");
  b.turned(188, [[246, 58], [270, 64], [BASE, 70]], p.colour, p.material, { open: true }); for (let i = 0; i < 6; i++) b.path(`M${24 + (i % 3) * 12} ${236 + i * 15}q5 9 0 13q-5 -4 0 -13Z`, "#8fb4c9", 0.8);
}
function tools(b, p) {
  b.shadow(200, BASE, 110, 10);
  b.group("rotate(-12 150 300)", () => { b.skin(round(138, 108, 26, 112, 12), [138, 108, 26, 112], p.colour, "wood"); b.path("M147 218h8v34h-8Z", "#a9adb0"); b.skin("M122 252H180V330Q168 376 151 384Q134 376 122 330Z", [122, 252, 58, 132], p.accent, "steel"); });
  b.group("rotate(11 256 300)", () => { b.skin(round(244, 118, 26, 112, 12), [244, 118, 26, 112], p.colour, "wood"); b.path("M253 228h8v40h-8Z", "#a9adb0"); for (const x of [226, 252, 278]) b.line(`M257 268Q${x + 5} 280 ${x + 5} 376`, p.accent, 8); });
}
function seeds(b, p) {
  b.shadow(200, BASE, 96, 10);
  [[-10, 92, p.accent, 3], [6, 160, p.colour, 0]].forEach(([turn, x, c, k]) => b.group(`rotate(${turn} ${x + 70} 384)`, () => { b.skin(round(x, 150, 146, 232, 4), [x, 150, 146, 232], c, "", "flat"); b.path(round(x + 12, 210, 122, 156, 3), CREAM); b.text(x + 73, 190, 21, CREAM, p.name); const cx = x + 73; b.line(`M${cx} 356V262`, GREENS[0], 4); for (let i = 0; i < 8; i++) b.group(`rotate(${i * 45} ${cx} 258)`, () => b.path(oval(cx, 236, 8, 17), k ? "#d8a25a" : p.accent)); b.path(oval(cx, 258, 11), "#8a5f3c"); for (const s of [-1, 1]) b.path(`M${cx} 336q${s * 18} -24 ${s * 40} -14q${-s * 12} 20 ${-s * 40} 14Z`, GREENS[1]); }));
}
function birdhouse(b, p) {
  b.shadow(200, BASE, 60); stick(b, "M200 330V384", OAK, 16);
  b.skin("M132 200L200 140L268 200V340H132Z", [132, 140, 136, 200], p.colour, p.material, "flat"); b.path("M200 140L268 200V340H244V180Z", tone(p.colour, -0.12), 0.5);
  b.skin("M200 104L306 196L290 214L200 136L110 214L94 196Z", [94, 104, 212, 110], p.accent, "wood", "flat"); b.path(oval(200, 242, 27), INK); b.path(oval(203, 245, 24), "#463a33"); stick(b, "M200 292v14", OAK, 9);
  b.path(oval(284, 316, 22, 16), "#c96f5a"); b.path(oval(302, 300, 11), "#c96f5a"); b.path(poly([[312, 298], [324, 302], [311, 305]]), "#e0b75c"); b.path(oval(304, 298, 1.8), INK);
}
function soap(b, p) {
  b.shadow(200, BASE, 112, 13);
  b.skin(round(92, 362, 216, 22, 6), [92, 362, 216, 22], OAK, "wood", "flat"); for (let i = 0; i < 5; i++) b.path(`M${112 + i * 40} 362h16v8h-16Z`, tone(OAK, -0.2));
  b.skin(round(112, 296, 150, 68, 18), [112, 296, 150, 68], p.colour, "marble", "flat"); b.skin(round(140, 236, 144, 62, 16), [140, 236, 144, 62], p.accent, "stoneware", "flat"); b.path(round(140, 252, 144, 30, 0), CREAM); b.text(212, 273, 17, tone(p.accent, -0.25), p.name);
  for (const [x, y, r] of [[106, 284, 13], [88, 258, 8], [300, 330, 11], [318, 306, 6]]) { b.path(oval(x, y, r), "#ffffff", 0.35); b.line(oval(x, y, r), "#ffffff", 1.4, 0.8); }
}
function pump(b, p) {
  b.shadow(200, BASE, 58);
  b.line("M200 176V148H162Q148 148 148 162", INK, 9); b.turned(200, [[176, 19], [204, 21]], INK, "lacquer", { straight: true });
  b.turned(200, [[204, 26], [226, 54], [246, 58], [BASE, 57]], p.colour, p.material); b.path(round(160, 268, 80, 84, 3), CREAM, 0.95); b.line(round(165, 273, 70, 74, 2), tone(p.accent, -0.1), 1); b.text(200, 308, 17, tone(p.accent, -0.2), p.name); b.line("M180 324H220M186 334H214", tone(p.accent, -0.1), 1.6);
}
function brush(b, p) {
  b.shadow(200, BASE, 74, 10);
  b.group("rotate(14 200 260)", () => { stick(b, "M200 90V250", p.colour, 20); b.path(oval(200, 106, 5), b.wall); for (let i = 0; i < 26; i++) b.line(`M${152 + i * 3.8} 316L${144 + i * 4.5} ${372 + ((i * 7) % 9)}`, i % 2 ? "#d9c19a" : "#c4a878", 3.6); b.skin(round(146, 244, 108, 78, 36), [146, 244, 108, 78], p.colour, "wood", "ball"); });
}
/** Offers, contents, services and messages: a printed card with a symbol. */
function notice(b, p) {
  const c = p.colour, ink = tone(c, -0.3);
  b.shadow(204, BASE, 118, 13);
  b.group("rotate(-4 200 260)", () => {
    b.path(round(98, 108, 212, 276, 12), b.ink, 0.24); b.path(round(92, 100, 212, 276, 12), CREAM); b.path(round(92, 100, 212, 158, 12), b.lin(92, 100, 304, 258, [[0, tone(c, 0.06)], [1, tone(c, -0.05)]])); b.path("M92 240H304V262H92Z", CREAM);
    const a = mix(p.accent, CREAM, 0.35), k = p.symbol ?? "star";
    if (k === "gift") { b.path(round(158, 162, 80, 62, 4), a); b.path(round(150, 146, 96, 22, 4), tone(a, -0.06)); b.path("M192 146h12v78h-12Z", ink); b.line("M198 146c-34 -6 -30 -40 0 -10c30 -30 34 4 0 10", ink, 5); }
    else if (k === "truck") { b.path(round(140, 150, 76, 56, 4), a); b.path("M220 168H246L262 188V206H220Z", tone(a, -0.08)); for (const x of [166, 240]) { b.path(oval(x, 210, 14), ink); b.path(oval(x, 210, 6), CREAM); } }
    else if (k === "book") { b.path("M198 152Q168 134 138 148V214Q168 202 198 218Q228 202 258 214V148Q228 134 198 152Z", a); b.line("M198 152V216", ink, 3); for (const y of [166, 180, 194]) b.line(`M150 ${y}q20 -6 38 4M208 ${y + 4}q18 -10 38 -4`, ink, 2, 0.7); }
    else if (k === "hands") { b.path("M198 214C150 182 142 156 162 144C180 136 194 148 198 162C202 148 216 136 234 144C254 156 246 182 198 214Z", a); }
    else if (k === "bell") { b.path("M198 132C226 134 232 156 234 182L248 206H148L162 182C164 156 170 134 198 132Z", a); b.path(oval(198, 214, 12), ink); }
    else { b.path(poly(Array.from({ length: 10 }, (_, i) => { const r = i % 2 ? 20 : 48, t = (i * Math.PI) / 5 - Math.PI / 2; return [198 + r * Math.cos(t), 180 + r * Math.sin(t)]; })), a); }
    for (const [y, w] of [[288, 130], [312, 160], [332, 148], [352, 90]]) b.line(`M${198 - w / 2} ${y}h${w}`, ink, y === 288 ? 8 : 3, y === 288 ? 0.85 : 0.35);
  });
}

export const HOUSE = { chair, stool, sideTable, mirror, clock, basket, plant, wateringCan, tools, seeds, birdhouse, soap, pump, brush, notice, tag: (b, p) => notice(b, { ...p, symbol: "gift" }) };
export { BRASS };
