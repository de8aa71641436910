/** Work on the page's own thread gives the page a turn after so many milliseconds. */
export const SLICE_MS = 12;

/** Lets the page draw and answer. */
export const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
