// Who may run at all: processors, interrupts, stretches of code during which nobody else runs, and store buffers, one a processor.
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

/** True when process `p` is not alone on its processor. */
export function sharesProcessor({ processes }: Program, p: number): boolean {
  return processes.some(({ cpu }, q) => q !== p && cpu === processes[p]!.cpu);
}

/** True when who may run depends on more than words. `hasBuffers`: under x86-TSO. */
export function isScheduled(program: Program, hasBuffers: boolean): boolean {
  return hasContexts(program) || (hasBuffers && program.processes.some((_, p) => sharesProcessor(program, p)));
}

/**
 * The rules of a program; undefined when everybody may always run.
 *
 * x86 has one store buffer a processor. Here each process has its own, and runs only while those of the others on its processor are
 * empty, which is the same: what one process leaves in the buffer is in memory before another one runs there. An interrupt drains
 * the buffer when it is delivered (Intel SDM volume 3A, "Store Buffer": "when an exception or interrupt is generated"), IRET
 * drains it when it returns ("Serializing Instructions"), and a switch between tasks takes the lock of the run queue with a LOCK prefix.
 */
export function schedulingRules(program: Program, hasBuffers: boolean): SchedulingRules | undefined {
  if (!isScheduled(program, hasBuffers)) return undefined;
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
      const isBeside = processes[p]!.cpu === processes[q]!.cpu;
      if (isBeside && state.buffer.stores.length > 0) return true;
      if (state.kind === 'ended' || state.kind === 'dead') return false;
      if (context.atomic > 0 && (enabled & (1 << q)) !== 0) return true;
      if (!isBeside) return false;
      const isInterrupt = processes[p]!.kind === 'interrupt';
      // An interrupt runs to its end before anything else on its processor.
      if (processes[q]!.kind === 'interrupt') return at[q] !== initial[q];
      if (isInterrupt) return context.irq > 0 && at[p] === initial[p];
      return context.preempt > 0;
    }
  };
}
