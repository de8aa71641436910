// The text of a list of rules: what it says, where in it a path leads, and how a rule is added without touching the rest.
// jsonc-parser, the parser of VS Code without dependencies of its own, because JSON.parse tells no places of what it read.
import { findNodeAtLocation, getNodeValue, parseTree, printParseErrorCode, type Node, type ParseError } from "jsonc-parser";
import type { Rule } from "flaneur";

/** A stretch of the text. Lines and columns count from 1. */
export interface Stretch {
  start: number;
  end: number;
  line: number;
  column: number;
}

const STRICT = { disallowComments: true, allowTrailingComma: false };

function stretch(text: string, start: number, end: number): Stretch {
  const before = text.slice(0, start).split("\n");
  return { start, end, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** What a text says, or the first place where it is no JSON, with the parser's word for it. */
export function read(text: string): { said: unknown } | { broken: string; at: Stretch } {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, STRICT);
  const [first] = errors;
  if (first) return { broken: printParseErrorCode(first.error), at: stretch(text, first.offset, first.offset + Math.max(1, first.length)) };
  return { said: root && getNodeValue(root) };
}

/** Where a path such as `rules[2].where.any[1]` leads, or the nearest place around it that exists. */
export function locate(text: string, path: string): Stretch | undefined {
  const root = parseTree(text, [], STRICT);
  if (!root) return undefined;
  const steps = [...path.matchAll(/\[(\d+)\]|\.([^.[\]]+)/g)].map(([, index, name]) => name ?? Number(index));
  for (let length = steps.length; length >= 0; length--) {
    const found = findNodeAtLocation(root, steps.slice(0, length));
    // With its name: that may be what is wrong.
    const node = found?.parent?.type === "property" ? found.parent : found;
    if (node) return stretch(text, node.offset, node.offset + node.length);
  }
  return undefined;
}

/** The ids of the rules that a text lists, also of a list that is not in force. */
export function ids(text: string): string[] {
  const found = read(text);
  const list = "said" in found && Array.isArray(found.said) ? (found.said as unknown[]) : [];
  return list.flatMap((rule) => (typeof rule === "object" && rule !== null && typeof (rule as Rule).id === "string" ? ((rule as Rule).id ?? []) : []));
}

/** A rule on one line, as a person writes it. */
const line = (rule: Rule): string => JSON.stringify(rule, null, 1).replace(/\n\s*/g, " ");

/** A list as text, one rule a line. */
export const write = (rules: readonly Rule[]): string => (rules.length === 0 ? "[]" : `[\n${rules.map((rule) => `  ${line(rule)}`).join(",\n")}\n]`);

/** The text with one more rule at its end, and where that stands; nothing when the text is no list. */
export function insert(text: string, rule: Rule): { text: string; at: Stretch } | undefined {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, STRICT);
  if (errors.length > 0 || root?.type !== "array") return undefined;
  const last: Node | undefined = root.children?.at(-1);
  const from = last ? last.offset + last.length : root.offset + 1;
  const head = `${text.slice(0, from)}${last ? "," : ""}\n  `;
  const added = line(rule);
  const tail = last ? text.slice(from) : `\n${text.slice(root.offset + root.length - 1)}`;
  const next = head + added + tail;
  return { text: next, at: stretch(next, head.length, head.length + added.length) };
}
