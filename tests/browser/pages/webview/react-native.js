/** The app's storage, as a page in a React Native WebView reaches it: a message there, a line of script back. */

const waiting = new Map();
let calls = 0;

/** The app answers a call; `failed` when its storage did not do it. */
window.answer = (call, { value, failed }) => {
  const { resolve, reject } = waiting.get(call) ?? {};
  waiting.delete(call);
  if (failed) reject?.(new Error("the app's storage failed"));
  else resolve?.(value);
};

const ask = (what, value) =>
  new Promise((resolve, reject) => {
    const call = ++calls;
    waiting.set(call, { resolve, reject });
    setTimeout(() => window.answer(call, { failed: true }), 10_000); // an app that does not answer
    window.ReactNativeWebView.postMessage(JSON.stringify({ call, what, value }));
  });

export const bridge = { read: () => ask("read"), write: (text) => ask("write", text), clear: () => ask("clear") };
