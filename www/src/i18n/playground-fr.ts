// The French sentences of the playground; the compiler refuses a missing key.
import type { PlaygroundWords } from "./playground-en.ts";
import { plural } from "./plural.ts";

const n = (count: number, one: string, other: string) => plural("fr", count, { one, other });

export const playgroundFr: PlaygroundWords = {
  title: "Bac à sable",
  text: "Collez un flux de produits et ce que votre page a dit à son dataLayer, et voyez à quoi ressemblerait une étagère. Les deux restent dans cette page : rien n'est gardé, rien n'est envoyé.",
  feed: "Flux de produits",
  feedHint: "CSV ou TSV avec un en-tête, un tableau JSON, des lignes de JSON, ou le products.json de Shopify.",
  dump: "dataLayer",
  dumpHint: "Dans la console de votre page : copy(JSON.stringify(dataLayer))",
  run: "Montrer l'étagère",
  example: "Remplir un exemple",
  clear: "Vider",
  noFeed: "Aucun article n'a pu être lu. Attendu : un en-tête avec une colonne id, ou des objets JSON avec un id.",
  noDump: "Le dataLayer n'est pas du JSON. Attendu : un tableau d'entrées, ou une entrée par ligne.",
  refused: "Le catalogue est refusé :",
  read: (items) => n(items, `${items} article lu.`, `${items} articles lus.`),
  left: (lines) => n(lines, `${lines} entrée laissée de côté :`, `${lines} entrées laissées de côté :`),
  leftBecause: { no_id: "pas d'id", twice: "un id déjà vu", not_json: "pas du JSON" },
  entry: (at) => `entrée ${at}`,
  eventsTitle: "Ce qui a été entendu",
  eventsNone: "Rien n'a été entendu : l'étagère est celle d'un nouveau venu.",
  counted: (counted, all) => n(counted, `${counted} entrée sur ${all} a compté.`, `${counted} entrées sur ${all} ont compté.`),
  columns: { entry: "Entrée", name: "Nom", items: "Articles", outcome: "A compté ?" },
  outcome: {
    counted: "oui",
    known: "non : déjà dit, sous le même numéro de commande",
    refused: "non : articles d'une catégorie sensible, ou déjà dit",
    waits: "attend l'événement auquel elle appartient",
    reset: "non : efface ce qui a été poussé avant",
    command: "non : une commande, pas un événement",
    other: "non : pas un événement de boutique",
    empty: "non : ne nomme aucun article (item_id)",
    data: "non : des données sans événement",
    malformed: "non : pas un objet",
  },
  missing: (ids) => `absent du flux : ${ids}`,
  shelfTitle: "L'étagère de ce visiteur",
  shelfText: "Ce qui vient d'être vu, acheté ou mis au panier n'est pas montré de nouveau. Entre parenthèses : la place sur l'étagère d'un nouveau venu.",
  was: (place) => `(${place})`,
  wasNot: "(n'y était pas)",
  kept: "Tenus à l'écart",
  because: { guard: "vu à l'instant, acheté ou au panier", unavailable: "épuisé", refused: "refusé", other: "d'autres ont un meilleur score" },
  noEngine: "Le moteur n'est pas là, c'est donc l'ordre du flux :",
};
