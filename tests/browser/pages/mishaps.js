// Tells the test about everything that the page did not catch. Before any other script, with the
// browser's own functions, which a test may replace later.
(() => {
  const post = fetch.bind(window);
  const page = new URLSearchParams(location.search).get("page");
  const stringify = JSON.stringify;
  window.say = (what, body) =>
    post(`/remote/${what}?page=${page}`, { method: "POST", body: stringify(body), keepalive: true }).catch(() => {});
  addEventListener("error", (event) => void window.say("mishap", `error: ${event.message}`));
  addEventListener("unhandledrejection", (event) => void window.say("mishap", `rejection: ${event.reason?.stack ?? event.reason}`));
})();
