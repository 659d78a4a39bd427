// Which single fence would order what a trace under LKMM shows: each candidate is put into the program, and that is decided again.
import type { Execution, Program, Violation } from '../types.ts';
import { decide } from './decide.ts';
import { type Repair, repairsOf } from './lkmm/repair.ts';

const STATES = 200_000; // of SC, for one candidate
const MOST_LINES = 16; // that are tried

/**
 * The changes of one source line each, in words, after which no execution of `program` under LKMM violates what `violation` does: a fence
 * before the line, a load as acquire, a store as release; the weakest at a line. Tried at the accesses by which the processes of the
 * execution communicate. Empty: none helps alone. Undefined: an interleaving does it too, and fences cannot help.
 * One decision a candidate.
 */
export function remediesFor(program: Program, violation: Violation): readonly string[] | undefined {
  const { execution } = violation.trace;
  if (execution === undefined) return undefined;
  const spots = communicating(execution);
  const repairs = repairsOf(
    program,
    (changed) => isGone(changed, violation.property),
    (process, pc) => spots.has(`${process}:${pc}`),
  );
  return repairs.map((repair) => repairWords(program, repair));
}

function isGone(program: Program, property: string): boolean {
  const outcome = decide(program, 'lkmm', { states: STATES });
  return outcome.kind === 'complete' && outcome.violations.every((one) => one.property !== property);
}

/** The instructions whose accesses are tied to another process by reads-from, coherence or from-reads, in the order of the processes. */
function communicating({ events, rf, co }: Execution): ReadonlySet<string> {
  const found = new Set<number>();
  const tie = (a: number | undefined, b: number | undefined): void => {
    if (a === undefined || b === undefined || a < 0 || b < 0 || events[a]!.process === events[b]!.process) return;
    found.add(a).add(b);
  };
  for (const [from, read] of rf) {
    tie(from, read);
    const order = co[events[read]!.cell!]!;
    tie(read, order[order.indexOf(from) + 1]);
  }
  for (const order of co) for (const [k, write] of order.entries()) tie(order[k - 1], write);
  const spots = [...found].sort((a, b) => a - b).map((event) => `${events[event]!.process}:${events[event]!.pc}`);
  return new Set([...new Set(spots)].slice(0, MOST_LINES));
}

/** 'P1: smp_mb() before test_bit(...) (mm/swap.c:12)'. */
function repairWords(program: Program, { what, at, processes }: Repair): string {
  const names = processes.map((process) => program.processes[process]!.name).join(', ');
  const [frame] = at.frames;
  const place = frame === undefined ? '' : ` (${frame.file}:${frame.line})`;
  return what.endsWith('()')
    ? `${names}: ${what} before ${at.text}${place}`
    : `${names}: ${at.text} as ${what}${place}`;
}
