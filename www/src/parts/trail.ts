// Where the shopper was last: what was pressed, and all that it stands in, so that the focus can go back to what is still there.
let last: EventTarget[] = [];
// What the focus itself tells does not leave the shadow root that it moves in.
for (const type of ["keydown", "click"]) addEventListener(type, (event) => (last = event.composedPath()), { capture: true });

export type Trail = readonly EventTarget[];
export const trail = (): Trail => last;

/** When what had the focus is gone: back to the innermost thing of the trail that is there and takes it. */
export function goBack(from: Trail): void {
  for (const node of from) {
    if (document.activeElement !== document.body) return;
    if (node instanceof HTMLElement && node.isConnected) node.focus({ preventScroll: true });
  }
}
