// The execution that follow() found, as a schedule that a person can read.
import type { Program, Trace } from '../types.ts';
import { asGiven, expand } from './expand.ts';
import type { Found } from './follow.ts';
import { matters } from './matters.ts';
import { replay } from './replay.ts';
import { createMachine, type Executed, execute, readsOf } from './run.ts';
import { isShown, toStep } from './trace.ts';
import { endOf } from './words.ts';

const LOCAL_STEPS = 10_000;

/** Names of the properties that an execution violates, as the second interpreter finds them; sorted. */
export function violatedBy(program: Program, path: string): readonly string[] {
  const words = expand(program);
  return 'what' in words ? [] : replay(words.program, path).violated;
}

/**
 * The schedule of `found`: the stated calls matter, and so does what a violation of `property` rests on. `property` is '' when
 * nothing is violated. Throws when the program is none that follow() accepts.
 */
export function scheduleOf(program: Program, found: Found, property: string): Trace {
  const expanded = expand(program);
  if ('what' in expanded) throw new Error(expanded.why);
  const { program: words, origin } = expanded;
  const machine = createMachine(words, false);
  const events: Executed[] = [];
  for (const segment of found.path === '' ? [] : found.path.split('/')) {
    const [, process = '0', length, choice] = /^(\d+)(?:\*(\d+)|:(\d+))?$/.exec(segment) ?? [];
    for (let left = Number(length ?? 1); left > 0; left--)
      events.push(execute(machine, Number(process), Number(choice ?? 0)));
  }
  const invariant = words.invariants.find(({ name }) => name === property);
  const reads = invariant === undefined ? new Map<number, number>() : readsOf(machine, invariant, LOCAL_STEPS);
  const marks = matters(words, events, reads);
  const steps = events.flatMap((event, index) =>
    isShown(words, event) ? [toStep(words, event, marks.has(index) || isStated(found, events, index, words))] : [],
  );
  const trace: Trace = {
    path: found.path,
    steps,
    switches: events.filter(({ process }, k) => k > 0 && events[k - 1]!.process !== process).length,
    violated: property,
    end: words.observed.map((cell) => endOf(words, cell, machine.cells[cell]!)),
  };
  return asGiven(trace, program, origin);
}

/** A stated call of a primitive is an access; of a function with a body, what happens inside matters or does not. */
function isStated({ stated }: Found, events: readonly Executed[], index: number, program: Program): boolean {
  const { cell, process, pc } = events[index]!;
  return cell !== undefined && stated.has(index) && /^\w+\s*\(/.test(program.processes[process]!.code[pc]!.at.text);
}
