/** TensorFlow.js on its wasm backend, one thread: matMul, then topk. */

import { PLACES } from "../vectors.js";

export async function tensorflow({ count, dims, floats }) {
  await script("/peers/@tensorflow/tfjs/dist/tf.min.js");
  await script("/peers/@tensorflow/tfjs-backend-wasm/dist/tf-backend-wasm.min.js");
  const { tf } = window;
  tf.wasm.setWasmPaths("/peers/@tensorflow/tfjs-backend-wasm/dist/");
  tf.wasm.setThreadsCount(1);
  await tf.setBackend("wasm");
  const items = tf.tensor2d(floats, [count, dims]);
  const top = (asker) =>
    tf.tidy(() => tf.topk(tf.matMul(items, tf.tensor2d(asker.floats, [dims, 1])).reshape([count]), PLACES).indices.dataSync());
  return { top };
}

/** Loads a script that makes a global. */
function script(address) {
  return new Promise((resolve, reject) => {
    const element = Object.assign(document.createElement("script"), { src: address, onload: resolve });
    element.onerror = () => reject(new Error(`${address} did not load`));
    document.head.append(element);
  });
}
