/** A phone: its screen, and a finger that Chromium takes for a real one, with the scrolling and the clicks that come of it. */

/** For `newContext`. */
export const PHONE = { hasTouch: true, isMobile: true, deviceScaleFactor: 3, viewport: { width: 390, height: 844 } };

/** The same, turned. */
export const TURNED = { ...PHONE, viewport: { width: 740, height: 360 } };

/** A finger on a page. */
export async function fingerOf(page) {
  const session = await page.context().newCDPSession(page);
  const send = (type, ...touchPoints) => session.send("Input.dispatchTouchEvent", { type, touchPoints });
  const finger = {
    down: ([x, y]) => send("touchStart", { x, y }),
    move: ([x, y]) => send("touchMove", { x, y }),
    up: () => send("touchEnd"),
    /** From a place, so far, as slowly as a hand. */
    async swipe([x, y], [right, down]) {
      const steps = 12;
      await finger.down([x, y]);
      for (let step = 1; step <= steps; step++) {
        await finger.move([x + (right * step) / steps, y + (down * step) / steps]);
        await page.waitForTimeout(16);
      }
      await finger.up();
    },
  };
  return finger;
}

/** The middle of something, in the window. */
export async function middleOf(locator) {
  await locator.scrollIntoViewIfNeeded();
  const { x, y, width, height } = await locator.boundingBox();
  return [x + width / 2, y + height / 2];
}
