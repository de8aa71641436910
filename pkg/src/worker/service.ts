/**
 * What a worker does for its page. It fetches nothing but the catalog: the page posts the engine.
 *
 * Nothing is imported on demand here, because some bundlers cannot split a worker's code.
 */

import * as core from "../core.js";
import { openWith } from "../open.js";
import type { ConsentSource, Gates } from "../types.js";
import { Desk, posted, received } from "./desk.js";
import type { Answer, PostedOptions, Question } from "./desk.js";

/** What the service needs of the worker it runs in. */
export interface Scope {
  postMessage(answer: Answer): void;
  addEventListener(type: "message", listener: (event: { data: Question }) => void): void;
  close(): void;
}

/** Says that the worker is there, and answers what the page asks. */
export function serve(scope: Scope): void {
  let desk: Promise<Desk> | undefined;
  let tell: ((gates: Partial<Gates>) => void) | undefined;

  async function answer({ id, method, args }: Question): Promise<void> {
    if (method === "open") desk = open(args[0] as PostedOptions);
    if (!desk) return;
    let value: unknown;
    let error: unknown;
    let found: Desk | undefined;
    try {
      found = await desk;
      if (method === "consent") tell?.(args[0] as Partial<Gates>);
      else if (method !== "open") value = await found.run(method, args);
    } catch (e) {
      error = e ?? new Error("failed");
    }
    const state = found?.state ?? ({} as Desk["state"]);
    scope.postMessage({ id, state, ...(error === undefined ? { value } : { error: posted(error) }) });
    if (method === "close") scope.close();
  }

  async function open({ engine, catalog, source, consent, ...options }: PostedOptions): Promise<Desk> {
    const shop = await openWith(
      { glue: () => Promise.resolve(core), code: () => Promise.resolve(engine) },
      {
        ...options,
        catalog: received(catalog),
        ...(source ? { consent: follow(consent ?? {}) } : consent && { consent }),
      },
    );
    const opened = new Desk(shop, (event) => scope.postMessage({ event, state: opened.state }));
    return opened;
  }

  /** The page's consent source, as far as a worker can have one. */
  function follow(first: Partial<Gates>): ConsentSource {
    return {
      get: () => first,
      subscribe: (listener) => {
        tell = listener;
        return () => {};
      },
    };
  }

  scope.addEventListener("message", ({ data }) => void answer(data));
  scope.postMessage({ ready: true });
}
