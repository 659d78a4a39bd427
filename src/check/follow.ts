// Follows a drawn schedule: looks for an execution that makes stated calls in a stated order, each column a process of its own.
//
// Between two stated calls any process may do anything that nobody wrote down. A call begins with its first instruction; stated
// calls begin in the order of the drawing. A stated value is compared when control leaves the call.
import type { Program, Refusal } from '../types.ts';
import { fits, pathOfCalls } from './call-path.ts';
import { type CallSite, callSites } from './calls.ts';
import { expand } from './expand.ts';
import { cellOf, isAs, type Sharing, touch, touchInTurn } from './follow-sharing.ts';
import { copied, keyOf, type Node, type Open, pathOf, type Turn, turnsTo, unstatedIn } from './follow-state.ts';
import { validate } from './program.ts';
import { createMachine, execute, isBlocked, type Machine, nextInstruction } from './run.ts';
import { hasContexts } from './scheduling.ts';

/** A call that the schedule states. */
export interface StatedCall {
  readonly isCall: (name: string) => boolean; // any of the names that the call may have in the code
  readonly column: number | undefined; // steps of one column are one process; undefined: the column was lost
  readonly result?: boolean | number; // what the call gives: true is any value but 0
}

/** An execution that makes every stated call. */
export interface Found {
  readonly processes: readonly number[]; // by step: which process makes it
  readonly path: string; // for replay: to the end of every process, or as far as the search came
  readonly isWhole: boolean; // every process has ended or waits for ever
  readonly stated: ReadonlySet<number>; // instructions of the path, counted from 0, that begin a stated call
  readonly unstated: number; // calls of what a process is stated to call that it makes besides, before its last stated one
}

/** Why no execution makes the calls. */
export interface Obstacle {
  readonly step: number; // index of the first call that no execution makes as stated
  readonly why: 'no such call' | 'not in this order' | 'other value';
  readonly value?: number; // of 'other value': what the call gives there
}

export type Followed =
  | {
      readonly kind: 'followed';
      readonly found: readonly Found[]; // one for each way of giving the steps to processes; sorted; violations come first where seen
      readonly obstacle: Obstacle | undefined; // of none found
      readonly bounded: boolean; // the limit was hit: there may be more ways
      readonly states: number;
    }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** How far to search, and for what. */
export interface FollowOptions {
  readonly states: number; // limit of distinct states
  readonly columns: number; // how many processes take part
  /** Whether no other process makes a stated call while one is going on, unless a call inside it is stated too. */
  readonly isSerial: boolean;
  readonly isBad?: (path: string) => boolean; // of a whole execution: whether it is the kind that is looked for
}

const MOST_LOCAL = 10_000; // instructions of one turn
const MOST_RESTARTS = 200;

/**
 * Returns the executions of `program` under SC that make `calls` in order. Exponential in the program, bounded by the limit. Refuses
 * programs that are too large and those that turn off interrupts or preemption.
 */
export function follow(program: Program, calls: readonly StatedCall[], options: FollowOptions): Followed {
  const refusal = validate(program);
  if (refusal !== undefined) return { kind: 'refused', refusal };
  const expanded = expand(program);
  if ('what' in expanded) return { kind: 'refused', refusal: expanded };
  if (hasContexts(expanded.program)) {
    const why = 'expected processes that never turn off interrupts, preemption or each other';
    return { kind: 'refused', refusal: { what: program.name, why } };
  }
  const sites = sitesOf(expanded.program, calls);
  const absent = calls.findIndex((_, step) => sites.every((own) => own[step]!.length === 0));
  if (absent >= 0)
    return {
      kind: 'followed',
      found: [],
      obstacle: { step: absent, why: 'no such call' },
      bounded: false,
      states: 0,
    };
  const reached = pathOfCalls(expanded.program, calls, sites, options.columns);
  if (reached < calls.length)
    return {
      kind: 'followed',
      found: [],
      obstacle: { step: reached, why: 'not in this order' },
      bounded: false,
      states: 0,
    };
  const sharing = { touched: new Int32Array(expanded.program.cells.length), isStale: false };
  for (const p of expanded.program.processes.keys()) touchInTurn(expanded.program, p, sharing);
  let result: Followed | undefined;
  // What only one process touches is no place to switch. The search begins again when that turns out wrong.
  for (let round = 0; round < MOST_RESTARTS; round++) {
    sharing.isStale = false;
    result = searchOnce(expanded.program, calls, sites, options, sharing);
    if (!sharing.isStale) break;
  }
  return result!;
}

/** Per process and step, the call sites that can be the step. */
function sitesOf(program: Program, calls: readonly StatedCall[]): readonly (readonly (readonly CallSite[])[])[] {
  return program.processes.map((process) => {
    const all = callSites(process);
    return calls.map(({ isCall }) => all.filter((site) => isCall(site.name)));
  });
}

function searchOnce(
  program: Program,
  calls: readonly StatedCall[],
  sites: readonly (readonly (readonly CallSite[])[])[],
  options: FollowOptions,
  sharing: Sharing,
): Followed {
  const n = program.processes.length;
  const marked = sites.map((own) => new Set(own.flatMap((list) => list.flatMap((site) => [...site.pcs]))));
  const turns: Turn[] = [];
  const seen = new Set<string>();
  const found = new Map<string, { node: Node; isWhole: boolean; isBad: boolean }>();
  const others = new Map<number, number>(); // by step: another value than stated, where it was never the stated one
  const asStated = new Set<number>(); // steps that gave the stated value
  let begun = 0; // most stated calls that any execution begins
  let states = 0;
  let bounded = false;
  const start: Node = {
    machine: createMachine(program, false),
    last: program.processes.map(() => -1),
    taken: [],
    open: [],
    parent: -1,
  };
  const stack: Node[] = [start];
  for (let node = stack.pop(); node !== undefined && !sharing.isStale; node = stack.pop()) {
    const key = keyOf(node, marked);
    if (seen.has(key)) continue;
    if (states >= options.states) {
      bounded = true;
      break;
    }
    seen.add(key);
    states++;
    const way = node.taken.join();
    if (isDone(node) && found.get(way)?.isBad === true) continue;
    const next = expandNode(node);
    if (isDone(node)) keep(way, node, next.length === 0);
    // The last one is tried first: who begins a stated call, then who ran last.
    next.sort((a, b) => rank(a, node) - rank(b, node));
    stack.push(...next);
  }
  const ways = [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => foundOf(one.node, one.isWhole));
  return {
    kind: 'followed',
    found: ways,
    obstacle: ways.length > 0 ? undefined : obstacleOf(),
    bounded,
    states,
  };

  function obstacleOf(): Obstacle {
    const wrong = [...others.keys()].filter((step) => !asStated.has(step)).sort((a, b) => a - b)[0];
    if (wrong !== undefined && wrong <= begun) return { step: wrong, why: 'other value', value: others.get(wrong)! };
    return { step: Math.min(begun, calls.length - 1), why: 'not in this order' };
  }

  function isDone({ taken, open }: Node): boolean {
    if (taken.length < calls.length || new Set(taken).size !== options.columns) return false;
    return open.every(({ step }) => calls[step]!.result === undefined);
  }

  function keep(way: string, node: Node, isWhole: boolean): void {
    const known = found.get(way);
    if (known === undefined) {
      found.set(way, { node, isWhole, isBad: isWhole && isWished(node) });
    } else if (isWhole && !known.isBad) {
      const isBad = isWished(node);
      if (isBad || !known.isWhole) found.set(way, { node, isWhole, isBad });
    }
  }

  function isWished(node: Node): boolean {
    return options.isBad?.(pathOf(turnsTo(turns, node.parent))) === true;
  }

  function rank(next: Node, from: Node): number {
    const turn = turns[next.parent]!;
    return (next.taken.length > from.taken.length ? 2 : 0) + (turns[from.parent]?.process === turn.process ? 1 : 0);
  }

  function foundOf(node: Node, isWhole: boolean): Found {
    const order = turnsTo(turns, node.parent);
    const stated = new Set<number>();
    let count = 0;
    for (const turn of order) {
      if (turn.begins) stated.add(count);
      count += turn.length;
    }
    return {
      processes: node.taken,
      path: pathOf(order),
      isWhole,
      stated,
      unstated: unstatedIn(program, sites, order, node.taken),
    };
  }

  /** Every way to go on: each process that can run, with each value of a choice, and with or without taking the next steps. */
  function expandNode(node: Node): Node[] {
    const next: Node[] = [];
    for (let p = 0; p < n; p++) {
      if (node.machine.status[p] !== 'runs' || isBlocked(node.machine, p)) continue;
      const instruction = nextInstruction(node.machine, p);
      const choices = instruction.op === 'choose' ? instruction.values.length : 1;
      for (let choice = 0; choice < choices; choice++) {
        for (const started of beginnings(node, p)) {
          const after = turn(started, node, p, instruction.op === 'choose' ? choice : undefined);
          if (after !== undefined) next.push(after);
        }
      }
    }
    return next;
  }

  /** The node as it is, and with the next one, two, ... steps begun by the instruction that `p` is about to run. */
  function beginnings(node: Node, p: number): Node[] {
    const all = [node];
    const used = new Set<CallSite>();
    const pc = node.machine.pc[p]!;
    for (let from = node; from.taken.length < calls.length; ) {
      const step = from.taken.length;
      const site = sites[p]![step]!.find((one) => one.pcs.has(pc) && !one.pcs.has(node.last[p]!) && !used.has(one));
      if (site === undefined || !fits(calls, from.taken, p, options.columns)) break;
      used.add(site);
      const open = from.open.map((one) =>
        one.process === p ? { ...one, holdsStep: true } : { ...one, isCrossed: !one.holdsStep },
      );
      from = {
        ...from,
        taken: [...from.taken, p],
        open: [...open, { step, process: p, site, isCrossed: false, holdsStep: false }],
      };
      all.push(from);
    }
    return all;
  }

  /** Runs `p` up to the next place where another process can tell, or where a stated call may begin. */
  function turn(node: Node, from: Node, p: number, choice: number | undefined): Node | undefined {
    const machine = copied(node.machine);
    const last = [...node.last];
    let { open } = node;
    let length = 0;
    do {
      const pc = machine.pc[p]!;
      const done = execute(machine, p, choice ?? 0);
      length++;
      last[p] = pc;
      if (done.cell !== undefined) touch(sharing, done.cell, p);
      const left = leave(open, machine, p);
      if (left === undefined) return undefined;
      open = left;
    } while (length < MOST_LOCAL && machine.status[p] === 'runs' && isQuiet(machine, p, last[p]));
    turns.push({ process: p, length, choice, begins: node !== from, parent: from.parent });
    begun = Math.max(begun, node.taken.length);
    return { machine, last, taken: node.taken, open, parent: turns.length - 1 };
  }

  /** The stated calls that are still open; undefined when one returned something else than stated. */
  function leave(open: readonly Open[], machine: Machine, p: number): readonly Open[] | undefined {
    if (open.length === 0) return open;
    const stays: Open[] = [];
    for (const one of open) {
      const isInside = machine.status[p] === 'runs' && one.site.pcs.has(machine.pc[p]!);
      if (one.process !== p || isInside) {
        stays.push(one);
        continue;
      }
      if (options.isSerial && one.isCrossed && !one.holdsStep) return undefined;
      const { result } = calls[one.step]!;
      if (result === undefined) continue;
      if (machine.status[p] === 'dead') return undefined;
      const given = one.site.result === undefined ? undefined : machine.registers[p]![one.site.result]!;
      if (given === undefined || isAs(result, given)) {
        asStated.add(one.step);
        continue;
      }
      others.set(one.step, given);
      return undefined;
    }
    return stays;
  }

  /** Whether the next instruction of `p` may as well run at once. */
  function isQuiet(machine: Machine, p: number, last: number): boolean {
    const pc = machine.pc[p]!;
    const instruction = nextInstruction(machine, p);
    if (instruction.op === 'choose' || instruction.op === 'wait-until' || isBlocked(machine, p)) return false;
    if (marked[p]!.has(pc) && sites[p]!.some((list) => list.some(({ pcs }) => pcs.has(pc) && !pcs.has(last))))
      return false;
    const cell = cellOf(instruction, machine, p);
    if (cell === undefined) return !('address' in instruction);
    return (sharing.touched[cell]! & ~(1 << p)) === 0;
  }
}
