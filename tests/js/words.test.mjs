// The shop's sentences in both languages: one thing is told in the singular, and in French nothing is too.

import assert from "node:assert/strict";
import { test } from "node:test";

import { en as english } from "../../pkg/dist/elements/en.js";
import { fr as elements } from "../../pkg/dist/elements/fr.js";
import { pageModules } from "./support/page.mjs";

const [{ en }, { fr }] = await pageModules("i18n/en.ts", "i18n/fr.ts");

test("sentences that count are right for nothing, one and two", () => {
  const counts = (say) => [0, 1, 2].map(say);
  assert.deepEqual(counts((n) => en.playground.counted(n, 3)), ["0 of 3 entries counted.", "1 of 3 entries counted.", "2 of 3 entries counted."]);
  assert.equal(en.playground.counted(1, 1), "1 of 1 entry counted.");
  assert.deepEqual(counts((n) => fr.playground.counted(n, 3)), ["0 entrée sur 3 a compté.", "1 entrée sur 3 a compté.", "2 entrées sur 3 ont compté."]);
  assert.deepEqual(counts((n) => en.studio.packHolds(n, String(n), 1)), ["0 things, 1 kind", "1 thing, 1 kind", "2 things, 1 kind"]);
  assert.deepEqual(counts((n) => fr.studio.packHolds(n, String(n), 2)), ["0 objet, 2 genres", "1 objet, 2 genres", "2 objets, 2 genres"]);
  assert.deepEqual(counts((n) => fr.studio.metOf("5 %", n, String(n))), ["5 %, 0 objet", "5 %, 1 objet", "5 %, 2 objets"]);
  assert.deepEqual(counts((n) => en.privacy.waitingReports(n, String(n), "1,000").split(".")[0]), ["0 reports wait", "1 report waits", "2 reports wait"]);
  assert.deepEqual(counts((n) => fr.privacy.waitingReports(n, String(n), "1 000").split(".")[0]), ["0 rapport attend", "1 rapport attend", "2 rapports attendent"]);
  assert.deepEqual(counts((n) => en.privacy.simulating(n, String(n), "9")), ["0 of 9 simulated shoppers have answered", "1 of 9 simulated shoppers has answered", "2 of 9 simulated shoppers have answered"]);
  assert.deepEqual(counts((n) => fr.privacy.simulating(n, String(n), "9")), ["0 client simulé sur 9 a répondu", "1 client simulé sur 9 a répondu", "2 clients simulés sur 9 ont répondu"]);
  assert.match(en.privacy.collected("1,001", 1, "1"), /1 of them from a real device such as yours/);
  assert.match(fr.privacy.collected("1 001", 1, "1"), /dont 1 d'un appareil réel comme le vôtre/);
  assert.deepEqual(counts((n) => fr.privacy.hits(n, 5)), ["La vérité est dans 0 intervalle sur 5.", "La vérité est dans 1 intervalle sur 5.", "La vérité est dans 2 intervalles sur 5."]);
});

test("a rule of one day, or of one item, is told in the singular", () => {
  const told = ({ limit }, n) => [limit.newerThanDays(n), limit.olderThanDays(n), limit.makerItemsBelow(n)];
  assert.deepEqual(told(english, "1"), ["in the shop for less than 1 day", "in the shop for more than 1 day", "from a maker with fewer than 1 item here"]);
  assert.deepEqual(told(english, "1.5")[0], "in the shop for less than 1.5 days");
  assert.deepEqual(told(elements, "1"), ["en boutique depuis moins de 1 jour", "en boutique depuis plus de 1 jour", "d'un fabricant de moins de 1 objet ici"]);
  assert.deepEqual(["0", "1,5", "2", "10", "1\u202f000"].map((n) => elements.limit.newerThanDays(n).split(" ").at(-1)), ["jour", "jour", "jours", "jours", "jours"]);
});

/** Every sentence of a catalog, by its path; those that take something are told with twos. */
function sentences(words, path = "") {
  if (typeof words === "string") return [[path, words]];
  if (typeof words === "function") return [[path, String(words(...Array.from({ length: 4 }, () => 2)))]];
  return Object.entries(words).flatMap(([key, value]) => sentences(value, `${path}.${key}`));
}

test("French is set as French is: no line begins with a mark, and the mark before a text is the language's own", () => {
  const all = [...sentences(fr), ...sentences(elements, "elements")];
  assert.ok(all.length > 300, `${all.length} sentences`);
  // A colon within code, such as copy(…), has no space on either side.
  const slips = all.filter(([, text]) => / [:;!?»%]|«[^\u00a0]|[^\u00a0]»|[^\u202f\\][;!?%]|’/.test(text));
  assert.deepEqual(slips, []);
  assert.deepEqual([en.colon, fr.colon], [": ", "\u00a0: "]);
});
