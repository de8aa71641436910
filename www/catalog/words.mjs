// The invented vocabulary of the demo shop: categories, brands, names, colours and materials, in French and English.
// No brand here exists; any likeness is an accident to be reported.

/** Categories: token (English) → French. */
export const CATEGORIES = {
  Lighting: "Luminaires", Audio: "Audio", Ceramics: "Céramique", "Tea & coffee": "Thé & café", Kitchen: "Cuisine", Pantry: "Épicerie fine",
  Stationery: "Papeterie", Books: "Livres", Games: "Jeux", Textiles: "Textiles", Travel: "Voyage", Jewellery: "Bijoux", Kids: "Enfants",
  Furniture: "Mobilier", Decoration: "Décoration", Garden: "Jardin", Bath: "Bain", "The house": "La maison",
};

/** Invented makers, and the categories they make for. */
export const BRANDS = [
  ["Lumenelle", ["Lighting"]], ["Noctuaire", ["Lighting", "Decoration"]], ["Halo & Brindille", ["Lighting", "Bath"]], ["Vespréa", ["Lighting", "Furniture"]],
  ["Ondigramme", ["Audio"]], ["Sourdine & Cie", ["Audio"]], ["Kverna Audio", ["Audio"]],
  ["Terralune", ["Ceramics", "Tea & coffee"]], ["Fours de Brézac", ["Ceramics", "Kitchen"]], ["Argilette", ["Ceramics", "Garden"]], ["Mira Solvang", ["Ceramics", "Decoration"]],
  ["Comptoir Zélande", ["Tea & coffee", "Pantry"]], ["Théodule Fauvette", ["Tea & coffee"]], ["Kaffarina", ["Tea & coffee"]],
  ["Marmitaine", ["Kitchen"]], ["Bois d'Ombrée", ["Kitchen", "Furniture"]], ["Fjordskål", ["Kitchen", "Ceramics"]], ["Saugrenade", ["Pantry"]], ["Miel & Marelle", ["Pantry", "Bath"]],
  ["Papeterie Oursin", ["Stationery"]], ["Encre de Lune", ["Stationery"]], ["Folio Bruyant", ["Stationery", "Games"]],
  ["Éditions du Merle Lent", ["Books"]], ["Lanterne Bleue", ["Books"]], ["Harbour & Thistle Press", ["Books"]],
  ["Joyeuse Tablée", ["Games"]], ["Dédalien", ["Games", "Kids"]], ["Brume & Laine", ["Textiles"]], ["Tisserin", ["Textiles", "Travel"]], ["Casa Orellina", ["Textiles", "Bath"]],
  ["Nomadie", ["Travel"]], ["Grand Large 1904", ["Travel"]], ["Orfea Minuit", ["Jewellery"]], ["Petite Comète", ["Jewellery", "Kids"]], ["Heure Vague", ["Jewellery"]],
  ["Ourson Pilote", ["Kids"]], ["Bois Joli Bois", ["Kids"]], ["Nordstille", ["Furniture", "Decoration"]], ["Maison Vaurelle", ["Furniture", "Decoration"]],
  ["Graine d'Octave", ["Garden"]], ["Serre Vive", ["Garden"]], ["Sels d'Azurac", ["Bath"]],
];

/** Names of models; a thing keeps its name in both languages. */
export const NAMES = [
  "Alba", "Brume", "Ondine", "Mistral", "Solène", "Faro", "Lichen", "Ombelle", "Garance", "Tilleul", "Nuage", "Sirocco", "Perle", "Galet", "Écume", "Lagune", "Osier", "Bruyère", "Cassis", "Dune",
  "Estampe", "Fougère", "Gavotte", "Hulotte", "Iris", "Jonc", "Kelda", "Loir", "Mirabelle", "Noisette", "Opale", "Pivoine", "Quartz", "Rosée", "Sureau", "Tamaris", "Ursule", "Vanneau", "Yole", "Zéphyr",
  "Anémone", "Belette", "Clairière", "Dolmen", "Éclipse", "Farandole", "Givre", "Houle", "Isba", "Jacinthe", "Kiosque", "Luciole", "Marelle", "Nacre", "Origan", "Patine", "Quenotte", "Rivage", "Sarcelle", "Tisane",
  "Valse", "Aurore", "Bolero", "Cendre", "Drisse", "Embrun", "Fjell", "Grenat", "Havre", "Indigo", "Jasmin", "Kodiak", "Lanterne", "Moka", "Nocturne", "Orme", "Pampa", "Récif", "Saga", "Tempo", "Vesper", "Arpège",
  "Bergamote", "Caravelle", "Dentelle", "Étoile", "Flânerie", "Guinguette", "Hameau", "Île", "Joli", "Lin", "Matin", "Neige", "Orage", "Pollen", "Rêverie", "Safran", "Toscane", "Verveine",
];

/** Colours: token → French, as said after a comma. */
export const COLOUR_WORDS = {
  white: "blanc", cream: "crème", sand: "sable", honey: "miel", ochre: "ocre", mustard: "moutarde", terracotta: "terre cuite", rust: "rouille", coral: "corail", red: "rouge", pink: "rose", blush: "rose poudré",
  plum: "prune", lilac: "lilas", blue: "bleu", navy: "bleu nuit", sky: "bleu ciel", teal: "bleu canard", sage: "vert sauge", green: "vert", forest: "vert forêt", olive: "olive", grey: "gris", charcoal: "anthracite",
  black: "noir", brown: "brun", natural: "naturel", oak: "chêne", walnut: "noyer", gold: "doré", silver: "argenté", brass: "laiton", copper: "cuivré", clear: "transparent", amber: "ambre", rose: "vieux rose",
};

/** Materials: token → French. */
export const MATERIAL_WORDS = {
  stoneware: "grès", porcelain: "porcelaine", glaze: "faïence émaillée", terrazzo: "terrazzo", glass: "verre", wood: "bois", oak: "chêne", walnut: "noyer", beech: "hêtre", ash: "frêne", bamboo: "bambou", linen: "lin", cotton: "coton",
  "organic cotton": "coton biologique", canvas: "toile", wool: "laine", mohair: "mohair", merino: "mérinos", cashmere: "cachemire", velvet: "velours", rattan: "rotin", wicker: "osier", seagrass: "jonc de mer", jute: "jute",
  steel: "acier", brass: "laiton", copper: "cuivre", aluminium: "aluminium", iron: "fonte", enamel: "métal émaillé", lacquer: "laque", silver: "argent", gold: "plaqué or", leather: "cuir", paper: "papier", "recycled paper": "papier recyclé",
  felt: "feutre", wax: "cire végétale", marble: "marbre", concrete: "béton", terracotta: "terre cuite", card: "carton", cork: "liège", resin: "résine", shea: "beurre de karité", cocoa: "cacao", fruit: "fruits", olive: "olive", coffee: "café", nylon: "nylon recyclé", plush: "peluche",
};

/** What a style is called; items carry one as a tag, shoppers lean to one or two. */
export const STYLE_WORDS = { nordic: "nordique", mediterranean: "méditerranéen", literary: "lettré", playful: "joueur", gourmet: "gourmand", botanical: "botanique", urban: "citadin", heritage: "d'autrefois" };

/** Invented books: [French title, English title, shelf token, style]. */
export const BOOKS = [
  ["Le jardin des heures lentes", "The Garden of Slow Hours", "Novels", "literary"], ["La carte des vents", "The Map of Winds", "Travel writing", "literary"], ["Cuisine d'un dimanche", "Kitchen of a Sunday", "Cookbooks", "gourmet"],
  ["Une ville sans horloges", "A City Without Clocks", "Novels", "urban"], ["L'alphabet des mousses", "The Alphabet of Mosses", "Nature", "botanical"], ["Douze soupes pour l'hiver", "Twelve Soups for Winter", "Cookbooks", "gourmet"],
  ["Le renard qui comptait", "The Fox Who Counted", "Children's books", "playful"], ["Lettres d'un phare", "Letters from a Lighthouse", "Novels", "literary"], ["Petit traité du silence", "A Small Treatise on Silence", "Essays", "nordic"],
  ["Trains de nuit", "Night Trains", "Travel writing", "urban"], ["Le goût des pierres", "The Taste of Stones", "Essays", "mediterranean"], ["Herbier d'une rue", "Herbarium of a Street", "Nature", "botanical"],
  ["La baleine dans la baignoire", "The Whale in the Bathtub", "Children's books", "playful"], ["Pain, sel, huile", "Bread, Salt, Oil", "Cookbooks", "mediterranean"], ["Les îles imaginaires", "The Imaginary Islands", "Travel writing", "heritage"],
  ["Ce que dit la pluie", "What the Rain Says", "Novels", "nordic"], ["L'art de flâner", "The Art of Strolling", "Essays", "urban"], ["Oiseaux de balcon", "Balcony Birds", "Nature", "botanical"],
  ["La nuit des luthiers", "The Night of the Luthiers", "Novels", "heritage"], ["Grand livre des petites choses", "The Big Book of Small Things", "Children's books", "playful"], ["Thés et montagnes", "Teas and Mountains", "Travel writing", "gourmet"],
  ["Le dernier apiculteur", "The Last Beekeeper", "Novels", "botanical"], ["Maisons de bois", "Houses of Wood", "Essays", "nordic"], ["Confitures de minuit", "Midnight Jams", "Cookbooks", "gourmet"],
  ["Le chat du relieur", "The Bookbinder's Cat", "Children's books", "literary"], ["Traversées", "Crossings", "Travel writing", "mediterranean"], ["Une couleur par jour", "One Colour a Day", "Essays", "playful"], ["La maison au citronnier", "The House with the Lemon Tree", "Novels", "mediterranean"],
];
export const SHELVES = { Novels: "Romans", "Travel writing": "Récits de voyage", Cookbooks: "Livres de cuisine", Nature: "Nature", "Children's books": "Livres pour enfants", Essays: "Essais" };

/** Items that are not products: [kind, token id, fr title, en title, fr text, en text, symbol, colour]. */
export const NOTICES = [
  ["offer", "offer-tea-time", "L'heure du thé : −15 % sur les théières", "Tea time: 15% off teapots", "Jusqu'à dimanche, sur toutes les théières du comptoir.", "Until Sunday, on every teapot of the counter.", "gift", "terracotta"],
  ["offer", "offer-three-books", "Trois livres, le quatrième offert", "Three books, the fourth is ours", "Choisissez-en quatre, le moins cher est pour nous.", "Choose four, the cheapest is on us.", "gift", "navy"],
  ["offer", "offer-first-order", "Votre premier panier : livraison offerte", "Your first basket: free delivery", "Sans minimum, en point relais comme à la maison.", "No minimum, to a pick-up point or to your door.", "truck", "teal"],
  ["content", "story-potter", "Dans l'atelier d'une potière", "In a potter's workshop", "Une matinée entre le tour et le four, et pourquoi aucune tasse n'est pareille.", "A morning between wheel and kiln, and why no two cups are alike.", "book", "rust"],
  ["content", "story-light", "Éclairer une pièce avec trois lampes", "Lighting a room with three lamps", "Une basse, une haute, une qui bouge : le guide.", "One low, one high, one that moves: a guide.", "book", "mustard"],
  ["content", "story-tea", "Réussir un thé vert sans amertume", "Green tea without bitterness", "L'eau, le temps, la feuille : trois réglages.", "Water, time, leaf: three settings.", "book", "sage"],
  ["content", "story-games", "Cinq jeux pour une soirée à deux", "Five games for an evening for two", "Courts, beaux et rejouables.", "Short, handsome and worth replaying.", "book", "plum"],
  ["service", "service-wrap", "Emballage cadeau en furoshiki", "Furoshiki gift wrapping", "Un carré de coton noué à la main, à réutiliser.", "A square of cotton tied by hand, to be used again.", "gift", "coral"],
  ["service", "service-engrave", "Gravure d'initiales", "Engraved initials", "Trois lettres sur bois, cuir ou métal, en deux jours.", "Three letters on wood, leather or metal, in two days.", "star", "brown"],
  ["service", "service-repair", "Réparation de céramique", "Ceramic mending", "Kintsugi contemporain : on recolle, on souligne d'or.", "Contemporary kintsugi: mended, and underlined in gold.", "hands", "grey"],
  ["message", "message-sunday", "Ouvert ce dimanche, avec un café", "Open this Sunday, with coffee", "De 10 h à 18 h, la première tasse est pour vous.", "From 10 to 6, the first cup is on us.", "bell", "ochre"],
  ["message", "message-workshop", "Atelier reliure, samedi", "Bookbinding workshop, Saturday", "Huit places, deux heures, un carnet que vous emportez.", "Eight seats, two hours, one notebook to take home.", "bell", "forest"],
];
export const KIND_WORDS = { Offers: "Offres", Stories: "Histoires", Services: "Services", News: "Nouvelles" };
export const KIND_SHELF = { offer: "Offers", content: "Stories", service: "Services", message: "News" };
