// Shapes of the table: cups, pots, bowls, pans, jars, bottles, tins.
import { BASE, mix, oval, poly, round, smooth, tone } from "./paint.mjs";

const BRASS = "#c9a15a", STEEL = "#c3c7c9", OAK = "#c79a68", INK = "#2c2a2b", CREAM = "#f7efdf";

/** A glaze of the accent colour that runs down from the rim. */
function drip(b, body, depth, colour) {
  const [x, y, w] = body.box;
  b.clipped(body.d, () => {
    let d = `M${x} ${y - 8}`, at = x;
    d += `V${y + depth}`;
    while (at < x + w) { const s = b.between(14, 34), h = b.between(6, 30); d += `q${s / 2} ${h} ${s} ${b.between(-8, 8)}`; at += s; }
    b.path(d + `V${y - 12}Z`, colour, 0.92);
    b.path(d + `V${y - 12}Z`, b.lin(x, 0, x + w, 0, [[0, tone(colour, -0.12)], [0.3, tone(colour, 0.1)], [0.5, colour, 0], [1, tone(colour, -0.2)]]), 0.7);
  });
}
function steam(b, x, y) {
  for (const dx of [-16, 6]) b.line(smooth([[x + dx, y], [x + dx + 10, y - 26], [x + dx - 6, y - 54], [x + dx + 8, y - 84]]), "#ffffff", 5, 0.28);
}
function label(b, x, y, w, h, ink, words, paper = CREAM) {
  b.path(round(x, y, w, h, 3), b.lin(x, 0, x + w, 0, [[0, tone(paper, -0.05)], [0.3, paper], [1, tone(paper, -0.12)]]));
  b.line(round(x + 5, y + 5, w - 10, h - 10, 2), ink, 0.9, 0.5);
  b.text(x + w / 2, y + h / 2 + 5, Math.min(17, (w / Math.max(4, words.length)) * 1.55), ink, words);
  b.line(`M${x + w * 0.35} ${y + h * 0.72}H${x + w * 0.65}`, ink, 1.2, 0.6);
}

function vase(b, p) {
  const k = Math.floor(p.form * 5);
  const forms = [
    [[150, 26], [170, 22], [220, 62], [290, 84], [350, 66], [BASE, 46]],
    [[140, 34], [158, 24], [200, 22], [250, 60], [320, 72], [BASE, 44]],
    [[130, 46], [200, 52], [290, 62], [350, 66], [BASE, 60]],
    [[176, 18], [196, 16], [224, 70], [280, 96], [340, 74], [BASE, 40]],
    [[130, 40], [160, 18], [200, 50], [240, 26], [290, 62], [340, 52], [BASE, 50]],
  ];
  const stems = b.r() < 0.5;
  b.shadow(200, BASE, 72);
  const top = forms[k][0][0];
  if (stems) for (let i = 0; i < 4; i++) {
    const x = 200 + (i - 1.5) * 36 + b.between(-10, 10), y = top - b.between(46, 104), c = b.pick([p.accent, "#d8a25a", "#c56b5a", "#e9d7b9"]);
    b.line(smooth([[200 + (i - 1.5) * 6, top + 6], [200 + (i - 1.5) * 16, (top + y) / 2], [x, y]]), "#6d7a4c", 2.6);
    if (k % 2) for (let j = 0; j < 9; j++) b.path(oval(x + b.between(-13, 13), y + b.between(-20, 18), 4.5), tone(c, b.between(-0.06, 0.08)));
    else for (let j = 0; j < 6; j++) b.group(`rotate(${j * 60} ${x} ${y})`, () => b.path(oval(x, y - 11, 6, 11), tone(c, (j % 3) * 0.035)));
    b.path(oval(x, y, 5), "#7a5230");
  }
  const body = b.turned(200, forms[k], p.colour, p.material, { open: true });
  if (p.material !== "glass" && b.r() < 0.45) drip(b, body, b.between(30, 80), p.accent);
  else if (p.material !== "glass" && b.r() < 0.5) b.clipped(body.d, () => { for (let i = 0; i < 7; i++) b.line(`M90 ${top + 60 + i * 26}Q200 ${top + 78 + i * 26} 310 ${top + 60 + i * 26}`, tone(p.colour, -0.1), 2, 0.5); });
}

function bowl(b, p) {
  const w = b.between(96, 124), y = b.between(262, 290);
  b.shadow(200, BASE, w * 0.62);
  const body = b.turned(200, [[y, w], [y + 34, w * 0.93], [358, w * 0.56], [372, w * 0.42], [BASE, w * 0.42]], p.colour, p.material, { open: true, inside: p.accent, wall: 5 });
  b.clipped(oval(200, y, w - 5, (w - 5) * 0.16), () => { for (let i = 0; i < 3; i++) b.line(oval(200, y + 6 + i * 5, w * 0.8 - i * 14, w * 0.1), tone(p.accent, 0.08), 1.6, 0.5); });
  if (b.r() < 0.4) drip(b, body, 12, p.accent);
  else if (b.r() < 0.6) b.clipped(body.d, () => b.line(`M${200 - w} ${y + 26}Q200 ${y + 60} ${200 + w} ${y + 26}`, p.accent, 7, 0.8));
  if (p.form > 0.66) b.turned(200, [[y - 42, w * 0.82], [y - 18, w * 0.78], [y + 4, w * 0.6]], tone(p.colour, 0.07), p.material, { open: true, inside: p.accent });
}

function plate(b, p) {
  b.shadow(200, BASE, 118);
  for (let i = 2; i >= 0; i--) { const c = i === 1 ? mix(p.colour, p.accent, 0.4) : p.colour, y = BASE - 4 - (2 - i) * 12; b.turned(200, [[y - 10, 112], [y, 66]], tone(c, -0.05), p.material, { straight: true, flat: 0.12 }); }
  const y = 238;
  b.group("rotate(-8 200 238)", () => {
    b.path(oval(206, y + 8, 118, 116), b.ink, 0.25);
    b.skin(oval(200, y, 118), [82, y - 118, 236, 236], p.colour, p.material, "ball");
    b.line(oval(200, y, 110), p.accent, 4, 0.75);
    b.path(oval(200, y, 80), b.lin(120, y - 80, 280, y + 80, [[0, tone(p.colour, -0.1)], [1, tone(p.colour, 0.06)]]));
    const m = b.pick(["sprig", "dots", "rays", "moon"]);
    if (m === "sprig") for (let i = -3; i <= 3; i++) { b.line(`M200 ${y + 56}V${y - 52}`, p.accent, 2.4); b.path(`M200 ${y + i * 15}q${22} -16 34 -6q-14 14 -34 6ZM200 ${y + i * 15}q-22 -16 -34 -6q14 14 34 6Z`, p.accent, 0.85); }
    else if (m === "dots") for (let i = 0; i < 24; i++) b.path(oval(200 + 62 * Math.cos(i * 0.262), y + 62 * Math.sin(i * 0.262), 4), p.accent, 0.85);
    else if (m === "rays") for (let i = 0; i < 28; i++) b.line(`M${200 + 24 * Math.cos(i * 0.2244)} ${y + 24 * Math.sin(i * 0.2244)}L${200 + 68 * Math.cos(i * 0.2244)} ${y + 68 * Math.sin(i * 0.2244)}`, p.accent, 2, 0.65);
    else { b.path(oval(200, y, 46), p.accent, 0.85); b.path(oval(216, y - 10, 40), tone(p.colour, -0.02)); }
  });
}

function mug(b, p) {
  const w = b.between(64, 76), y = b.between(232, 258);
  b.shadow(196, BASE, w);
  b.line(`M${200 + w - 4} ${y + 30}C${200 + w + 62} ${y + 20} ${200 + w + 58} ${y + 108} ${200 + w - 6} ${y + 98}`, tone(p.colour, -0.13), 15);
  b.line(`M${200 + w - 4} ${y + 28}C${200 + w + 58} ${y + 20} ${200 + w + 54} ${y + 104} ${200 + w - 6} ${y + 96}`, tone(p.colour, 0.02), 9);
  const r = p.form < 0.5 ? [[y, w], [y + 40, w + 1], [350, w - 3], [BASE, w - 12]] : [[y, w - 6], [y + 60, w + 8], [350, w + 2], [BASE, w - 20]];
  const body = b.turned(200, r, p.colour, p.material, { open: true, inside: mix(p.colour, CREAM, 0.5) });
  b.path(oval(200, y + 4, w - 14, (w - 14) * 0.13), p.liquid ?? "#6b4428");
  if (b.r() < 0.5) drip(b, body, b.between(14, 48), p.accent);
  else b.clipped(body.d, () => { const k = b.pick(["band", "spots", "face"]); if (k === "band") for (const o of [60, 74]) b.line(`M100 ${y + o}Q200 ${y + o + 22} 300 ${y + o}`, p.accent, o === 60 ? 9 : 3, 0.9); else if (k === "spots") for (let i = 0; i < 26; i++) b.path(oval(b.between(124, 276), b.between(y + 30, 372), b.between(3, 7)), p.accent, 0.85); else { b.line(`M172 ${y + 74}q9 9 18 0M212 ${y + 74}q9 9 18 0`, p.accent, 3); b.line(`M186 ${y + 96}q15 12 30 0`, p.accent, 3); } });
  steam(b, 200, y - 14);
}

function cup(b, p) {
  const y = 290;
  b.shadow(200, BASE, 116);
  b.turned(200, [[366, 116], [380, 66], [BASE, 62]], tone(p.colour, -0.02), p.material, { flat: 0.14 });
  b.path(oval(200, 366, 62, 9), tone(p.colour, -0.13), 0.7);
  b.line(`M262 ${y + 18}c46 -8 44 46 -8 44`, tone(p.colour, -0.1), 10); b.line(`M262 ${y + 17}c42 -8 40 42 -8 42`, tone(p.colour, 0.05), 5);
  const body = b.turned(200, [[y, 70], [y + 26, 66], [y + 58, 46], [y + 74, 34]], p.colour, p.material, { open: true });
  b.path(oval(200, y + 2, 60, 8.6), "#8a5a32"); b.path(oval(186, y + 1, 26, 3), "#c08b57", 0.7);
  b.clipped(body.d, () => b.line(`M120 ${y + 20}Q200 ${y + 36} 280 ${y + 20}`, p.accent, 5, 0.9));
  steam(b, 200, y - 14);
}

function teapot(b, p) {
  const k = p.form, y = 226;
  b.shadow(200, BASE, 92);
  b.line("M272 268C346 236 352 352 268 348", tone(p.colour, -0.15), 17); b.line("M272 266C340 238 346 346 268 344", k > 0.5 ? OAK : tone(p.colour, 0.03), 10);
  b.skin("M136 322C92 318 92 258 58 236L78 224C112 240 116 268 142 274Z", [58, 224, 84, 98], p.colour, p.material, "flat");
  const body = b.turned(200, k < 0.33 ? [[y, 44], [y + 28, 78], [310, 98], [356, 80], [BASE, 58]] : k < 0.66 ? [[y, 56], [y + 14, 70], [340, 88], [370, 84], [BASE, 70]] : [[y + 10, 40], [y + 44, 92], [312, 106], [350, 88], [BASE, 62]], p.colour, p.material);
  if (p.material !== "glass" && b.r() < 0.4) drip(b, body, 46, p.accent);
  else if (b.r() < 0.5) b.clipped(body.d, () => { for (let i = -5; i <= 5; i++) b.line(`M${200 + i * 9} ${y}C${200 + i * 26} 280 ${200 + i * 26} 330 ${200 + i * 14} ${BASE}`, tone(p.colour, -0.1), 1.8, 0.5); });
  const t = k > 0.66 ? y + 10 : y, w = k < 0.33 ? 46 : k < 0.66 ? 57 : 44;
  b.skin(`M${200 - w} ${t}C${200 - w} ${t - 34} ${200 + w} ${t - 34} ${200 + w} ${t}Q200 ${t + 14} ${200 - w} ${t}Z`, [200 - w, t - 30, w * 2, 36], p.colour, p.material);
  b.skin(oval(200, t - 34, 12), [188, t - 46, 24, 24], k > 0.5 ? OAK : p.accent, k > 0.5 ? "wood" : p.material, "ball");
}

function tin(b, p) {
  const w = b.between(66, 80), y = b.between(190, 226), h = BASE - y;
  b.shadow(200, BASE, w);
  const body = b.turned(200, [[y, w], [BASE, w]], p.colour, p.material, { straight: true });
  b.clipped(body.d, () => { const c = tone(p.colour, 0.09); for (let i = 0; i < 16; i++) for (let j = 0; j < 4; j++) b.line(`M${124 + i * 11} ${y + 40 + j * 46}q5 -9 10 0`, c, 1.6, 0.6); });
  label(b, 200 - w * 0.62, y + h * 0.36, w * 1.24, h * 0.42, tone(p.colour, -0.22), p.name);
  b.turned(200, [[y - 22, w + 2], [y + 16, w + 2]], p.accent, p.material, { straight: true });
  b.path(oval(200, y - 22, w - 10, (w - 10) * 0.14), tone(p.accent, 0.1));
}

function moka(b, p) {
  b.shadow(200, BASE, 68);
  b.line("M252 226H312V322", INK, 15); b.line("M254 222H308V318", "#55504e", 4, 0.8);
  b.skin(poly([[152, 300], [248, 300], [266, 366], [262, BASE], [138, BASE], [134, 366]]), [134, 300, 132, 84], p.colour, p.material);
  b.skin(poly([[136, 196], [264, 196], [246, 290], [154, 290]]), [136, 196, 128, 94], p.colour, p.material);
  b.skin(poly([[136, 196], [110, 190], [146, 232]]), [110, 190, 36, 42], p.colour, p.material, "flat");
  for (const x of [170, 200, 230]) { b.line(`M${x} 198L${200 + (x - 200) * 0.7} 288`, tone(p.colour, -0.16), 1.4, 0.6); b.line(`M${200 + (x - 200) * 0.75} 302L${200 + (x - 200) * 1.1} 382`, tone(p.colour, -0.16), 1.4, 0.6); }
  b.skin(round(146, 288, 108, 15, 5), [146, 288, 108, 15], tone(p.colour, -0.06), p.material);
  b.skin(poly([[140, 196], [260, 196], [226, 168], [174, 168]]), [140, 168, 120, 28], p.colour, p.material);
  b.skin(oval(200, 158, 11), [189, 147, 22, 22], INK, "", "ball");
}

function bag(b, p) {
  b.shadow(200, BASE, 86);
  b.skin("M128 166L124 374Q124 384 134 384H266Q276 384 276 374L272 166Z", [124, 166, 152, 218], p.colour, p.material);
  b.path(poly([[240, 166], [272, 166], [276, 384], [252, 384]]), tone(p.colour, -0.1), 0.5);
  b.skin(round(124, 142, 152, 30, 3), [124, 142, 152, 30], tone(p.colour, -0.05), p.material, "flat");
  b.line("M124 166H276", tone(p.colour, -0.18), 1.4, 0.7);
  label(b, 146, 212, 108, 118, tone(p.accent, -0.12), p.name);
  b.path(oval(200, 242, 12), p.accent);
}

function grinder(b, p) {
  b.shadow(200, BASE, 62);
  b.line("M200 150H282", STEEL, 7); b.skin(oval(286, 142, 12, 15), [274, 127, 24, 30], OAK, "wood", "ball");
  b.turned(200, [[158, 14], [172, 46], [188, 50]], STEEL, "steel");
  b.turned(200, [[190, 50], [262, 52], [268, 48]], p.colour, p.material, { straight: true });
  b.turned(200, [[268, 46], [280, 42], [BASE - 6, 56], [BASE, 56]], p.accent, p.material === "wood" ? "wood" : "");
}

function pan(b, p) {
  const y = 270;
  b.shadow(190, BASE, 104);
  for (const s of [-1, 1]) if (p.form > 0.5) b.line(`M${200 + s * 108} ${y + 26}q${s * 34} 2 ${s * 32} 22q${-s * 2} 14 ${-s * 36} 8`, p.accent, 11);
  if (p.form <= 0.5) { b.line(`M300 ${y + 22}L378 ${y - 6}`, tone(OAK, -0.1), 18); b.line(`M302 ${y + 18}L376 ${y - 9}`, tone(OAK, 0.05), 8); }
  b.turned(196, [[y, 110], [350, 110], [374, 104], [BASE, 92]], p.colour, p.material, { open: true, flat: 0.14 });
  b.skin(`M90 ${y - 4}C100 ${y - 56} 292 ${y - 56} 302 ${y - 4}Q196 ${y + 20} 90 ${y - 4}Z`, [90, y - 46, 212, 56], tone(p.colour, 0.02), p.material);
  b.skin(oval(196, y - 54, 15, 12), [181, y - 66, 30, 24], p.form > 0.5 ? BRASS : OAK, p.form > 0.5 ? "brass" : "wood", "ball");
}

function board(b, p) {
  b.shadow(200, BASE, 100);
  const d = p.form < 0.5 ? "M122 160Q122 138 146 138H182V104Q182 84 200 84T218 104V138H254Q278 138 278 160V362Q278 384 256 384H144Q122 384 122 362Z" : "M200 92C286 92 310 190 306 260S276 384 200 384S98 330 94 260S114 92 200 92Z";
  b.group("rotate(-5 200 384)", () => {
    b.group("translate(9 3)", () => b.path(d, tone(p.colour, -0.2)));
    b.skin(d, [94, 84, 212, 300], p.colour, p.material, "flat");
    b.path(oval(200, p.form < 0.5 ? 112 : 122, 9), b.wall); b.line(oval(200, p.form < 0.5 ? 112 : 122, 9), tone(p.colour, -0.2), 2);
  });
  b.skin(oval(292, 366, 20), [272, 346, 40, 40], "#c8452f", "glaze", "ball"); b.line("M292 350q2 -10 8 -12", "#5d7040", 3);
}

function utensils(b, p) {
  const wood = ["#c99c6a", "#b98453", "#d8b083"];
  const heads = [(x, y) => oval(x, y, 17, 26), (x, y) => round(x - 17, y - 32, 34, 58, 9), (x, y) => smooth([[x, y - 34], [x + 19, y], [x, y + 26], [x - 19, y]], true)];
  b.shadow(200, BASE, 66);
  [-34, -12, 14, 36].forEach((dx, i) => b.group(`rotate(${dx * 0.45} 200 330)`, () => { const c = wood[i % 3]; b.line(`M${200 + dx * 0.5} 320V${150 - (i % 2) * 26}`, c, 9); b.skin(heads[(i + Math.floor(p.form * 3)) % 3](200 + dx * 0.5, 132 - (i % 2) * 26), [182 + dx * 0.5, 90, 40, 70], c, "wood", "flat"); }));
  const body = b.turned(200, [[250, 66], [310, 68], [BASE, 62]], p.colour, p.material, { open: true });
  if (b.r() < 0.5) drip(b, body, 28, p.accent);
}

function mill(b, p) {
  for (const [x, c, h, k] of [[158, p.colour, 0, 1], [246, p.accent, 36, 0.86]]) {
    b.shadow(x, BASE, 42 * k);
    b.turned(x, [[196 + h, 22 * k], [232 + h, 30 * k], [262 + h, 22 * k], [300 + h * 0.6, 24 * k], [350, 36 * k], [BASE, 40 * k]], c, p.material);
    b.turned(x, [[150 + h, 20 * k], [176 + h, 30 * k], [196 + h, 22 * k]], tone(c, 0.04), p.material);
    b.skin(oval(x, 144 + h, 9), [x - 9, 135 + h, 18, 18], BRASS, "brass", "ball");
  }
}

function carafe(b, p) {
  b.shadow(200, BASE, 66);
  const pts = p.form < 0.5 ? [[140, 30], [166, 22], [212, 24], [280, 66], [340, 74], [BASE, 60]] : [[132, 40], [180, 34], [240, 46], [320, 66], [BASE, 60]];
  b.clipped(smooth([[134, 300], [200, 292], [266, 300], [272, 340], [256, 384], [144, 384], [128, 340]], true), () => b.path("M0 296H400V400H0Z", p.accent, 0.5));
  b.turned(200, pts, p.colour, p.material, { open: true });
  b.skin(oval(200, pts[0][0] - 14, 17), [183, pts[0][0] - 31, 34, 34], OAK, "cork", "ball");
}

function jar(b, p) {
  const w = b.between(62, 76), y = 222;
  b.shadow(200, BASE, w);
  b.skin(`M${200 - w + 4} ${y + 30}H${200 + w - 4}V372Q${200 + w - 4} 382 ${200 + w - 16} 382H${200 - w + 16}Q${200 - w + 4} 382 ${200 - w + 4} 372Z`, [200 - w, y + 30, w * 2, 152], p.accent, "glaze");
  b.turned(200, [[y, w - 12], [y + 22, w], [356, w], [BASE, w - 8]], "#e8efe9", "glass");
  label(b, 200 - w * 0.72, 286, w * 1.44, 66, tone(p.accent, -0.22), p.name);
  if (p.form < 0.5) { b.turned(200, [[y - 26, w - 6], [y + 6, w - 6]], BRASS, "brass", { straight: true }); }
  else { b.skin(`M${196 - w} ${y + 16}L${206 - w} ${y - 26}H${194 + w}L${204 + w} ${y + 16}q-12 8 -24 0t-24 0t-24 0t-24 0t-24 0t-24 0Z`, [200 - w, y - 26, w * 2, 46], p.colour, "linen"); b.line(`M${204 - w} ${y - 2}H${196 + w}`, "#b23a35", 4); }
}

function bottle(b, p) {
  b.shadow(200, BASE, 48);
  b.turned(200, [[160, 13], [216, 15], [246, 44], [280, 47], [BASE, 46]], p.colour, p.material);
  b.turned(200, [[124, 15], [160, 16]], p.accent, "", { straight: true });
  label(b, 160, 282, 80, 76, tone(p.colour, -0.25), p.name);
}

function chocolate(b, p) {
  b.shadow(200, BASE, 96, 10);
  b.group("rotate(-7 200 260)", () => {
    b.skin(round(136, 110, 132, 84, 4), [136, 110, 132, 84], "#5a3624", "", "flat");
    for (let i = 0; i < 4; i++) for (let j = 0; j < 2; j++) { b.path(round(141 + i * 31.4, 116 + j * 32, 28, 28, 3), "#6b432e"); b.line(`M${144 + i * 31.4} ${140 + j * 32}V${119 + j * 32}H${165 + i * 31.4}`, "#8b5c42", 1.6, 0.8); }
    b.path(poly([[130, 172], [150, 164], [170, 174], [190, 164], [212, 174], [234, 164], [254, 174], [274, 166], [274, 190], [130, 190]]), "#e3d5b4");
    b.skin(round(128, 184, 148, 194, 4), [128, 184, 148, 194], p.colour, "", "flat");
    for (let i = 0; i < 5; i++) b.path(`M128 ${330 + i * 10}q37 -22 74 0t74 0V378H128Z`, tone(p.accent, i * 0.02), 0.35);
    label(b, 150, 214, 104, 76, tone(p.colour, -0.22), p.name);
  });
}

export const TABLE = { vase, bowl, plate, mug, cup, teapot, tin, moka, bag, grinder, pan, board, utensils, mill, carafe, jar, bottle, chocolate };
