// What a posted patch does to the events of the code, in words: "the test-and-clear of PG_lru now comes after taking
// lruvec.lru_lock". Compared are the programs that the checks lowered anyway.
import { diffPrograms, editsOf } from '../c/ir-diff.ts';
import type { Judged } from '../judge.ts';
import type { AppliedEdit, KernelSource, Program } from '../types.ts';

const MOST_INSTRUCTIONS = 1500; // of a program that is compared: time grows with their square

/** The two sides of a change, and the functions whose text it touches. */
export interface Sides {
  readonly before: KernelSource;
  readonly after: KernelSource | undefined;
  readonly functions: readonly string[];
}

/**
 * Returns the differences between the events before and after, each once. Every touched function is compared in the first
 * scenario that was judged on both sides and runs it; what no scenario runs, or what makes no difference to what a
 * scenario watches, is not told. Takes 1 to 20 ms a scenario.
 */
export function eventEdits(
  judged: ReadonlyMap<KernelSource, ReadonlyMap<string, Judged>>,
  { before, after, functions }: Sides,
): AppliedEdit[] {
  const fresh = after === undefined ? undefined : judged.get(after);
  const left = new Set(functions);
  const edits = new Map<string, AppliedEdit>();
  for (const [key, old] of judged.get(before) ?? []) {
    const now = fresh?.get(key);
    if (old.kind !== 'judged' || now?.kind !== 'judged') continue;
    const runs = [...left].filter((name) => old.functions.has(name) || now.functions.has(name));
    if (runs.length === 0 || Math.max(size(old.program), size(now.program)) > MOST_INSTRUCTIONS) continue;
    for (const name of runs) left.delete(name);
    for (const edit of editsOf(diffPrograms(old.program, now.program)))
      edits.set(`${edit.function} ${edit.what}`, { ...edit, event: true });
  }
  return [...edits.values()];
}

function size({ processes }: Program): number {
  return processes.reduce((sum, { code }) => sum + code.length, 0);
}
