// Runs the processes of an execution under LKMM again, each alone, on the values that its reads are said to give. What comes out are the
// nodes and dependencies that linux-kernel.def makes of the code. Nothing of the engines is used.
import { InputError } from '../errors.ts';
import type { Execution, ExecutionEvent, Expr, Instruction, Program } from '../types.ts';
import { type Access, evaluate, wordAfter } from './replay-access.ts';

const NULL = 'fault: NULL pointer dereference';
const MOST = 100_000; // instructions of a process

/** A node: an access, a fence or an RCU event. Dependencies are bit sets of nodes. */
export interface Node {
  readonly process: number;
  readonly kind: 'R' | 'W' | 'F';
  readonly tags: readonly string[];
  readonly cell: number; // -1: none
  readonly value: number;
  readonly addr: bigint;
  readonly data: bigint;
  readonly ctrl: bigint;
  readonly pair: number; // of the write of a read-modify-write: its read; -1
  readonly event: number; // index into Execution.events; -1 for the fences that an access implies
}

interface Register {
  readonly value: number;
  readonly from: bigint; // reads that it depends on
}

/** Runs all processes. Throws InputError when an event is not what the code does there. Linear in the steps. */
export function nodesOf(program: Program, execution: Execution): { nodes: readonly Node[]; violated: Set<string> } {
  const nodes: Node[] = [];
  const violated = new Set<string>();
  for (const process of program.processes.keys()) {
    const own = execution.events.flatMap((event, index) => (event.process === process ? [{ event, index }] : []));
    const left = run(program, process, own, nodes, violated);
    if (left !== undefined) refuse(program, `the end of P${process}`, `${left.kind} at ${left.pc}`);
  }
  return { nodes, violated };
}

/** Throws InputError. */
export function refuse(program: Program, expected: string, found: string): never {
  throw new InputError({ place: { file: `execution of ${program.name}` }, expected, found });
}

/** Runs one process to its end; the first event that is left over. */
function run(
  program: Program,
  process: number,
  own: readonly { event: ExecutionEvent; index: number }[],
  nodes: Node[],
  violated: Set<string>,
): ExecutionEvent | undefined {
  const { code, registers } = program.processes[process]!;
  const joins = joinsOf(code);
  const regs: Register[] = Array.from({ length: registers }, () => ({ value: 0, from: 0n }));
  const held = new Set<number>();
  let guards: { until: number; from: bigint }[] = [];
  let next = 0;
  let pc = 0;
  const values = (): number[] => regs.map(({ value }) => value);
  const from = (...exprs: readonly (Expr | undefined)[]): bigint =>
    exprs.reduce((all, e) => all | (e === undefined ? 0n : dependsOn(e, regs)), 0n);
  const node = (kind: Node['kind'], tags: readonly string[], more: Partial<Node> = {}): number => {
    const ctrl = guards.reduce((all, one) => all | one.from, 0n);
    return (
      nodes.push({
        ...{ process, kind, tags, cell: -1, value: 0, addr: 0n, data: 0n, ctrl, pair: -1, event: -1 },
        ...more,
      }) - 1
    );
  };
  const take = (
    kind: ExecutionEvent['kind'],
    cell?: number,
    value?: number,
  ): { event: ExecutionEvent; index: number } => {
    const one = own[next++];
    const isIt = one !== undefined && one.event.kind === kind && one.event.pc === pc && one.event.cell === cell;
    if (!isIt || (value !== undefined && one.event.value !== value))
      refuse(program, `${kind} ${value ?? ''} at ${pc} of P${process}`, JSON.stringify(one?.event ?? 'nothing'));
    return one;
  };
  for (let left = MOST; left > 0; left--) {
    guards = guards.filter(({ until }) => until !== pc);
    const i = code[pc]!;
    const arg = (e: Expr): number => evaluate(e, values());
    const address = 'address' in i ? i.address : 'domain' in i ? i.domain : undefined;
    const cell = address === undefined ? -1 : program.cells.findIndex((one) => one.address === arg(address));
    if (address !== undefined && cell < 0) {
      violated.add(arg(address) >>> 0 < 64 ? NULL : 'fault: bad address');
      return own[next]?.event;
    }
    const addr = from(address);
    switch (i.op) {
      case 'end':
      case 'stop':
        return own[next]?.event;
      case 'set':
        regs[i.dst] = { value: arg(i.value), from: from(i.value) };
        break;
      case 'branch':
        guards.push({ until: joins[pc]!, from: from(i.cond) });
        pc = (arg(i.cond) !== 0 ? i.then : i.else) - 1;
        break;
      case 'jump':
        pc = i.to - 1;
        break;
      case 'fence':
        if (take('fence').event.tag !== i.fence) refuse(program, `fence ${i.fence} at ${pc}`, 'another one');
        node('F', [i.fence]);
        break;
      case 'choose': {
        const { value } = take('choice').event;
        if (!i.values.some((one) => (one | 0) === value)) refuse(program, `one of ${i.values.join()}`, `${value}`);
        regs[i.dst] = { value: value!, from: 0n };
        break;
      }
      case 'assert':
        if (arg(i.cond) === 0) violated.add(`assert: ${i.what}`);
        break;
      case 'assert-held':
        if (!held.has(cell)) violated.add(`assert: ${i.what}`);
        break;
      case 'rcu-lock':
      case 'rcu-unlock':
      case 'rcu-sync': {
        const kind = i.domain === undefined || i.op === 'rcu-sync' ? 'rcu' : i.op === 'rcu-lock' ? 'read' : 'write';
        const { event, index } = take(kind, cell < 0 ? undefined : cell);
        const index0 = i.op === 'rcu-unlock' ? i.index : undefined;
        const tag = i.op === 'rcu-sync' ? 'sync' : i.domain === undefined ? i.op : i.op.replace('rcu', 'srcu');
        const value = event.value ?? 0;
        if (index0 !== undefined && value !== arg(index0)) refuse(program, `index ${arg(index0)}`, `${value}`);
        const letter = kind === 'read' ? 'R' : kind === 'write' ? 'W' : 'F';
        const id = node(letter, [tag], { cell, value, addr, data: from(index0), event: index });
        if (i.op === 'rcu-lock' && i.dst !== undefined) regs[i.dst] = { value, from: 1n << BigInt(id) };
        break;
      }
      case 'store':
      case 'unlock': {
        const value = i.op === 'store' ? arg(i.value) : 0;
        const { index } = take('write', cell, value);
        const tags = i.op === 'unlock' ? ['UL', 'release'] : [i.order];
        node('W', tags, { cell, value, addr, data: i.op === 'store' ? from(i.value) : 0n, event: index });
        if (i.op === 'store' && i.order === 'mb') node('F', ['mb']);
        held.delete(cell);
        break;
      }
      default: {
        if (!('address' in i) || i.op === 'free') return refuse(program, 'an instruction with LKMM events', i.op);
        const isFull = 'order' in i && i.order === 'mb';
        const { event, index } = take('read', cell);
        const old = event.value!;
        const [after, result] = wordAfter(i, old, process + 1, values());
        if (!mayGoOn(i, old)) refuse(program, `what ${i.op} waits for`, `${old}`);
        const writes = doesWrite(i, old, result, arg);
        if (isFull && (writes || i.op === 'load')) node('F', ['mb']);
        const read = node('R', readTags(i, writes), { cell, value: old, addr, event: index });
        const seen = 1n << BigInt(read);
        if (writes) {
          const written = take('write', cell, after).index;
          const tags = i.op === 'lock' || i.op === 'trylock' ? ['LKW', 'RMW'] : ['RMW', 'order' in i ? i.order : ''];
          node('W', tags, { cell, value: after, addr, data: dataOf(i, seen, from), pair: read, event: written });
          if (isFull) node('F', ['mb']);
          if (i.op === 'lock' || i.op === 'trylock') held.add(cell);
        } else if (isFull && i.op === 'load') node('F', ['mb']);
        if ('dst' in i && i.dst !== undefined) {
          const beside = i.op === 'rmw' && i.fn !== 'xchg' ? i.operand : i.op === 'add-unless' ? i.unless : undefined;
          const independent = i.op === 'trylock' && writes;
          regs[i.dst] = { value: result!, from: independent ? 0n : seen | from(beside) };
        }
      }
    }
    pc++;
  }
  return refuse(program, `P${process} to come to its end`, `${MOST} instructions`);
}

function dependsOn(e: Expr, regs: readonly Register[]): bigint {
  if (e.kind === 'const') return 0n;
  if (e.kind === 'reg') return regs[e.reg]!.from;
  if (e.kind === 'unary') return dependsOn(e.arg, regs);
  if (e.kind === 'binary') return dependsOn(e.left, regs) | dependsOn(e.right, regs);
  return dependsOn(e.cond, regs) | dependsOn(e.then, regs) | dependsOn(e.else, regs);
}

/** What the value that is written depends on. */
function dataOf(i: Access, seen: bigint, from: (...exprs: (Expr | undefined)[]) => bigint): bigint {
  if (i.op === 'rmw') return from(i.operand) | (i.fn === 'xchg' ? 0n : seen);
  if (i.op === 'cmpxchg') return from(i.desired);
  if (i.op === 'add-unless') return from(i.operand) | seen;
  return i.op === 'try-bits' || i.op === 'await' ? seen : 0n;
}

function mayGoOn(i: Access, old: number): boolean {
  if (i.op === 'lock') return old === 0;
  return i.op !== 'await' || (old & i.mask) === (i.value | 0);
}

function doesWrite(i: Access, old: number, result: number | undefined, arg: (e: Expr) => number): boolean {
  if (i.op === 'rmw' || i.op === 'lock') return true;
  if (i.op === 'cmpxchg') return old === arg(i.expected);
  if (i.op === 'await') return i.take;
  return (i.op === 'add-unless' || i.op === 'try-bits' || i.op === 'trylock') && result === 1;
}

/** The tags of a read, as linux-kernel.bell and lock.cat have them: one that fails to exchange is no acquire. */
function readTags(i: Access, writes: boolean): readonly string[] {
  if ((i.op === 'lock' || i.op === 'trylock') && writes) return ['LKR', 'acquire', 'RMW'];
  if (i.op === 'await' || i.op === 'try-bits') return writes ? ['acquire', 'RMW'] : i.op === 'await' ? ['acquire'] : [];
  if (i.op === 'load') return [i.order];
  if (i.op === 'rmw') return ['RMW', i.order === 'relaxed' ? 'noreturn' : i.order === 'plain' ? '' : i.order];
  return i.op === 'cmpxchg' || i.op === 'add-unless' ? ['RMW', writes && i.order !== 'plain' ? i.order : ''] : [];
}

/** By branch: where all its continuations meet, the nearest instruction on every way to the end; `code.length` is the end. */
function joinsOf(code: readonly Instruction[]): readonly number[] {
  const every = (1n << BigInt(code.length + 1)) - 1n;
  const after = code.map(() => every);
  after.push(1n << BigInt(code.length));
  const successors = code.map((i, pc) => {
    if (i.op === 'branch') return [i.then, i.else];
    if (i.op === 'jump') return [i.to];
    return [i.op === 'end' || i.op === 'stop' ? code.length : pc + 1];
  });
  for (let changed = true; changed; ) {
    changed = false;
    for (let pc = code.length - 1; pc >= 0; pc--) {
      const met = successors[pc]!.reduce((all, to) => all & after[to]!, every) | (1n << BigInt(pc));
      changed ||= met !== after[pc];
      after[pc] = met;
    }
  }
  const size = (set: bigint): number => set.toString(2).replaceAll('0', '').length;
  return code.map((i, pc) => {
    if (i.op !== 'branch') return -1;
    const all = [...after.keys()].filter((at) => at !== pc && ((after[pc]! >> BigInt(at)) & 1n) === 1n);
    return all.reduce((best, at) => (best < 0 || size(after[at]!) > size(after[best]!) ? at : best), -1);
  });
}
