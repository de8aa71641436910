// When what was seen is told: a log knows by the millisecond what came first.

import assert from "node:assert/strict";
import { test } from "node:test";
import { watch } from "../../pkg/dist/sight.js";

/** A page with one element, in view. */
function page(t) {
  const target = new EventTarget();
  const element = {};
  class Observer {
    constructor(listener) {
      this.observe = (target) => listener([{ target, intersectionRatio: 1, intersectionRect: { height: 1 }, rootBounds: { height: 10 } }]);
    }
    unobserve() {}
    disconnect() {}
  }
  const there = {
    document: Object.assign(new EventTarget(), { visibilityState: "visible" }),
    IntersectionObserver: Observer,
    addEventListener: target.addEventListener.bind(target),
    removeEventListener: target.removeEventListener.bind(target),
  };
  Object.assign(globalThis, there);
  t.after(() => Object.keys(there).forEach((name) => delete globalThis[name]));
  t.mock.timers.enable({ apis: ["setTimeout"] });
  return { target, element, document: there.document };
}

test("what was seen is told when the page hides, which may be its end, and what was in view begins anew after", (t) => {
  const { element, document } = page(t);
  const told = [];
  const turn = (state) => {
    document.visibilityState = state;
    document.dispatchEvent(new Event("visibilitychange"));
  };
  const stop = watch({ seen: (ids) => told.push(...ids) }, [["a", element]]);
  t.mock.timers.tick(900);
  turn("hidden");
  turn("visible");
  t.mock.timers.tick(1000);
  assert.deepEqual(told, [], "a quarter of a second lies between what is seen and what is told");
  turn("hidden");
  assert.deepEqual(told, ["a"]);
  turn("visible");
  t.mock.timers.tick(2000);
  stop();
  assert.deepEqual(told, ["a"]);
});

for (const type of ["pointerdown", "click", "pagehide"]) {
  test(`what was seen is told at ${type}, once, and not after the end`, (t) => {
    const { target, element } = page(t);
    const told = [];
    const stop = watch({ seen: (ids) => told.push(...ids) }, [["a", element]]);
    t.mock.timers.tick(1000);
    assert.deepEqual(told, [], "a quarter of a second lies between what is seen and what is told");
    target.dispatchEvent(new Event(type));
    assert.deepEqual(told, ["a"]);
    t.mock.timers.tick(1000);
    stop();
    target.dispatchEvent(new Event(type));
    assert.deepEqual(told, ["a"]);
  });
}

test("where nothing tells what is in view, nothing is logged and nothing fails", () => {
  const stop = watch({ seen: (ids) => assert.fail(`told ${ids}`) }, [["a", {}]]);
  stop();
});
