// The path of an execution, as it is printed: counted in instructions of the program that was given, whatever words stand for them.
import type { Program } from '../types.ts';
import type { Expanded } from './expand.ts';
import type { Executed } from './run.ts';

/** A program and what the checker ran in its place. */
export interface Given {
  readonly program: Program;
  readonly words: Expanded;
}

/**
 * The path of `order`, executed instructions of `given.words`: segments `P*N` (process P makes N steps, `*1` left out), `P:K` (process P
 * takes value K of its choose) and `Pf` (the oldest store of process P leaves its buffer). An instruction is one step; rcu-sync is two,
 * its beginning and its end, a free is one for each cell, and an interrupt begins with a step of its own. Linear.
 */
export function encodePath(given: Given, order: readonly Executed[]): string {
  const parts: string[] = [];
  let count = 0;
  let last = -1;
  const close = (): void => {
    if (count > 0) parts.push(count === 1 ? `${last}` : `${last}*${count}`);
    count = 0;
  };
  for (const event of order) {
    const { process, choice } = event;
    const isFlush = event.buffer === 'leaves';
    const isChoice = given.words.program.processes[process]!.code[event.pc]!.op === 'choose';
    if (isFlush || isChoice || process !== last) close();
    last = process;
    if (isFlush || isChoice) parts.push(isFlush ? `${process}f` : `${process}:${choice}`);
    else if (isStep(given, event)) count++;
  }
  close();
  return parts.join('/');
}

/** Whether an executed instruction is a step of the program that was given. */
function isStep({ program, words }: Given, { process, pc, taken, cell }: Executed): boolean {
  const origin = words.origin?.[process];
  if (origin === undefined) return true;
  const { op } = words.program.processes[process]!.code[pc]!;
  const given = program.processes[process]!.code[origin[pc]!]!;
  switch (given.op) {
    // The step that others can see; inside of another section there is none, and the one that leaves it out stands for it.
    case 'rcu-lock':
      return op === 'rmw' || (op === 'branch' && !taken);
    case 'rcu-unlock':
      return op === 'assert';
    case 'rcu-sync':
      return op === 'fence';
    case 'spawn':
    case 'join':
    case 'context':
      return true;
    case 'free':
      return cell !== undefined || origin[pc - 1] !== origin[pc];
    case 'end':
    case 'stop':
      return op === 'rmw' || origin[pc - 1] !== origin[pc];
    default:
      // What comes before the first instruction: an interrupt begins; a child waits, which is no step.
      return op === given.op || op === 'context';
  }
}
