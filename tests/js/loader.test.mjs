// How the engine gets into the page, and what is said when it cannot.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { VERSION } from "../../pkg/dist/version.js";

const EMPTY = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);
const BASE64 = Buffer.from(EMPTY).toString("base64");

let copies = 0;

/** A loader of its own: the real one keeps the page's engine. */
async function freshLoader() {
  return import(`../../pkg/dist/loader.js?copy=${copies++}`);
}

/** Glue that notes what it was given. The real glue is tested with the real engine. */
function glue(version = VERSION, fail = () => false) {
  const given = [];
  return {
    given,
    Core: { version: () => version },
    async default({ module_or_path }) {
      given.push(module_or_path);
      if (fail(given.length)) throw new Error("does not link");
    },
    __wbg_reset_state() {},
  };
}

let server;
let origin;
let requests;

before(async () => {
  server = createServer((request, response) => {
    requests.push(request.url);
    if (request.url === "/good.wasm") response.writeHead(200, { "content-type": "text/plain" }).end(EMPTY);
    else if (request.url === "/html.wasm") response.writeHead(200, { "content-type": "application/wasm" }).end("<!doctype html>");
    else if (request.url === "/short.wasm") response.writeHead(200).end("\0a");
    else if (request.url === "/torn.wasm") response.writeHead(200).end(Buffer.concat([EMPTY, Buffer.from([1, 99])]));
    else response.writeHead(404).end("no");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${server.address().port}`;
});
after(() => server.close());

function sources(parts = {}) {
  requests = [];
  const asked = { inline: 0 };
  return {
    asked,
    glue: async () => parts.glue ?? glue(),
    ...(parts.file && { url: () => new URL(parts.file, origin) }),
    inline: async () => {
      asked.inline++;
      if (parts.inline === null) throw new Error("no such chunk");
      return parts.inline ?? BASE64;
    },
  };
}

test("the file beside the package is used, whatever its type says, and the inlined copy stays where it is", async () => {
  const { loadEngine } = await freshLoader();
  const from = sources({ file: "/good.wasm" });
  const loaded = await loadEngine(from, undefined);
  assert.equal(loaded.engine, "simd"); // Node has SIMD
  assert.deepEqual(requests, ["/good.wasm"]);
  assert.equal(from.asked.inline, 0);
});

for (const file of ["/html.wasm", "/short.wasm", "/missing.wasm"]) {
  test(`an answer that is no wasm file falls back to the inlined copy: ${file}`, async () => {
    const { loadEngine } = await freshLoader();
    const from = sources({ file });
    assert.equal((await loadEngine(from, undefined)).engine, "scalar");
    assert.equal(from.asked.inline, 1);
  });
}

test("a file that does not link falls back to the inlined copy", async () => {
  const { loadEngine } = await freshLoader();
  const from = sources({ file: "/good.wasm", glue: glue(VERSION, (call) => call === 1) });
  assert.equal((await loadEngine(from, undefined)).engine, "scalar");
});

for (const [what, wasm] of [
  ["an address", () => `${origin}/good.wasm`],
  ["a URL", () => new URL("/good.wasm", origin)],
  ["a response", () => fetch(`${origin}/good.wasm`)],
  ["bytes", () => EMPTY],
  ["a buffer", () => EMPTY.buffer],
  ["a module", () => WebAssembly.compile(EMPTY)],
]) {
  test(`the caller's engine comes first: ${what}`, async () => {
    const { loadEngine } = await freshLoader();
    const given = glue();
    const from = sources({ file: "/html.wasm", glue: given });
    const loaded = await loadEngine(from, await wasm());
    assert.equal(loaded.engine, "scalar");
    assert.ok(given.given[0] instanceof WebAssembly.Module);
    assert.ok(!requests.includes("/html.wasm"));
  });
}

for (const [what, wasm] of [
  ["a dead address", () => `${origin}/missing.wasm`],
  ["a torn file", () => `${origin}/torn.wasm`],
  ["bytes of something else", () => Uint8Array.of(1, 2, 3)],
  ["an address that is none", () => "http://"],
]) {
  test(`a caller's engine that is none is passed over: ${what}`, async () => {
    const { loadEngine } = await freshLoader();
    const loaded = await loadEngine(sources({ file: "/good.wasm" }), wasm());
    assert.equal(loaded.engine, "simd");
  });
}

test("nothing to load from is wasm_failed, and a later open tries again", async () => {
  const { loadEngine } = await freshLoader();
  const failed = await loadEngine(sources({ file: "/missing.wasm", inline: null }), undefined);
  assert.equal(failed.reason, "wasm_failed");
  assert.ok(failed.cause instanceof Error);
  assert.equal((await loadEngine(sources(), undefined)).engine, "scalar");
});

test("glue that cannot be had is wasm_failed", async () => {
  const { loadEngine } = await freshLoader();
  const failed = await loadEngine({ ...sources(), glue: () => Promise.reject(new Error("offline")) }, undefined);
  assert.equal(failed.reason, "wasm_failed");
});

test("another version's engine is refused, for good", async () => {
  const { loadEngine } = await freshLoader();
  assert.equal((await loadEngine(sources({ glue: glue("9.9.9") }), undefined)).reason, "wasm_wrong_version");
  assert.equal((await loadEngine(sources(), undefined)).reason, "wasm_wrong_version");
});

test("all handles of a page share one engine, also when they open at once", async () => {
  const { loadEngine } = await freshLoader();
  const from = sources();
  const [one, two] = await Promise.all([loadEngine(from, undefined), loadEngine(from, undefined)]);
  assert.equal(one, two);
  assert.equal(from.asked.inline, 1);
});

test("a caller whose own engine works is not let down by another's that does not", async () => {
  const { loadEngine } = await freshLoader();
  const [one, two] = await Promise.all([
    loadEngine(sources({ inline: null }), undefined),
    loadEngine(sources({ inline: null }), EMPTY),
  ]);
  assert.equal(one.reason, "wasm_failed");
  assert.equal(two.engine, "scalar");
});

test("without WebAssembly nothing is downloaded", async () => {
  const { loadEngine } = await freshLoader();
  const real = globalThis.WebAssembly;
  delete globalThis.WebAssembly;
  try {
    const from = sources({ file: "/good.wasm" });
    assert.equal((await loadEngine(from, undefined)).reason, "wasm_unavailable");
    assert.deepEqual(requests, []);
    assert.equal(from.asked.inline, 0);
  } finally {
    globalThis.WebAssembly = real;
  }
});

test("where compiling is forbidden nothing is downloaded", async () => {
  const { loadEngine } = await freshLoader();
  const real = WebAssembly.Module;
  WebAssembly.Module = function () {
    throw new WebAssembly.CompileError("blocked by the policy");
  };
  try {
    const from = sources({ file: "/good.wasm" });
    assert.equal((await loadEngine(from, undefined)).reason, "wasm_blocked_by_csp");
    assert.deepEqual(requests, []);
  } finally {
    WebAssembly.Module = real;
  }
});

test("a compiled module serves where compiling is forbidden, as on edge servers, and one that does not link sends for nothing", async () => {
  const module = new WebAssembly.Module(EMPTY);
  const real = WebAssembly.Module;
  WebAssembly.Module = Object.assign(
    function () {
      throw new WebAssembly.CompileError("generation disallowed by embedder");
    },
    { customSections: real.customSections },
  );
  try {
    const fits = glue();
    const loaded = await (await freshLoader()).loadEngine(sources({ glue: fits, file: "/good.wasm" }), module);
    assert.equal(loaded.engine, "scalar");
    assert.deepEqual(fits.given, [module]);
    const from = sources({ glue: glue(VERSION, () => true), file: "/good.wasm" });
    assert.equal((await (await freshLoader()).loadEngine(from, module)).reason, "wasm_blocked_by_csp");
    assert.deepEqual([requests, from.asked.inline], [[], 0]);
  } finally {
    WebAssembly.Module = real;
  }
});
