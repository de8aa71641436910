// Draws any item as an SVG picture: by its known shape, by a word of its title, or as a card of type.
// Pure and seeded: the same item always gives the same bytes, in Node (generate.mjs) and in the browser.
import { Brush, hash, light, mix, tone } from "./draw/paint.mjs";
import { card, scene } from "./draw/scenes.mjs";
import { HANGS, LIGHT } from "./draw/light.mjs";
import { TABLE } from "./draw/table.mjs";
import { PAPER } from "./draw/paper.mjs";
import { SOFT } from "./draw/soft.mjs";
import { HOUSE } from "./draw/house.mjs";

/** Every shape by name: `(brush, {colour, accent, material, form, name, text, symbol}) => void`. */
export const SHAPES = { ...LIGHT, ...TABLE, ...PAPER, ...SOFT, ...HOUSE };

/** The colours items are described by, in English as the attribute says them. */
export const COLOURS = {
  white: "#f2ece2", cream: "#ebdcc0", sand: "#d6bf9c", honey: "#d9a441", ochre: "#c88b36", mustard: "#cfa02f",
  terracotta: "#b8603f", rust: "#9a4a2d", coral: "#de7a63", red: "#b23a35", pink: "#dd9ba0", blush: "#e3b8ac",
  plum: "#6f4058", lilac: "#a592bd", blue: "#4a6f9c", navy: "#2b3f5f", sky: "#93b4cc", teal: "#2f7672",
  sage: "#93a586", green: "#4f7a55", forest: "#35543f", olive: "#7d7b43", grey: "#8f8d89", charcoal: "#454447",
  black: "#2d2b2c", brown: "#7a5236", natural: "#cda26f", oak: "#c79a68", walnut: "#7b553a", gold: "#d0a552",
  silver: "#bfc3c7", brass: "#c39b52", copper: "#b9734c", clear: "#cfdedb", amber: "#c98a3a", rose: "#c97f86",
};
const WORDS = {
  purple: "plum", orange: "coral", yellow: "mustard", ivory: "cream", beige: "sand", gray: "grey", wood: "natural", turquoise: "teal", lime: "green", multi: "ochre",
  rouge: "red", bleu: "blue", vert: "green", blanc: "white", noir: "black", jaune: "mustard", gris: "grey", rose: "rose", violet: "lilac", marron: "brown",
};

/** A hex colour for a colour's name, or one from the seed when the name says nothing. */
export function colourOf(name, seed = 0) {
  const key = String(name ?? "").toLowerCase().trim();
  if (/^#[0-9a-f]{6}$/.test(key)) return key;
  for (const word of [key, ...key.split(/[^\p{L}]+/u)]) {
    if (Object.hasOwn(COLOURS, word)) return COLOURS[word];
    if (Object.hasOwn(WORDS, word)) return COLOURS[WORDS[word]];
  }
  const all = ["terracotta", "sage", "ochre", "blue", "plum", "teal", "coral", "olive", "rose", "sky", "forest", "navy"];
  return COLOURS[all[seed % all.length]];
}

/** Second colours that sit well with each other. */
const ACCENTS = ["#e9ddc8", "#d9a441", "#b8603f", "#4f7a6a", "#2f4a66", "#dba79a", "#c9b38f", "#7d94a8", "#8b4a52", "#f0e6d2"];
function accentFor(b, colour) {
  const fits = ACCENTS.filter((c) => Math.abs(light(c) - light(colour)) > 0.14);
  return b.pick(fits.length ? fits : ACCENTS);
}

/** How large a shape stands in its picture, and around which point it grows; the others grow a little from their foot. */
const SIZES = {
  chess: [1, 200, 388], rug: [1, 200, 388], train: [1.06, 200, 388], umbrella: [1, 200, 240], kite: [1, 200, 240], scarf: [1, 200, 240], suitcase: [1.08, 200, 388],
  pan: [1.06, 190, 388], pendant: [1.12, 200, 0], turntable: [1.12, 200, 370], puzzle: [1.08, 200, 388], record: [1.1, 190, 370], desklamp: [1.1, 200, 388], wateringCan: [1.12, 180, 388],
  bear: [1.02, 200, 388], ring: [1.22, 200, 392], earrings: [1.16, 200, 388], necklace: [1.12, 200, 392], cup: [1.18, 205, 388], bowl: [1.2, 200, 388], soap: [1.18, 200, 388], throwBlanket: [1.18, 200, 388], towels: [1.16, 200, 388],
};

/** Words of foreign titles that name a shape we can draw (English and French). */
const HINTS = [
  [/tea ?pot|théière/i, "teapot"], [/coffee pot|moka|cafetière/i, "moka"], [/\bmugs?\b/i, "mug"], [/tea ?cups?|saucers?|\bcups?\b|tasse/i, "cup"],
  [/lantern|lanterne/i, "lantern"], [/candle|t-?lights?|bougie/i, "candle"], [/pendant lamp|suspension|chandelier/i, "pendant"], [/\blamps?\b|\blampe\b|\blights?\b/i, "tableLamp"],
  [/suitcase|luggage|valise/i, "suitcase"], [/rucksack|backpack|sac à dos/i, "backpack"], [/\bbags?\b|shopper|tote|\bsac\b/i, "tote"], [/umbrella|parapluie|parasol/i, "umbrella"],
  [/notebook|journal|carnet|sketchbook/i, "notebook"], [/\bpens?\b|pencils?|crayons?/i, "pencils"], [/cards?\b|postcard|envelope|cartes?/i, "cards"], [/cookbook|\bbooks?\b|\blivre\b/i, "book"],
  [/playing cards/i, "deck"], [/puzzle|jigsaw/i, "puzzle"], [/domino/i, "dominoes"], [/chess|échecs/i, "chess"], [/\bgames?\b|\bjeu\b|snakes|ludo/i, "gameBox"],
  [/cushion|pillow|coussin/i, "cushion"], [/throw|blanket|plaid/i, "throwBlanket"], [/scarf|écharpe/i, "scarf"], [/towels?|serviette/i, "towels"], [/\brug\b|doormat|tapis/i, "rug"],
  [/clock|horloge/i, "clock"], [/mirror|miroir/i, "mirror"], [/frame|poster|picture|canvas|cadre|print\b/i, "poster"], [/stool|tabouret/i, "stool"], [/chair|chaise/i, "chair"], [/\btable\b/i, "sideTable"], [/basket|panier/i, "basket"],
  [/watering/i, "wateringCan"], [/bird ?(house|table|cage)|nichoir/i, "birdhouse"], [/seeds?\b|graines/i, "seeds"], [/trowel|gardeners?|tools?\b/i, "tools"], [/plant|flower|pot\b|herb|tree/i, "plant"],
  [/vase|jug|pitcher/i, "vase"], [/bowls?\b|\bbol\b/i, "bowl"], [/plates?\b|\bdish|assiette|tray/i, "plate"], [/bottles?|bouteille/i, "bottle"], [/\bjars?\b|bocal|\bjam\b/i, "jar"], [/\btins?\b|storage|boîte|lunch box|snack box/i, "tin"],
  [/spoon|spatula|cutlery|whisk|utensil/i, "utensils"], [/board|planche/i, "board"], [/\bpan\b|casserole|cake mould/i, "pan"], [/chocolate|chocolat/i, "chocolate"], [/earrings?/i, "earrings"], [/necklace|collier|bracelet|beads/i, "necklace"], [/\brings?\b|bague/i, "ring"],
  [/watch\b|montre/i, "watch"], [/headphones?|casque/i, "headphones"], [/speaker|enceinte/i, "speaker"], [/radio/i, "radio"], [/vinyl|record\b/i, "record"], [/bear|teddy|rabbit|bunny|doll|soft toy|peluche/i, "bear"], [/train|car\b|toy\b/i, "train"], [/blocks?|letters?/i, "blocks"],
  [/soap|savon/i, "soap"], [/lotion|shampoo/i, "pump"], [/brush|brosse/i, "brush"], [/gift|ribbon|wrap|party|christmas|bunting/i, "tag"], [/flask|hot water bottle|thermos/i, "flask"],
];

/** The shape a title names, if any. */
export function shapeFor(title) {
  for (const [pattern, shape] of HINTS) if (pattern.test(title ?? "")) return shape;
  return undefined;
}

/**
 * Draws an item.
 * @param {{id: string, title?: string, brand?: string, category?: string[], attributes?: Record<string, unknown>, group?: string}} item
 * @param {{shape?: string, form?: number, seed?: number, name?: string, text?: string, symbol?: string, colour?: string, material?: string}} [how] the generator's own directions
 * @returns {string} an SVG document
 */
export function draw(item, how = {}) {
  const seed = how.seed ?? hash(item.group ?? item.id);
  const b = new Brush(seed);
  b.prefix = "f" + hash(item.id).toString(36);
  const said = how.colour ?? item.attributes?.colour ?? item.attributes?.color ?? (item.title ?? "").split(" ").find((w) => Object.hasOwn(COLOURS, w.toLowerCase()));
  const colour = colourOf(Array.isArray(said) ? said[0] : said, seed);
  const title = item.title ?? item.id;
  const shape = how.shape ?? shapeFor(title);
  const draws = shape && Object.hasOwn(SHAPES, shape) ? SHAPES[shape] : undefined;
  if (!draws) card(b, colour, title, (Array.isArray(item.category) ? item.category.at(-1) : item.category) ?? item.brand);
  else {
    const accent = accentFor(b, colour), form = how.form ?? b.r();
    scene(b, mix(colour, accent, 0.15), HANGS.has(shape) || shape === "kite" ? "wall" : "table");
    const [scale, cx, cy] = SIZES[shape] ?? (HANGS.has(shape) ? [1.08, 200, 220] : [1.15, 200, 388]);
    b.add(`<g transform="translate(${Math.round(cx * (1 - scale))} ${Math.round(cy * (1 - scale))}) scale(${scale})">`);
    draws(b, { colour, accent, material: how.material ?? String(item.attributes?.material ?? ""), form, name: how.name ?? "", text: how.text, symbol: how.symbol });
    b.add("</g>");
  }
  b.path("M0 0H400V480H0Z", b.rad(190, 220, 340, [[0, "#000000", 0], [0.7, "#000000", 0], [1, tone(colour, -0.5, 0.4), 0.16]]));
  return b.svg(title);
}
