/**
 * Ranks the cases of `tests/vectors/golden` and writes slates as lines, in Node and in the browser.
 *
 * The lines are those of `tests/golden.rs`: numbers stand as the 16 hexadecimal digits of their
 * bits, so equal lines mean equal slates to the last bit.
 */

/** Runs one case on a core of its own, read as the package reads it; returns the slate's id and lines. */
export function rankCase({ Core, Names, readSlate }, pack, { events, request }, now) {
  const core = new Core(7);
  core.loadPack(pack);
  core.setGates(true, true);
  const { refused } = core.import(events, now);
  if (refused.length > 0) throw new Error(`the case's events were refused: ${JSON.stringify(refused[0])}`);
  const names = new Names();
  names.terms = Core.terms();
  const slate = readSlate(core, core.rank(request, now), request.slot, names);
  core.free();
  return { id: slate.id, lines: linesOf(slate) };
}

/** One line per entry: id, score, propensity, discovery, reasons. */
export function linesOf(slate) {
  return slate.items.map(({ id, score, propensity, discovery, reasons }) => {
    const terms = reasons.map(
      ({ signal, weight, value, item = "", attribute = "" }) =>
        `${signal}=${bits(weight)}*${bits(value)}@${item}#${attribute}`,
    );
    return `${id} ${bits(score)} ${bits(propensity)} ${discovery} ${terms.join(" ")}`;
  });
}

/** The bits of a number, as 16 hexadecimal digits. */
export function bits(number) {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, number);
  return view.getBigUint64(0).toString(16).padStart(16, "0");
}
