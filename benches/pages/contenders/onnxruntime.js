/** onnxruntime-web on one thread: a product with the items as columns, then TopK, as an ONNX model of two nodes. */

import { PLACES } from "../vectors.js";

export async function onnxruntimeWeb({ count, dims, floats }) {
  const ort = await import("/peers/onnxruntime-web/dist/ort.wasm.bundle.min.mjs");
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmPaths = "/peers/onnxruntime-web/dist/";
  const columns = new Float32Array(dims * count);
  for (let item = 0; item < count; item++) for (let d = 0; d < dims; d++) columns[d * count + item] = floats[item * dims + d];
  const session = await ort.InferenceSession.create(model(count, dims, columns), { executionProviders: ["wasm"] });
  const top = async (asker) => {
    const { indices } = await session.run({ user: new ort.Tensor("float32", asker.floats, [1, dims]) });
    return Array.from(indices.data, Number);
  };
  return { top };
}

const FLOAT = 1;
const INT64 = 7;

/** The model in ONNX's protocol buffer, see onnx.proto: `TopK(MatMul(user, items), 48)`. */
function model(count, dims, columns) {
  const nodes = [
    node("MatMul", ["user", "items"], ["scores"]),
    node("TopK", ["scores", "places"], ["values", "indices"]),
  ];
  const initializers = [
    tensor("items", FLOAT, [dims, count], new Uint8Array(columns.buffer)),
    tensor("places", INT64, [1], new Uint8Array(BigInt64Array.of(BigInt(PLACES)).buffer)),
  ];
  const graph = [
    ...nodes.flatMap((it) => field(1, it)),
    ...field(2, text("scan")),
    ...initializers.map((it) => field(5, it)).flat(),
    ...field(11, value("user", FLOAT, [1, dims])),
    ...field(12, value("values", FLOAT, [1, PLACES])),
    ...field(12, value("indices", INT64, [1, PLACES])),
  ];
  return join([...number(1, 8), ...field(7, graph), ...field(8, [...field(1, text("")), ...number(2, 13)])]);
}

const node = (type, inputs, outputs) => [
  ...inputs.flatMap((name) => field(1, text(name))),
  ...outputs.flatMap((name) => field(2, text(name))),
  ...field(4, text(type)),
];
const tensor = (name, type, shape, raw) => [...shape.flatMap((n) => number(1, n)), ...number(2, type), ...field(8, text(name)), ...field(9, [raw])];
const value = (name, type, shape) => {
  const sizes = shape.flatMap((n) => field(1, number(1, n)));
  return [...field(1, text(name)), ...field(2, field(1, [...number(1, type), ...field(2, sizes)]))];
};

// A message is a list of byte arrays, so that the items are copied once.
const text = (string) => [new TextEncoder().encode(string)];
const number = (tag, n) => [varint(tag << 3), varint(n)];
const field = (tag, parts) => [varint((tag << 3) | 2), varint(parts.reduce((sum, part) => sum + part.length, 0)), ...parts];

function varint(n) {
  const bytes = [];
  for (; n > 127; n = Math.floor(n / 128)) bytes.push((n % 128) | 128);
  return Uint8Array.of(...bytes, n);
}

function join(parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
