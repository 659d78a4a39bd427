// From the states of a search to an execution that a person can read: instruction by instruction, with few context switches.
import type { Program, Trace, TraceStep } from '../types.ts';
import type { Engine, Passed } from './engine.ts';
import { lastWrites, matters } from './matters.ts';
import { causesOf, reorder } from './order.ts';
import { encodePath, type Given } from './path.ts';
import { fuelFault } from './properties.ts';
import {
  createMachine,
  type Executed,
  execute,
  flushOldest,
  isBlocked,
  type Machine,
  nextInstruction,
  readsOf,
} from './run.ts';
import type { Witness } from './search.ts';
import { changeWords, endOf, eventWords, fullName, outcomeWords } from './words.ts';

/** `isOrderFixed`: who may run depends on more than words, so that events must stay in the order of the search. */
export interface TraceOptions {
  readonly fuel: number;
  readonly hasBuffers: boolean;
  readonly isOrderFixed: boolean;
  readonly given: Given;
}

/**
 * The execution that a witness stands for. `path` names it for replay.ts. Events that the violation
 * does not depend on are left out, unless the violation is one of a whole run.
 */
export function buildTrace(
  program: Program,
  engine: Engine,
  { fuel, hasBuffers, isOrderFixed, given }: TraceOptions,
  witness: Witness,
): Trace {
  const n = program.processes.length;
  const { machine, events } = follow(program, engine, hasBuffers, witness);
  const invariant = program.invariants.find((one) => witness.property.endsWith(one.name) && witness.kind !== 'assert');
  const reads = invariant === undefined ? new Map<number, number>() : readsOf(machine, invariant, fuel);
  const isWhole =
    isOrderFixed || witness.kind === 'deadlock' || (invariant !== undefined && invariant.when !== 'always');
  const needed = isWhole
    ? events
    : causesOf(events, invariant === undefined ? [events.length - 1] : lastWrites(events, reads), n);
  const again = createMachine(program, hasBuffers);
  const order = (isOrderFixed ? needed : reorder(needed, n)).map(({ process, choice, buffer }) =>
    buffer === 'leaves' ? flushOldest(again, process) : execute(again, process, choice),
  );
  const marks = matters(program, order, reads);
  const steps = order.flatMap((event, index) =>
    isShown(program, event) ? [toStep(program, event, marks.has(index))] : [],
  );
  if (witness.property === fuelFault(fuel)) steps.push(runaway(program, order.at(-1)!, fuel));
  if (witness.property === 'deadlock') steps.push(...waits(again));
  return {
    path: encodePath(given, order),
    steps,
    switches: order.filter((event, index) => index > 0 && order[index - 1]!.process !== event.process).length,
    violated: witness.property,
    end: program.observed.map((cell) => endOf(program, cell, again.cells[cell]!)),
  };
}

/** Runs the steps of the search again, one instruction at a time. */
function follow(
  program: Program,
  engine: Engine,
  hasBuffers: boolean,
  witness: Witness,
): { machine: Machine; events: readonly Executed[] } {
  const { space, graph } = engine;
  const taken = stepsTo(program, engine, witness);
  const machine = createMachine(program, hasBuffers);
  const events: Executed[] = [];
  const isFound = (): boolean => events.at(-1)?.violated === witness.property;
  const rerun = (p: number, passed: Passed, choice: number): void => {
    if (passed.node >= 0 && graph.nodes[passed.node]!.isFlush) events.push(flushOldest(machine, p));
    for (let k = 0; k < passed.length && machine.status[p] === 'runs'; k++) {
      events.push(execute(machine, p, k === 0 ? choice : 0));
      if (isFound() && isLast) return;
    }
    const { op } = nextInstruction(machine, p);
    if (machine.status[p] === 'runs' && (op === 'end' || op === 'stop')) events.push(execute(machine, p, 0));
  };
  let isLast = witness.state < 0;
  let process = -1;
  space.current.fill(0);
  for (const passed of recorded(engine, () => engine.start())) {
    if (passed.node < 0) process++;
    if (isLast && (process > witness.process! || isFound())) break;
    rerun(process, passed, 0);
  }
  for (const [index, { kind, number, way }] of taken.entries()) {
    const p = kind.find((one) => space.get(one) === number)!;
    isLast = index === taken.length - 1 && witness.process !== undefined;
    const steps = recorded(engine, () => engine.step(p, engine.nodeAt(p), way));
    for (const [k, passed] of steps.entries()) {
      rerun(p, passed, k === 0 ? way : 0);
      if (isLast && isFound()) break;
    }
  }
  return { machine, events };
}

/** A step of the search: of the first process of a kind that stands at the node with this number. */
interface Step {
  readonly kind: readonly number[];
  readonly number: number;
  readonly way: number;
}

/** The steps of the search up to a witness. In the states that it kept, processes that are alike may have changed places. */
function stepsTo(program: Program, { space, alike }: Engine, { state, process, way }: Witness): readonly Step[] {
  const n = program.processes.length;
  const steps: Step[] = [];
  const add = (from: number, p: number, choice: number): void => {
    space.load(from);
    steps.push({ kind: alike[p]!, number: space.get(p), way: choice });
  };
  if (state >= 0 && process !== undefined) add(state, process, way);
  for (let at = state; at > 0; at = space.parent[at]!)
    add(space.parent[at]!, space.how[at]! % n, Math.floor(space.how[at]! / n));
  return steps.reverse();
}

/** What the engine ran through while `run` ran. */
export function recorded(engine: Engine, run: () => void): readonly Passed[] {
  const passed: Passed[] = [];
  engine.record = passed;
  run();
  engine.record = undefined;
  return passed;
}

/** Instructions that only compute are left out of a trace; `path` counts them all the same. */
export function isShown(program: Program, event: Executed): boolean {
  if (event.violated !== undefined || event.buffer === 'leaves') return true;
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

/** An executed instruction as a trace tells it. */
export function toStep(program: Program, event: Executed, isKept: boolean): TraceStep {
  const { process, pc, cell, before, after, read } = event;
  const instruction = program.processes[process]!.code[pc]!;
  const words = eventWords(program, instruction, event);
  const isFault = event.violated?.startsWith('fault') === true;
  const spoken = isFault ? `${instruction.op}: ${event.violated.slice('fault: '.length)}` : words;
  const values = changeWords(program, event);
  return {
    ...{ process, pc, at: instruction.at, event: spoken, cell, before, after, read, matters: isKept },
    ...(values === undefined ? {} : { values }),
  };
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

/** Words for the final values of a trace. */
export function endWords(program: Program, trace: Trace): string {
  return outcomeWords(
    program,
    trace.end.map(({ value }) => value),
  );
}
