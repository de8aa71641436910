// One invented shopper: the slate as it is now, what moved since before, and what each rule did to it.
import { css, html, nothing } from "lit";
import type { Absence, RankedItem, Rule, RuleTrace } from "flaneur";
import type { Catalog } from "../catalog.ts";
import { list, signed, t } from "../i18n/index.ts";
import { unchanged, type Place } from "./compare.ts";
import type { Shown } from "./studio.ts";

export const personaStyles = css`
  .persona { border: 1px solid var(--line); border-radius: var(--radius); background: var(--surface); padding: 1rem 1.1rem 0.8rem; display: grid; gap: 0.6rem; grid-template-columns: minmax(0, 1fr); align-content: start; min-width: 0; }
  .persona h3 { font-size: 1.15rem; }
  .persona ol, .persona .trace { list-style: none; margin: 0; padding: 0; }
  .persona li { display: grid; grid-template-columns: 1.4rem 2.1rem minmax(0, 1fr) auto; gap: 0.6rem; align-items: center; padding-block: 0.3rem; border-block-end: 1px solid var(--line); min-height: 3.05rem; }
  .persona ol.bare li { grid-template-columns: 1.4rem minmax(0, 1fr) auto; }
  .persona .place { color: var(--muted); font-variant-numeric: tabular-nums; text-align: end; font-size: 0.88rem; }
  .persona img { width: 2.1rem; aspect-ratio: 5 / 6; object-fit: cover; border-radius: 6px; background: var(--sunken); display: block; }
  .persona .title { line-height: 1.25; font-size: 0.95rem; overflow-wrap: anywhere; }
  .persona small { display: block; color: var(--muted); font-size: 0.82rem; }
  .move { font-size: 0.82rem; font-weight: 600; font-variant-numeric: tabular-nums; padding: 0.1em 0.6em; border-radius: 999px; white-space: nowrap; border: 1px solid transparent; }
  .move.up { background: var(--sage-soft); color: var(--sage); } .move.down { background: var(--sunken); color: var(--muted); } .move.in { background: var(--accent-soft); color: var(--accent); }
  .gone { display: grid; gap: 0.2rem; }
  .persona details { font-size: 0.92rem; }
  .persona summary { cursor: pointer; min-height: 24px; padding-block: 0.2em; color: var(--muted); }
  .persona .trace li { display: block; min-height: 0; padding-block: 0.4rem; overflow-wrap: anywhere; }
  .looks { display: flex; flex-wrap: wrap; gap: 0.3rem; align-items: center; }
  .gone img { filter: grayscale(0.7); opacity: 0.7; }
  @media (max-width: 24em) { .persona .move { grid-column: -3 / -1; justify-self: start; } }
  @media (forced-colors: active) { .move { border-color: CanvasText; } }
`;

const ARROW = { up: "▲", down: "▼", same: "", in: "" };

/** The name of a kind, as the catalog has it. */
export const kindName = (catalog: Catalog, token: string): string => (token === "" ? t().studio.anything : catalog.department(token));

function move({ move, now, before }: Place) {
  const words = t().studio;
  if (move === "same") return html`<span></span>`;
  if (move === "in") return html`<span class="move in"><span aria-hidden="true">${words.in}</span><span class="unseen">${words.cameIn}</span></span>`;
  const by = Math.abs(now - (before ?? now));
  return html`<span class="move ${move}"><span aria-hidden="true">${ARROW[move]} ${by}</span><span class="unseen">${words[move](by)}</span></span>`;
}

function thumb(catalog: Catalog, id: string) {
  const picture = catalog.picture(id);
  return picture ? html`<img src=${picture} alt="" width="40" height="48" decoding="async" />` : nothing;
}

function entry(catalog: Catalog, item: RankedItem, place: Place, pinned: string | undefined) {
  const words = t().studio;
  const push = item.reasons.filter(({ signal }) => signal === "rule").reduce((sum, { weight, value }) => sum + weight * value, 0);
  const notes = [pinned, push !== 0 ? words.pushed(signed(push)) : undefined, item.discovery ? words.discovery : undefined].filter((note) => note !== undefined);
  return html`<li data-item=${item.id} data-move=${place.move} data-before=${place.before ?? ""}>
    <span class="place">${item.position + 1}</span>
    ${thumb(catalog, item.id)}
    <span class="title">${catalog.title(item.id)}${notes.length > 0 ? html`<small>${notes.join(" · ")}</small>` : nothing}</span>
    ${move(place)}
  </li>`;
}

function gone(catalog: Catalog, { id, before }: { id: string; before: number }, absence: Absence | undefined, trace: readonly RuleTrace[]) {
  const words = t().studio;
  const rule = trace.find(({ rule }) => rule === absence?.rule);
  const by = absence?.rule === undefined ? [] : [words.byRule(rule?.id ?? absence.rule)];
  const why = absence?.because ? [words.because[absence.because], ...by] : [];
  return html`<li data-out=${id} data-because=${absence?.because ?? ""}>
    <span class="place" aria-hidden="true">–</span>
    ${thumb(catalog, id)}
    <span class="title">${catalog.title(id)}<small>${[words.was(before + 1), why.join(" ")].filter((part) => part !== "").join(" · ")}</small></span><span></span>
  </li>`;
}

function traced(trace: readonly RuleTrace[]) {
  const words = t();
  if (trace.length === 0) return html`<p class="note">${words.studio.noTrace}</p>`;
  return html`<details>
    <summary data-action="trace">${words.studio.trace}</summary>
    <ul class="trace">
      ${trace.map(
        ({ rule, id, type, outcome, count, by }) => html`<li data-rule=${id ?? rule} data-outcome=${outcome}>
          ${words.ruleType[type]}${words.colon}<strong>${id ?? rule}</strong><small>${words.ruleOutcome[outcome]}${by !== undefined ? ` (${by})` : ""} · ${words.studio.counted(count)}</small>
        </li>`,
      )}
    </ul>
  </details>`;
}

/** What the shopper looked at, in pictures where there are some. */
function looks(catalog: Catalog, ids: readonly string[]) {
  const words = t().studio;
  if (!ids.some((id) => catalog.picture(id))) return html`<p class="note">${words.looked(list(ids.map((id) => catalog.title(id))))}</p>`;
  return html`<div class="looks" role="group" aria-label=${words.looked(list(ids.map((id) => catalog.title(id))))}>${ids.map((id) => html`<img src=${catalog.picture(id) ?? ""} alt="" title=${catalog.title(id)} width="40" height="48" decoding="async" />`)}</div>`;
}

/** The items that a rule keeps a place for on this slate: a pin of another slot or time, or one that another overruled, does not. */
function pinsOf(rules: readonly Rule[], trace: readonly RuleTrace[]): Map<string, string> {
  const fired = new Set(trace.filter(({ outcome }) => outcome === "fired").map(({ rule }) => rule));
  return new Map(rules.flatMap((rule, at): [string, string][] => (rule.type === "pin" && fired.has(`rules[${at}]`) ? [[rule.item, `${t().ruleType.pin}${rule.id !== undefined ? ` (${rule.id})` : ""}`]] : [])));
}

export function persona(catalog: Catalog, { shopper, items, difference, trace, absent }: Shown, rules: readonly Rule[]) {
  const words = t().studio;
  const pins = pinsOf(rules, trace);
  const kind = kindName(catalog, shopper.kinds[0] ?? "");
  const { up, down, in: came, out } = difference;
  const bare = !items.some(({ id }) => catalog.picture(id));
  const still = unchanged(difference);
  return html`<article class="persona" data-persona=${shopper.kinds[0] ?? ""} data-changed=${!still} aria-label=${words.persona(kind)}>
    <h3>${words.persona(kind)}</h3>
    ${looks(catalog, shopper.looks)}
    <p class="small-caps" data-moved>${still ? words.unmoved : words.moved(up, down, came, out.length)}</p>
    ${items.length === 0 ? html`<p class="note">${words.emptySlate}</p>` : nothing}
    <ol class=${bare ? "bare" : ""}>${items.map((item, at) => entry(catalog, item, difference.places[at] ?? { id: item.id, now: at, move: "same" }, pins.get(item.id)))}</ol>
    ${out.length > 0 ? html`<div class="gone"><h4 class="small-caps">${words.out}</h4><ol class=${bare ? "bare" : ""}>${out.map((entry) => gone(catalog, entry, absent.get(entry.id), trace))}</ol></div>` : nothing}
    ${traced(trace)}
  </article>`;
}
