/** Work that is asked for again and again: one run at a time, and one more after it when it was asked for meanwhile. */
export function again(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let asked = false;
  const run = async (): Promise<void> => {
    try {
      do {
        asked = false;
        await work();
      } while (asked);
    } finally {
      running = undefined;
    }
  };
  return () => {
    asked = true;
    return (running ??= run());
  };
}
