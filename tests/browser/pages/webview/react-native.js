/** The app's storage, as a page in a React Native WebView reaches it: a message there, a line of script back. */

const waiting = new Map();
let calls = 0;

/** The app answers a call. */
window.answer = (call, value) => {
  waiting.get(call)?.(value);
  waiting.delete(call);
};

const ask = (what, value) =>
  new Promise((resolve) => {
    waiting.set(++calls, resolve);
    window.ReactNativeWebView.postMessage(JSON.stringify({ call: calls, what, value }));
  });

export const bridge = { read: () => ask("read"), write: (text) => ask("write", text), clear: () => ask("clear") };
