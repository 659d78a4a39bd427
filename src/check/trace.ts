// From the states of a search to an execution that a person can read: instruction by instruction, with few context switches.
import { assert } from '../errors.ts';
import type { Program, Trace, TraceStep } from '../types.ts';
import { conflicts } from './footprint.ts';
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

/** Indices of the events after which the bits in `reads` do not change any more. */
function lastWrites(events: readonly Executed[], reads: ReadonlyMap<number, number>): number[] {
  const last: number[] = [];
  for (const [cell, bits] of reads) {
    let open = bits;
    for (let index = events.length - 1; index >= 0 && open !== 0; index--) {
      const event = events[index]!;
      if (event.cell !== cell || (event.bits.writes & open) === 0) continue;
      last.push(index);
      open &= ~event.bits.writes;
    }
  }
  return last;
}

/**
 * Indices of the events that a reader needs: where one process sees or spoils what another did, tests of bits that fail,
 * changes of what the violated invariant reads, the violation itself, and the locks around these or still held at the end.
 */
function matters(
  program: Program,
  order: readonly Executed[],
  reads: ReadonlyMap<number, number>,
): ReadonlySet<number> {
  const marks = new Set<number>();
  for (const [index, event] of order.entries()) {
    if (event.violated !== undefined) marks.add(index);
    if (event.cell === undefined || isLocking(program, event)) continue;
    const isStore = program.processes[event.process]!.code[event.pc]!.op === 'store';
    const written = isStore ? event.bits.writes : changedBits(event);
    if ((written & (reads.get(event.cell) ?? 0)) !== 0) marks.add(index);
    const earlier = lastConflict(order, index);
    if (earlier === undefined) continue;
    marks.add(index);
    marks.add(earlier);
  }
  for (const index of locksAround(program, order, marks)) marks.add(index);
  return marks;
}

/** Locks taken and given back around a marked event of the same process, failed tries, and locks that are never given back. */
function locksAround(program: Program, order: readonly Executed[], marks: ReadonlySet<number>): readonly number[] {
  const around: number[] = [];
  const taken = new Map<string, number>(); // process/lock -> index of the event that took it
  for (const [index, event] of order.entries()) {
    if (!isLocking(program, event) || event.before === event.after) {
      if (isLocking(program, event) && event.read === 0) around.push(index);
      continue;
    }
    const key = `${event.process}/${event.cell}`;
    const start = taken.get(key);
    if (start === undefined) {
      taken.set(key, index);
      continue;
    }
    taken.delete(key);
    const isMarked = order.some(
      (other, k) => k > start && k < index && other.process === event.process && marks.has(k),
    );
    if (isMarked) around.push(start, index);
  }
  return [...around, ...taken.values()];
}

function isLocking(program: Program, event: Executed): boolean {
  const { op } = program.processes[event.process]!.code[event.pc]!;
  return op === 'lock' || op === 'unlock' || op === 'trylock';
}

function changedBits(event: Executed): number {
  return (event.before ?? 0) ^ (event.after ?? 0);
}

/**
 * The last earlier access of another process whose order against `order[index]` changed something: it changed bits that this one
 * reads, or read bits that this one changed. Undefined when the process itself wrote those bits in between.
 */
function lastConflict(order: readonly Executed[], index: number): number | undefined {
  const event = order[index]!;
  const changed = changedBits(event);
  let open = event.bits.reads | changed;
  for (let k = index - 1; k >= 0 && open !== 0; k--) {
    const other = order[k]!;
    if (other.cell !== event.cell) continue;
    const theirs = changedBits(other);
    const clash = ((theirs & (event.bits.reads | changed)) | (other.bits.reads & changed)) & open;
    if (other.process !== event.process && clash !== 0 && conflicts(other.bits, event.bits)) return k;
    open &= ~other.bits.writes;
  }
  return undefined;
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
