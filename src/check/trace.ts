// From the states of a search to an execution that a person can read: instruction by instruction, with few context switches.
import { assert } from '../errors.ts';
import type { Program, Trace, TraceStep } from '../types.ts';
import { lastWrites, matters } from './matters.ts';
import { causesOf, reorder } from './order.ts';
import type { Plan } from './plan.ts';
import { fuelFault } from './properties.ts';
import { createMachine, type Executed, execute, isBlocked, type Machine, nextInstruction, readsOf } from './run.ts';
import type { Found, Witness } from './search.ts';
import { eventWords, fullName, outcomeWords } from './words.ts';

/**
 * The execution that a witness stands for. `path` names it for replay.ts: segments `P*N` (process P runs N instructions, `*1` left out)
 * and `P:K` (process P takes value K of its choose). Events that the violation does not depend on are left out, unless the
 * violation is one of a whole run.
 */
export function buildTrace(plan: Plan, found: Found, witness: Witness): Trace {
  const { program } = plan;
  const n = program.processes.length;
  const { machine, events } = follow(plan, found, witness);
  const invariant = program.invariants.find((one) => witness.property.endsWith(one.name) && witness.kind !== 'assert');
  const reads = invariant === undefined ? new Map<number, number>() : readsOf(machine, invariant, plan.fuel);
  const isWhole = witness.kind === 'deadlock' || invariant?.when === 'end';
  const needed = isWhole
    ? events
    : causesOf(events, invariant === undefined ? [events.length - 1] : lastWrites(events, reads), n);
  const again = createMachine(program);
  const order = reorder(needed, n).map(({ process, choice }) => execute(again, process, choice));
  const marks = matters(program, order, reads);
  const steps = order.flatMap((event, index) =>
    isShown(program, event) ? [toStep(program, event, marks.has(index))] : [],
  );
  if (witness.property === fuelFault(plan.fuel)) steps.push(runaway(program, order.at(-1)!, plan.fuel));
  if (witness.kind === 'deadlock') steps.push(...waits(again));
  return {
    path: encode(program, order),
    steps,
    switches: order.filter((event, index) => index > 0 && order[index - 1]!.process !== event.process).length,
    violated: witness.property,
    end: program.observed.map((cell) => ({ cell, value: again.cells[cell]! })),
  };
}

/** Runs the steps of the search again, one instruction at a time. */
function follow(plan: Plan, found: Found, witness: Witness): { machine: Machine; events: Executed[] } {
  const { program } = plan;
  const n = program.processes.length;
  const { table } = found;
  const taken: { p: number; choice: number }[] = [];
  for (let state = witness.state; state > 0; state = table.parent[state]!) {
    taken.push({ p: table.how[state]! % n, choice: Math.floor(table.how[state]! / n) });
  }
  const runner = createRunner(plan);
  for (let p = 0; p < n; p++) {
    runner.step(p, 0, witness.state < 0 && p === witness.process ? witness.property : undefined);
    if (witness.state < 0 && p === witness.process) return runner;
  }
  for (const { p, choice } of taken.reverse()) runner.step(p, choice, undefined);
  if (witness.process !== undefined) runner.step(witness.process, witness.choice, witness.property);
  return runner;
}

interface Runner {
  readonly machine: Machine;
  readonly events: Executed[];
  /** Runs process `p` to its next stop, or until `until` is violated. */
  readonly step: (p: number, choice: number, until: string | undefined) => void;
}

function createRunner(plan: Plan): Runner {
  const machine = createMachine(plan.program);
  const events: Executed[] = [];
  const at = plan.automata.map(() => -1); // node, -1 before the start
  const step = (p: number, choice: number, until: string | undefined): void => {
    const automaton = plan.automata[p]!;
    const starts = at[p]! < 0;
    let node = Math.max(0, at[p]!);
    let moves = !starts && automaton.movesRight[node] === true;
    for (let count = starts ? 1 : 0; machine.status[p] === 'runs'; count++) {
      const stop = automaton.stop[node]!;
      const isArrival = starts || count > 0;
      if (isArrival && nextInstruction(machine, p).op !== 'end' && nextInstruction(machine, p).op !== 'stop') {
        if (stop === 'point' || (stop === 'access' && !moves) || (stop === 'soft' && isBlocked(machine, p))) break;
        if (!plan.visibleSteps && count > plan.fuel) break;
      }
      if (isArrival && stop === 'access') moves = false;
      if (nextInstruction(machine, p).op === 'unlock') moves = false;
      const event = execute(machine, p, choice);
      events.push(event);
      if (until !== undefined && event.violated === until) return;
      if (machine.status[p] === 'runs') node = nextNode(plan, p, node, event);
    }
    at[p] = node;
  };
  return { machine, events, step };
}

function nextNode(plan: Plan, p: number, node: number, event: Executed): number {
  const { edges, pc } = plan.automata[p]!.nodes[node]!;
  const { op } = plan.program.processes[p]!.code[pc]!;
  assert(pc === event.pc, `expected the trace of process ${p} at ${pc}, found it at ${event.pc}`);
  if (op === 'branch') return edges[event.taken ? 0 : 1]!.to;
  if (edges.length === 1) return edges[0]!.to;
  if (op === 'trylock' && !event.taken) return edges.at(-1)!.to;
  const address = plan.program.cells[event.cell!]!.address;
  return (edges.find((edge) => edge.address === address) ?? edges[0])!.to;
}

/** Instructions that only compute are left out of a trace; `path` counts them all the same. */
function isShown(program: Program, event: Executed): boolean {
  if (event.violated !== undefined) return true;
  switch (program.processes[event.process]!.code[event.pc]!.op) {
    case 'set':
    case 'branch':
    case 'jump':
    case 'end':
    case 'assert':
    case 'assert-held':
      return false;
    default:
      return true;
  }
}

function toStep(program: Program, event: Executed, isKept: boolean): TraceStep {
  const { process, pc, cell, before, after, read } = event;
  const instruction = program.processes[process]!.code[pc]!;
  const words = eventWords(program, instruction, event);
  const isFault = event.violated?.startsWith('fault') === true;
  const spoken = isFault ? `${instruction.op}: ${event.violated.slice('fault: '.length)}` : words;
  return { process, pc, at: instruction.at, event: spoken, cell, before, after, read, matters: isKept };
}

function runaway(program: Program, last: Executed, fuel: number): TraceStep {
  const { process, pc } = last;
  const event = fuelFault(fuel).slice('fault: '.length);
  return {
    process,
    pc,
    at: program.processes[process]!.code[pc]!.at,
    event,
    cell: undefined,
    before: undefined,
    after: undefined,
    read: undefined,
    matters: true,
  };
}

/** One step for each process that waits in a deadlock, saying for what. */
function waits(machine: Machine): TraceStep[] {
  const { program } = machine;
  return program.processes.flatMap((process, p) => {
    if (machine.status[p] !== 'runs' || !isBlocked(machine, p)) return [];
    const pc = machine.pc[p]!;
    const instruction = nextInstruction(machine, p);
    const cell = awaitedCell(machine, p);
    const owner =
      cell === undefined || instruction.op !== 'lock' ? undefined : program.processes[machine.cells[cell]! - 1];
    const held = owner === undefined ? '' : `, held by ${owner.name} (${owner.label})`;
    const event = `${process.name} waits for ${cell === undefined ? '?' : fullName(program.cells[cell]!)}${held}`;
    return [
      {
        process: p,
        pc,
        at: instruction.at,
        event,
        cell,
        before: undefined,
        after: undefined,
        read: undefined,
        matters: true,
      },
    ];
  });
}

function awaitedCell(machine: Machine, p: number): number | undefined {
  const probe: Machine = {
    ...machine,
    cells: machine.cells.slice(),
    registers: machine.registers,
    pc: [...machine.pc],
    status: [...machine.status],
  };
  return execute(probe, p, 0).cell;
}

/** The path of an execution, see buildTrace. */
function encode(program: Program, order: readonly Executed[]): string {
  const parts: string[] = [];
  let count = 0;
  for (const [index, event] of order.entries()) {
    const isChoice = program.processes[event.process]!.code[event.pc]!.op === 'choose';
    if (isChoice) {
      parts.push(`${event.process}:${event.choice}`);
      continue;
    }
    count++;
    const next = order[index + 1];
    if (next?.process === event.process && program.processes[next.process]!.code[next.pc]!.op !== 'choose') continue;
    parts.push(count === 1 ? `${event.process}` : `${event.process}*${count}`);
    count = 0;
  }
  return parts.join('/');
}

/** Words for the final values of a trace. */
export function endWords(program: Program, trace: Trace): string {
  return outcomeWords(
    program,
    trace.end.map(({ value }) => value),
  );
}
