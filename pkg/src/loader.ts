/**
 * Gets the engine into the page.
 *
 * Order: the caller's `wasm` option, then the file beside this package (SIMD or scalar), then the
 * inlined copy, which is only downloaded when it is needed. Each source is checked before it is
 * used, because development servers and captive portals answer 200 with HTML.
 *
 * A response of the right MIME type is compiled while it arrives. Some webviews refuse that, and
 * the type may lie: then the bytes are asked for once more, from the browser's cache, and checked.
 *
 * The glue holds one instance per page, so all handles share it: the first that loads stays.
 */

import type { OpenOptions, PassthroughReason } from "./types.js";
import { VERSION } from "./version.js";

/** The generated glue. */
export type Glue = typeof import("./core.js");

/** The engine, instantiated. */
export interface Loaded {
  readonly glue: Glue;
  readonly engine: "simd" | "scalar";
  /** Grows at each reset; a `Core` of an earlier generation must not be called. */
  generation: number;
}

/** Why there is no engine. */
export interface NotLoaded {
  readonly reason: PassthroughReason;
  readonly cause?: unknown;
}

/** Where an entry point finds the parts. */
export interface Sources {
  glue(): Promise<Glue>;
  /** The address of the file beside the package; absent where there is no file to fetch. */
  url?(simd: boolean): URL;
  /** The inlined copy, in base64. */
  inline?(): Promise<string>;
  /** Code that somebody found already: a worker's page. */
  code?(): Promise<Found>;
  /** What measures, loaded only after consent; absent where nothing can be loaded on demand: in a worker. */
  measurer?(): Promise<typeof import("./measure/measurer.js")>;
}

type Wasm = NonNullable<OpenOptions["wasm"]>;

/** How long a download may take before the next source is tried. */
const DOWNLOAD_MS = 15_000;

/** `(func (result v128) i32.const 0 i8x16.splat i8x16.popcnt)`: valid only with SIMD. */
const SIMD_PROBE = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11,
];
/** The smallest module there is: it fails to compile only where compiling is forbidden. */
const EMPTY_MODULE = [0, 97, 115, 109, 1, 0, 0, 0];

let shared: Promise<Loaded | NotLoaded> | undefined;

/** The page's engine. Never rejects. A failure is not kept, so that a later `open` may succeed. */
export function loadEngine(sources: Sources, wasm: Wasm | undefined): Promise<Loaded | NotLoaded> {
  if (shared) {
    // A load that is under way with another source may fail; then this caller's source counts.
    return shared.then((engine) => (isFinal(engine) ? engine : loadEngine(sources, wasm)));
  }
  const attempt = load(sources, wasm).catch((cause: unknown): NotLoaded => ({ reason: "wasm_failed", cause }));
  shared = attempt;
  return attempt.then((engine) => {
    if (!isFinal(engine) && shared === attempt) shared = undefined;
    return engine;
  });
}

/** The glue keeps what it instantiated: a wrong engine blocks the place of a right one. */
function isFinal(engine: Loaded | NotLoaded): boolean {
  return "glue" in engine || engine.reason === "wasm_wrong_version";
}

async function load(sources: Sources, wasm: Wasm | undefined): Promise<Loaded | NotLoaded> {
  let missing = isModule(wasm) ? undefined : obstacle(); // some hosts forbid compiling, and take what is compiled
  if (missing) return missing;
  const simd = hasSimd();
  const gluePromise = sources.glue();
  gluePromise.catch(() => {}); // awaited below; a download that fails first must not leave it unhandled
  let cause: unknown;
  let glue: Glue | undefined;
  for (const source of candidates(sources, wasm, simd)) {
    let found: Found;
    try {
      found = await source();
    } catch (e) {
      cause ??= e;
      continue;
    }
    glue ??= await gluePromise; // without it no source can help
    try {
      await glue.default({ module_or_path: found.code });
      if (glue.Core.version() !== VERSION) return { reason: "wasm_wrong_version" };
      return { glue, engine: found.simd ? "simd" : "scalar", generation: 0 };
    } catch (e) {
      cause ??= e;
      if ((missing = obstacle())) return missing;
    }
  }
  return { reason: "wasm_failed", cause };
}

/** The engine's code, and which build it is. */
export interface Found {
  code: BufferSource | WebAssembly.Module;
  simd: boolean;
}

/**
 * The engine's code for a worker, compiled where this page may compile.
 *
 * # Errors
 * Rejects when no source has it.
 */
export async function findCode(sources: Sources, wasm: Wasm | undefined): Promise<Found> {
  let cause: unknown;
  for (const source of candidates(sources, wasm, hasSimd())) {
    try {
      const found = await source();
      if (isModule(found.code)) return found;
      const module = await WebAssembly.compile(found.code).catch((e: unknown) => {
        if (obstacle()) return undefined; // a policy of the page, which may not be the worker's
        throw e;
      });
      return module ? { code: module, simd: found.simd } : found;
    } catch (e) {
      cause ??= e;
    }
  }
  throw cause;
}

function candidates(sources: Sources, wasm: Wasm | undefined, simd: boolean): (() => Promise<Found>)[] {
  const list: (() => Promise<Found>)[] = [];
  if (wasm !== undefined) list.push(() => fromCaller(wasm));
  const { url, inline, code } = sources;
  if (code) list.push(code);
  if (url && typeof fetch === "function") {
    list.push(async () => ({ code: await arriving(url(simd)), simd }));
  }
  if (inline) list.push(async () => ({ code: decodeBase64(await inline()), simd: false }));
  return list;
}

async function fromCaller(wasm: Wasm): Promise<Found> {
  const code =
    isModule(wasm)
      ? wasm
      : await WebAssembly.compile(
          typeof wasm === "string" || isUrl(wasm)
            ? await download(wasm)
            : isResponse(wasm)
              ? await wasmBytes(wasm)
              : wasm,
        );
  return { code, simd: usesSimd(code) };
}

/** Code that is compiled while it arrives, where the browser does so. */
async function arriving(url: URL): Promise<WebAssembly.Module | ArrayBuffer> {
  const began = performance.now();
  const response = await fetchWithTimeout(url, DOWNLOAD_MS);
  const isTyped = isResponse(response) && response.ok && response.headers.get("content-type") === "application/wasm";
  if (!isTyped || typeof WebAssembly.compileStreaming !== "function") return wasmBytes(response);
  // A download that hangs gets no more time than it had.
  return WebAssembly.compileStreaming(response).catch(() => download(url, began + DOWNLOAD_MS - performance.now()));
}

async function download(url: string | URL, milliseconds = DOWNLOAD_MS): Promise<ArrayBuffer> {
  return wasmBytes(await fetchWithTimeout(url, milliseconds));
}

/** The bytes of a response that is a wasm file. */
async function wasmBytes(response: Response): Promise<ArrayBuffer> {
  if (!response.ok) throw new Error(`the engine's address answered ${response.status}`);
  const bytes = await response.arrayBuffer();
  const magic = new Uint8Array(bytes, 0, Math.min(4, bytes.byteLength));
  if (magic[0] !== 0 || magic[1] !== 0x61 || magic[2] !== 0x73 || magic[3] !== 0x6d) {
    throw new Error("the engine's address answered something that is not wasm");
  }
  return bytes;
}

/** A plain `fetch` that gives up in the end. */
export function fetchWithTimeout(url: string | URL, milliseconds: number): Promise<Response> {
  return fetch(url, { signal: (AbortSignal as Partial<typeof AbortSignal>).timeout?.(milliseconds) ?? null });
}

/** Recognizes a `URL` from any realm. */
export function isUrl(value: unknown): value is URL {
  return Object.prototype.toString.call(value) === "[object URL]";
}

/** Recognizes a `Response` from any realm. */
export function isResponse(value: unknown): value is Response {
  return Object.prototype.toString.call(value) === "[object Response]";
}

/** Whether a value is of a type that `OpenOptions.wasm` takes. */
export function isWasmSource(value: unknown): value is Wasm {
  const kind = Object.prototype.toString.call(value);
  return (
    typeof value === "string" ||
    isUrl(value) ||
    isResponse(value) ||
    isModule(value) ||
    kind === "[object ArrayBuffer]" ||
    ArrayBuffer.isView(value)
  );
}

function isModule(value: unknown): value is WebAssembly.Module {
  return Object.prototype.toString.call(value) === "[object WebAssembly.Module]";
}

/** What makes loading pointless, found before anything is downloaded. */
function obstacle(): NotLoaded | undefined {
  if (typeof WebAssembly !== "object") return { reason: "wasm_unavailable" };
  try {
    new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(EMPTY_MODULE))); // WebKit refuses only here
    return undefined;
  } catch (cause) {
    // Firefox without its compilers says so in a plain error.
    return { reason: cause instanceof WebAssembly.CompileError ? "wasm_blocked_by_csp" : "wasm_unavailable", cause };
  }
}

function hasSimd(): boolean {
  try {
    return WebAssembly.validate(new Uint8Array(SIMD_PROBE));
  } catch {
    return false;
  }
}

/** Whether a module was built with SIMD: the build notes it in an empty section. */
function usesSimd(module: WebAssembly.Module): boolean {
  return WebAssembly.Module.customSections(module, "simd").length > 0;
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** Replaces the page's instance after a failure; every handle notices and rebuilds. */
export function resetEngine(loaded: Loaded): void {
  loaded.generation++;
  loaded.glue.__wbg_reset_state();
}
