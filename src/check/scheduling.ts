// Who may run at all: processors, interrupts, and stretches of code during which nobody else runs.
import type { Instruction, Program } from '../types.ts';
import type { Node } from './graph.ts';

/** The processes of `enabled` (a set as bits) that may run when the processes stand at `at`; `initial`: where each one stopped first. */
export type SchedulingRules = (enabled: number, at: Int32Array, initial: Int32Array, nodes: readonly Node[]) => number;

/** True when a program has interrupts, or turns off interrupts, preemption or everybody else. */
export function hasContexts(program: Program): boolean {
  return program.processes.some(({ kind, code }) => kind === 'interrupt' || code.some(isContext));
}

/** True when some process waits for a condition. */
export function hasConditions(program: Program): boolean {
  return program.processes.some(({ code }) => code.some(({ op }) => op === 'wait-until'));
}

function isContext({ op }: Instruction): boolean {
  return op === 'context';
}

/** The rules of a program; undefined when everybody may always run. */
export function schedulingRules(program: Program): SchedulingRules | undefined {
  if (!hasContexts(program)) return undefined;
  const { processes } = program;
  return (enabled, at, initial, nodes) => {
    let allowed = 0;
    for (let p = 0; p < processes.length; p++) {
      if ((enabled & (1 << p)) === 0) continue;
      if (processes.every((_, q) => q === p || !excludes(q, p))) allowed |= 1 << p;
    }
    return allowed;

    function excludes(q: number, p: number): boolean {
      const { state } = nodes[at[q]!]!;
      const { context } = state;
      if (state.kind === 'ended' || state.kind === 'dead') return false;
      if (context.atomic > 0 && (enabled & (1 << q)) !== 0) return true;
      if (processes[p]!.cpu !== processes[q]!.cpu) return false;
      const isInterrupt = processes[p]!.kind === 'interrupt';
      // An interrupt runs to its end before anything else on its processor.
      if (processes[q]!.kind === 'interrupt') return at[q] !== initial[q];
      if (isInterrupt) return context.irq > 0 && at[p] === initial[p];
      return context.preempt > 0;
    }
  };
}
