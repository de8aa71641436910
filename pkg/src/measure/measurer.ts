/**
 * Measures with consent: fixes each question's answer when its week ends, charges it, seals it, and sends it later.
 *
 * Loaded only after the `measure` gate opened. Guarantees: one report per task and epoch; a charge and its sealed
 * report are written together, under a lock, before anything is sent; a report is sealed once and sent again byte for
 * byte; when the budget is spent the report says "nothing" and costs nothing; an idle shopper's device does exactly
 * what a busy one's does. A device that starts anew waits a whole epoch first, so deleting everything refills nothing
 * within a week. Nothing here throws into the page.
 */

import { report } from "../errors.js";
import type { Budget, DapTask, LedgerEntry, OutboxEntry, Task, TaskStatus } from "../types/measure.js";
import { checkSignature, readSigned } from "./bundle.js";
import type { Questions, Refusal } from "./bundle.js";
import { canonicalJson } from "./canonical-json.js";
import { contribution } from "./contribution.js";
import { deliver } from "./deliver.js";
import type { MeasureSurroundings } from "./gate.js";
import { EPOCH_MS, budgetAt, charge, endOf, epochAt, isOld } from "./ledger.js";
import { below, randomBytes } from "./random.js";
import { SPREAD_MS, dueAt, isLate, retryAt, verdict } from "./schedule.js";
import { loadUpstream } from "./seal.js";
import type { Upstream } from "./seal.js";
import { MeasureStore } from "./store.js";
import type { DeviceState, Lease, Remembered, Turn, Waiting } from "./store.js";

type Line = LedgerEntry & { key: string };

/** A report that is sent now. */
interface Sending {
  report: Waiting;
  line: Line;
  now: number;
  signal: AbortSignal;
  leases: readonly Lease[];
}

/** A question that an epoch answers. */
interface Owed {
  task: Task;
  bucket: number;
  cost: number;
}

/** How often a page looks whether something is due. */
const LOOK_MS = 60_000;
/** How long a withdrawal waits for a tab that is writing. */
const LOCK_MS = 300;
/** An answer with noise is given once in so many epochs. */
const LDP_EPOCHS = 4;
/** What becomes of a report that did not leave in time. */
const LATE = { outcome: "failed", reason: "late" } as const;

/** The measuring of one page. */
export class Measurer {
  readonly #around: MeasureSurroundings;
  readonly #store: MeasureStore;
  readonly #shop: string;
  #upstream: Promise<Upstream> | undefined;
  /** Why the bundle's signature does not hold, found out once. */
  #unsigned: Promise<Refusal | undefined> | undefined;
  /** The questions that nothing can be sealed for, as this page found out: told once, not at every look. */
  readonly #unsealable = new Set<string | undefined>();
  #running = false;
  /** When this page began, until its first look is over. */
  #began: number | undefined;
  #abort = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #round: Promise<void> = Promise.resolve();

  constructor(around: MeasureSurroundings) {
    this.#around = around;
    this.#shop = around.options.shop;
    this.#began = around.now() - Math.min(performance.now(), LOOK_MS);
    this.#store = new MeasureStore(this.#shop);
  }

  /** Goes to work, now and every minute. */
  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#abort = new AbortController();
    this.#look();
  }

  /** Stops at once, and what waits never leaves. */
  async withdraw(): Promise<void> {
    this.#stop();
    await this.drop();
  }

  /** Stops at once and forgets everything, the ledger too: `store` was lost. */
  async destroy(): Promise<void> {
    this.#stop();
    await this.#store.destroy().catch((e: unknown) => this.#tell(e));
  }

  /** Stops; what waits stays. */
  async close(): Promise<void> {
    this.#stop();
    await this.#round;
    await this.#store.close();
  }

  /** Drops what waits, in the ledger's words. The ledger and its sums stay. */
  async drop(): Promise<void> {
    this.#abort.abort();
    this.#abort = new AbortController();
    // What another tab sends meanwhile makes a write stale, and what still waits must go all the same.
    await this.#locked("ledger", async () => {
      while (!(await this.#dropOnce()));
    }).catch((e: unknown) => this.#tell(e));
  }

  /** One round: what ended is answered, what is due is sent. Never rejects. */
  async work(): Promise<void> {
    const round = this.#round.then(() => this.#work().catch((e: unknown) => this.#tell(e)));
    this.#round = round;
    await round;
  }

  async preview(running: boolean): Promise<OutboxEntry[]> {
    const remembered = await this.#store.read(false);
    const waiting = remembered.waiting.flatMap(({ key, task, sealed, at, due }): OutboxEntry[] => {
      const line = remembered.ledger.find((each) => each.key === key);
      return line && !isLate(at, this.#around.now()) ? [{ ...shown(task, line.bucket, line.epsilon), state: "waiting", due, bytes: sealed.length }] : [];
    });
    const { state } = remembered;
    if (!running || !state || !this.#around.events()) return waiting;
    const epoch = Math.max(0, epochAt(this.#around.now(), state.anchor));
    const due = endOf(epoch, state.anchor);
    const { tasks } = await this.#questions(due);
    const owed = await this.#owed(tasks, pin(state, tasks, epoch + 1), remembered, epoch);
    // They are charged in the order of their ids, and shown in the bundle's.
    const inOrder = tasks.flatMap((task) => owed.filter((one) => one.task === task));
    const collecting = inOrder.map(({ task, bucket, cost }): OutboxEntry => ({ ...shown(task, bucket, cost), state: "collecting", due, bytes: 0 }));
    return [...waiting, ...collecting];
  }

  async ledger(): Promise<LedgerEntry[]> {
    const { ledger } = await this.#store.read(false);
    // A shop that asks nothing any more sends nothing either: what waited there is late before anyone writes so.
    const told = ({ key: _, ...line }: Line): LedgerEntry =>
      line.outcome === "waiting" && isLate(line.at, this.#around.now()) ? { ...line, ...LATE } : line;
    return ledger.sort((a, b) => b.at - a.at || (a.key < b.key ? -1 : 1)).map(told);
  }

  async budget(): Promise<Budget> {
    return budgetAt((await this.#store.read(false)).ledger, this.#around.now());
  }

  async tasks(): Promise<TaskStatus[]> {
    const { tasks, status } = await this.#questions(this.#around.now());
    const { state } = await this.#store.read(false);
    const changed = tasks.filter((task) => state?.pins[task.id] && state.pins[task.id]?.text !== canonicalJson(task));
    const message = "The task is not what it was when this week began; it is answered from the next week on.";
    return status.map((each) =>
      changed.some(({ id }) => id === each.task) ? { task: each.task, state: "refused", code: "task_changed", message } : each,
    );
  }

  async arm(id: string): Promise<number> {
    const { tasks } = await this.#questions(this.#around.now());
    const task = tasks.find((each) => each.id === id);
    const { state } = await this.#store.read(false);
    return task && state ? armOf(state, task) : 0;
  }

  #stop(): void {
    this.#running = false;
    clearTimeout(this.#timer);
    this.#abort.abort();
  }

  /** Tells the page. That it may keep nothing, as in a frame without an origin, is no mishap of it: it looks no more. */
  #tell(e: unknown): void {
    if ((e as { name?: unknown } | null)?.name === "SecurityError") this.#running = false;
    else report(e);
  }

  #look(): void {
    void idle().then(async () => {
      if (!this.#running) return;
      await this.work();
      if (!this.#running) return;
      this.#timer = setTimeout(() => this.#look(), LOOK_MS);
      (this.#timer as { unref?: () => void }).unref?.(); // in Node, waiting must not keep the process alive
    });
  }

  async #work(): Promise<void> {
    const { signal } = this.#abort;
    const now = this.#around.now();
    // What a visit begins with does not count at its first look: who does something at once, and leaves soon, would
    // never send.
    const until = Math.min(now, this.#began ?? now);
    this.#began = undefined;
    const questions = await this.#questions(now);
    // What waits needs nothing more to be made, and leaves whatever comes of that.
    if (questions.tasks.length > 0) await this.#locked("ledger", () => this.#prepare(questions, now, signal)).catch((e: unknown) => this.#tell(e));
    await this.#locked("send", () => this.#send(now, until, signal), true);
  }

  async #questions(now: number): Promise<Questions> {
    const { tasks, tasksKey } = this.#around.options;
    this.#unsigned ??= checkSignature(tasks, tasksKey);
    return readSigned(tasks, await this.#unsigned, this.#shop, now);
  }

  /** Drops what waits. False when another tab wrote meanwhile. */
  async #dropOnce(): Promise<boolean> {
    const { state, ledger, waiting, leases } = await this.#store.read(false, ["ledger", "send"]);
    if (!state) return true;
    const done = waiting.map(({ key }) => key);
    const dropped = ledger.filter(({ key, outcome }) => outcome === "waiting" && done.includes(key));
    const change = { state: { ...state, answers: {} }, ledger: dropped.map((line) => ({ ...line, outcome: "dropped" as const })), done };
    return this.#store.write(change, leases);
  }

  /** Answers, charges and seals what the last epoch owes. */
  async #prepare({ tasks }: Questions, now: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted || !this.#around.events()) return; // nothing is made any more, or of a log that cannot be read
    const remembered = await this.#store.read(true, ["ledger"]);
    const state = remembered.state ?? freshState(now);
    const epoch = epochAt(now, state.anchor);
    const pinned = pin(state, tasks, epoch);
    const owed = await this.#owed(tasks, pinned, remembered, epoch - 1);
    const old = remembered.ledger.filter((line) => isOld(line, now)).map(({ key }) => key);
    const change = { state: pinned, ledger: [] as Line[], waiting: [] as Waiting[], old };
    const end = endOf(epoch - 1, state.anchor);
    for (const { task, bucket, cost } of owed) {
      const key = `${epoch - 1}:${task.id}`;
      const due = dueAt(end, below(SPREAD_MS));
      // A "nothing" that nobody paid for is drawn anew: its bytes would tell those of one that is an answer.
      const sealed = await this.#sealed(task, bucket, due, cost > 0 ? pinned.answers : {});
      if (!sealed) continue; // nothing is made, so nothing is charged
      change.waiting.push({ key, task, sealed, at: end, due, retryAt: 0, failures: 0, again: false });
      change.ledger.push(this.#line(key, task, bucket, cost, epoch - 1, end, sealed.length));
    }
    if (signal.aborted) return; // withdrawn meanwhile: nothing was charged, nothing waits
    const nothing = remembered.state && change.waiting.length === 0 && old.length === 0 && pinned === state;
    if (!nothing) await this.#store.write(change, remembered.leases);
  }

  /** What an epoch owes: its tasks are charged one after the other, and who comes late may find the budget spent. */
  async #owed(tasks: readonly Task[], state: DeviceState, remembered: Remembered, epoch: number): Promise<Owed[]> {
    const at = endOf(epoch, state.anchor);
    const charged: { at: number; epsilon: number }[] = [...remembered.ledger];
    const owed: Owed[] = [];
    const sealable = tasks.filter((task) => !this.#unsealable.has(canonicalJson(task)));
    for (const task of owedBy(sealable, state, remembered, epoch, at)) {
      const cost = charge(charged, task.epsilon, at);
      charged.push({ at, epsilon: cost });
      owed.push({ task, cost, bucket: cost === 0 ? 0 : await this.#answer(task, state, epoch) });
    }
    return owed;
  }

  #line(key: string, task: Task, bucket: number, epsilon: number, epoch: number, at: number, bytes: number): Line {
    const { mode: _, ...clear } = shown(task, bucket, epsilon);
    const receipt = this.#around.receipt();
    const line = { ...clear, key, epoch, at, bytes };
    return { ...line, outcome: "waiting", ...(receipt !== undefined && { receipt }) };
  }

  async #answer(task: Task, state: DeviceState, epoch: number): Promise<number> {
    // Before a question starts nobody is in an arm of it, so that what happened then is of none.
    const from = Math.max(endOf(epoch - 1, state.anchor), Date.parse(task.start));
    const to = endOf(epoch, state.anchor);
    const past = (this.#around.events() ?? []).filter(({ at }) => at < to);
    const bucket = contribution(task, {
      events: past.filter(({ at }) => at >= from),
      past,
      profile: this.#around.profile(),
      latencies: this.#around.latencies(),
      arm: await armOf(state, task),
      below,
    });
    return bucket < task.buckets.length ? bucket : 0;
  }

  #sealed(task: Task, bucket: number, time: number, answers: DeviceState["answers"]): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#tried(task, ({ seal }) => {
      if (task.mode === "dap") return seal(task, bucket, time);
      // Of another number of buckets or another epsilon the same bytes would be another answer.
      return (answers[`${task.id}:${task.buckets.length}:${task.epsilon}:${bucket}`] ??= seal(task, bucket, time));
    });
  }

  /** Nothing when no device can seal for those keys. Rejects only when the module does not load. */
  async #tried(task: Task, sealing: (upstream: Upstream) => Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const upstream = await this.#loaded();
    try {
      return sealing(upstream);
    } catch (e) {
      this.#unsealable.add(canonicalJson(task));
      report(e);
      return undefined;
    }
  }

  /** The module. A page that was offline asks for it again at the next look. */
  #loaded(): Promise<Upstream> {
    return (this.#upstream ??= loadUpstream(this.#around.options.upstream).catch((e: unknown) => {
      this.#upstream = undefined;
      throw e;
    }));
  }

  /** Sends what is due, one after the other, unless the last action `until` then is too near. */
  async #send(now: number, until: number, signal: AbortSignal): Promise<void> {
    const { ledger, waiting, leases } = await this.#store.read(false, ["send"]);
    if (waiting.length === 0) return;
    // An event of a clock that ran ahead would hide every action until its date.
    const lastAction = (this.#around.events() ?? []).reduce((last, { at }) => (at > until ? last : Math.max(last, at)), -Infinity);
    for (const report of waiting.sort((a, b) => a.due - b.due)) {
      const line = ledger.find(({ key }) => key === report.key);
      const what = verdict(report, now, lastAction);
      if (signal.aborted || !line) return;
      // Where the disk takes nothing, it would be sent again at every look. False when another tab is at it.
      if (what === "send" && !(await this.#store.write({ waiting: [report] }, leases))) return;
      if (what === "late") await this.#store.write({ done: [report.key], ledger: [{ ...line, ...LATE }] }, leases);
      if (what === "send") await this.#sendOne({ report, line, now, signal, leases });
    }
  }

  async #sendOne({ report, line, now, signal, leases }: Sending): Promise<void> {
    const delivery = await deliver(report.task, report.sealed, signal, async () => (await this.#loaded()).hide);
    if (delivery === "aborted") return;
    const key = report.key;
    if (delivery === "sent") {
      await this.#store.write({ done: [key], ledger: [{ ...line, outcome: "sent", sentAt: now }] }, leases);
      return;
    }
    if (signal.aborted) return;
    const fresh = delivery === "outdated" ? await this.#sealAgain(report, line, now) : undefined;
    const failures = report.failures + 1;
    const next = delivery === "again" ? retryAt(failures, now) : fresh ? now : undefined;
    if (next === undefined) {
      const reason = delivery === "again" ? "unreachable" : delivery;
      await this.#store.write({ done: [key], ledger: [{ ...line, outcome: "failed", reason }] }, leases);
    } else {
      await this.#store.write({ waiting: [{ ...(fresh ?? report), failures, retryAt: next }] }, leases);
    }
  }

  /**
   * An operator or the gateway has new keys: once, if the bundle has them too and is the same otherwise. The answer
   * stays, and so does the report's id: who called the first one outdated and kept it counts no second, since the
   * other operator takes an id once. So it is one report still, and charged once.
   */
  async #sealAgain(report: Waiting, { bucket }: Line, now: number): Promise<Waiting | undefined> {
    const { tasks } = await this.#questions(now);
    const task = tasks.find(({ id }) => id === report.task.id);
    if (report.again || task?.mode !== "dap" || report.task.mode !== "dap") return undefined;
    if (withoutKeys(task) !== withoutKeys(report.task) || canonicalJson(task) === canonicalJson(report.task)) return undefined;
    const { leader, helper } = report.task;
    const isForGateway = task.leader.hpke === leader.hpke && task.helper.hpke === helper.hpke;
    const sealed = isForGateway ? report.sealed : await this.#tried(task, ({ seal }) => seal(task, bucket, report.due, report.sealed));
    return sealed && { ...report, task, sealed, again: true };
  }

  /** Alone among the shop's tabs. With `once`, not at all when another tab is at it. */
  async #locked(name: Turn, work: () => Promise<void>, once = false): Promise<void> {
    const lock = `flaneur:${this.#shop}:${name}`;
    if (once) {
      await navigator.locks.request(lock, { ifAvailable: true }, (held) => (held ? work() : undefined));
    } else if (this.#running) {
      await navigator.locks.request(lock, work);
    } else {
      // A withdrawal does not wait for a tab that hangs: each tab drops by itself.
      const signal = AbortSignal.timeout(LOCK_MS);
      await navigator.locks.request(lock, { signal }, work).catch((e: unknown) => {
        if (!signal.aborted) throw e;
        return work();
      });
    }
  }
}

function freshState(now: number): DeviceState {
  return { anchor: now + below(EPOCH_MS), secret: randomBytes(32), pins: {}, answers: {} };
}

/** Remembers what each id stands for in this epoch. A task that changed within an epoch is not answered until the next one. */
function pin(state: DeviceState, tasks: readonly Task[], epoch: number): DeviceState {
  const pins = { ...state.pins };
  let changed = false;
  for (const task of tasks) {
    const text = canonicalJson(task) ?? "";
    const known = pins[task.id];
    if (known && known.epoch >= epoch) continue; // seen this week: whatever it says now, that text holds
    pins[task.id] = { text, epoch };
    changed = true;
  }
  return changed ? { ...state, pins } : state;
}

/** The tasks that have no report of an epoch yet, by id. */
function owedBy(tasks: readonly Task[], { pins }: DeviceState, { ledger }: Remembered, epoch: number, end: number): Task[] {
  if (epoch < 0 || ledger.some((line) => line.epoch > epoch)) return []; // too early, or the clock went back
  const owed = tasks.filter((task) => {
    const rest = task.mode === "ldp" ? LDP_EPOCHS : 1;
    const answered = ledger.some((line) => line.task === task.id && line.epoch > epoch - rest);
    return !answered && Date.parse(task.start) < end && pins[task.id]?.text === canonicalJson(task);
  });
  return owed.sort((a, b) => (a.id < b.id ? -1 : 1));
}

function shown(task: Task, bucket: number, epsilon: number): Omit<OutboxEntry, "state" | "due" | "bytes"> {
  const { en, fr } = task.buckets[bucket] ?? { en: "", fr: "" };
  const operators = task.mode === "dap" ? [task.leader.name, task.helper.name] : [task.collector.name];
  const { id, metric, mode, purpose, relay } = task;
  return { task: id, metric, mode, purpose, bucket, label: { en, fr }, operators, epsilon, ...(relay && { relay: relay.name }) };
}

/** A task but for the keys that its operators and its gateway may rotate. */
function withoutKeys({ leader, helper, relay, ...rest }: DapTask): string | undefined {
  const keyless = { ...rest, leader: { ...leader, hpke: "" }, helper: { ...helper, hpke: "" } };
  return canonicalJson(relay ? { ...keyless, relay: { ...relay, gateway: "" } } : keyless);
}

/** The arm that the device's secret gives it: the first four bytes of a hash, which 16 arms share evenly enough. */
async function armOf({ secret }: DeviceState, { id, arms = 1 }: Task): Promise<number> {
  const text = new TextEncoder().encode(id);
  const input = new Uint8Array(secret.length + text.length);
  input.set(secret);
  input.set(text, secret.length);
  const hash = new DataView(await crypto.subtle.digest("SHA-256", input));
  return hash.getUint32(0) % arms;
}

/** When the page has a moment. */
function idle(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof requestIdleCallback === "function") requestIdleCallback(() => resolve(), { timeout: 2000 });
    else setTimeout(resolve, 0);
  });
}
