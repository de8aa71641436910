// What the merchant asks of shoppers who agree. A shop on a static host asks nothing, and everything else works the same.
import type { TaskBundle } from "flaneur";

export interface Questions {
  tasks: TaskBundle;
  tasksKey: string;
  /** Where the demo's two local operators can be watched. */
  watch?: string;
}

/** Reads the file that `cargo xtask demo` serves in place of the empty one. Never rejects. */
export async function loadQuestions(): Promise<Questions | undefined> {
  try {
    const answer = await fetch("measure/tasks.json");
    const given = (await answer.json()) as Partial<Questions>;
    if (!answer.ok || given.tasks === undefined || typeof given.tasksKey !== "string") return undefined;
    return { tasks: given.tasks, tasksKey: given.tasksKey, ...(isLocal(given.watch) && { watch: given.watch }) };
  } catch {
    return undefined;
  }
}

/** The operators of the demo are on this machine; the page's policy lets nothing else be asked. */
function isLocal(address: unknown): address is string {
  return typeof address === "string" && /^http:\/\/127\.0\.0\.1:\d+\/$/.test(address);
}

/** The origins that reports go to. */
export function operatorOrigins(questions: Questions | undefined): string[] {
  const tasks = Array.isArray(questions?.tasks.tasks) ? questions.tasks.tasks : [];
  return tasks.map((task) => new URL(task.mode === "dap" ? task.leader.url : task.collector.url).origin);
}
