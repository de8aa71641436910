/**
 * Changes a wasm module before it is served, to starve the engine of what it needs: memory, or stack.
 */

const MEMORY = 5;
const GLOBAL = 6;
const I32_CONST = 0x41;

/** The module with a bound on its memory: so many pages of 64 KiB more than it starts with. */
export function withLittleMemory(module, pages) {
  return rewritten(module, MEMORY, (body) => {
    const [least] = leb(body, 2);
    return Buffer.from([body[0], 1, ...written(least), ...written(least + pages)]);
  });
}

/** The module with so many bytes of stack: its stack pointer is its first global, and grows down to 0. */
export function withLittleStack(module, bytes) {
  return rewritten(module, GLOBAL, (body) => {
    if (body[3] !== I32_CONST) throw new Error("the first global is not the stack pointer");
    const [, after] = leb(body, 4);
    return Buffer.concat([body.subarray(0, 4), Buffer.from(writtenSigned(bytes)), body.subarray(after)]);
  });
}

function rewritten(module, section, change) {
  const parts = [module.subarray(0, 8)];
  let at = 8;
  let found = false;
  while (at < module.length) {
    const [length, start] = leb(module, at + 1);
    const body = module.subarray(start, start + length);
    const changed = module[at] === section && !found ? change(body) : body;
    found ||= module[at] === section;
    parts.push(Buffer.from([module[at], ...written(changed.length)]), changed);
    at = start + length;
  }
  if (!found) throw new Error(`the module has no section ${section}`);
  return Buffer.concat(parts);
}

/** An unsigned number in LEB128 and where the next byte is. */
function leb(bytes, at) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    value += (byte & 127) * 2 ** shift;
    if (byte < 128) return [value, at];
  }
}

function written(value) {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value & 127) | 128);
  return [...bytes, value];
}

/** The same for a signed number that is not negative: its last byte must not look like a sign. */
function writtenSigned(value) {
  const bytes = written(value);
  if ((bytes.at(-1) & 64) === 0) return bytes;
  return [...bytes.slice(0, -1), bytes.at(-1) | 128, 0];
}
