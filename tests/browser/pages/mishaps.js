// Tells the test about everything that the page did not catch. Before any other script, with the
// browser's own functions, which a test may replace later.
(() => {
  const post = fetch.bind(window);
  const asked = new URLSearchParams(location.search);
  const page = asked.get("page");
  const server = asked.get("server") ?? ""; // of a page that comes from elsewhere
  const { stringify } = JSON;
  const later = setTimeout.bind(window);
  /** The most that a browser still carries when the page is gone, in characters. */
  const LAST_WORDS = 50_000;
  window.say = async (what, body) => {
    const text = stringify(body);
    for (let tries = 0; tries < 100; tries++) {
      try {
        return await post(`${server}/remote/${what}?page=${page}`, { method: "POST", body: text, keepalive: text.length < LAST_WORDS });
      } catch {
        await new Promise((resolve) => later(resolve, 50)); // the browser's network process may be what a fault took
      }
    }
  };
  addEventListener("error", (event) => void window.say("mishap", `error: ${event.message}`));
  addEventListener("unhandledrejection", (event) => void window.say("mishap", `rejection: ${event.reason?.stack ?? event.reason}`));
})();
