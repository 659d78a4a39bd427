// One step of a process, for replay.ts: what it does to registers, words, store buffers and RCU. Nothing of the engines is used.
import type { Expr, Instruction, Program } from '../types.ts';
import { type Access, evaluate, GONE, wordAfter } from './replay-access.ts';

const MISUSE = 'assert: rcu_read_unlock inside a read-side critical section';
const DRAINS = ['free', 'rmw', 'cmpxchg', 'add-unless', 'try-bits', 'lock', 'trylock', 'spawn', 'rcu-lock', 'rcu-sync'];

export type World = ReturnType<typeof worldOf>;
export type Actor = World['actors'][number];
type Rcu = Extract<Instruction, { op: 'rcu-lock' | 'rcu-unlock' | 'rcu-sync' }>;

/** An access that a schedule makes, or a store that leaves its buffer. */
export interface Accessed {
  readonly process: number;
  readonly pc: number;
  readonly cell: number; // index into Program.cells
  readonly before: number | undefined; // of the word; undefined: the store waits in its buffer
  readonly after: number;
}

/** A program at its start, with these words in its cells. `isBuffered`: x86-TSO. */
export function worldOf(program: Program, memory: number[], isBuffered: boolean) {
  const children = program.processes.flatMap(({ code }) => code.flatMap((i) => (i.op === 'spawn' ? [i.process] : [])));
  const actors = program.processes.map(({ registers }, p) => ({
    p,
    pc: 0,
    regs: new Array<number>(Math.max(1, registers)).fill(0),
    state: 'runs',
    mayBegin: !children.includes(p), // not before it is spawned
    hasBegun: false,
    buffer: [] as { pc: number; cell: number; word: number }[], // x86-TSO: oldest store first
    off: { irq: 0, preempt: 0, atomic: 0 }, // how often turned off
    depth: new Map<string, number>(), // RCU domain -> read-side critical sections it is inside of
    owed: undefined as Set<number> | undefined, // readers that a grace period which has begun waits for
    freed: 0, // cells of the object that is being freed
    burnt: 0, // instructions since it last took a lock, waited or chose
  }));
  return { program, memory, actors, isBuffered, violated: new Set<string>(), steps: [] as Accessed[] };
}

/** LOCK-prefixed instructions and barriers of x86 wait until the store buffer is empty. */
export function mustDrain(i: Instruction): boolean {
  if (i.op === 'await') return i.take;
  return (i.op === 'fence' && i.fence === 'mb') || (i.op === 'store' && i.order === 'mb') || DRAINS.includes(i.op);
}

/** Runs instruction `i` of an actor that can run it, `choice` being the value it takes of a choose. */
export function run(world: World, actor: Actor, i: Instruction, choice: number): void {
  let fault: string | undefined;
  try {
    fault = 'address' in i ? access(world, actor, i) : runLocal(world, actor, i, choice);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    fault = 'division by zero';
  }
  if (fault === undefined) return;
  world.violated.add(`fault: ${fault}`);
  actor.state = 'dead';
}

function runLocal(world: World, actor: Actor, i: Exclude<Instruction, Access>, choice: number): undefined {
  const { regs, off } = actor;
  const arg = (e: Expr): number => evaluate(e, regs);
  const next = i.op === 'jump' ? i.to : i.op !== 'branch' ? actor.pc + 1 : arg(i.cond) !== 0 ? i.then : i.else;
  actor.pc = next;
  if (i.op === 'set') regs[i.dst] = arg(i.value);
  if (i.op === 'choose') regs[i.dst] = i.values[choice]! | 0;
  if (i.op === 'context') off[i.what] = Math.max(0, off[i.what] + (i.enters ? 1 : -1));
  if (i.op === 'spawn') world.actors[i.process]!.mayBegin = true;
  if (i.op === 'end' || i.op === 'stop') actor.state = 'over';
  if (i.op === 'assert' && arg(i.cond) === 0) world.violated.add(`assert: ${i.what}`);
  if (i.op === 'rcu-lock' || i.op === 'rcu-unlock' || i.op === 'rcu-sync') runRcu(world, actor, i);
}

/** A grace period takes two steps: it begins, and it ends when nobody is left in a section that had begun before it did. */
function runRcu({ actors, violated }: World, actor: Actor, i: Rcu): void {
  const domain = JSON.stringify(i.domain ?? 'RCU');
  const depth = actor.depth.get(domain) ?? 0;
  if (i.op === 'rcu-sync') {
    if (actor.owed === undefined) actor.pc--;
    const inside = actors.filter((other) => (other.depth.get(domain) ?? 0) > 0).map(({ p }) => p);
    actor.owed = actor.owed === undefined ? new Set(inside) : undefined;
    return;
  }
  actor.depth.set(domain, depth + (i.op === 'rcu-lock' ? 1 : -1));
  if (i.op === 'rcu-lock' && i.dst !== undefined) actor.regs[i.dst] = 0;
  if (i.op === 'rcu-unlock' && depth === 0) violated.add(MISUSE);
  if (i.op === 'rcu-unlock' && depth === 1) for (const other of actors) other.owed?.delete(actor.p);
}

/** Makes an access; the fault that ends the process, if it is one. */
function access({ program, memory, violated, steps, isBuffered }: World, actor: Actor, i: Access): string | undefined {
  const { p, pc, buffer, regs } = actor;
  const me = p + 1;
  const start = evaluate(i.address, regs);
  const end = start + (i.op === 'free' ? (i.bytes ?? 0) : 0);
  const inside = program.cells.filter((one) => one.address >= start && one.address < end).slice(actor.freed);
  const address = inside[0]?.address ?? start;
  const cell = program.cells.findIndex((one) => one.address === address);
  actor.freed = inside.length > 1 ? actor.freed + 1 : 0;
  actor.pc += inside.length > 1 ? 0 : 1;
  if (cell < 0 && i.op === 'free') return undefined;
  const before = buffer.findLast((store) => store.cell === cell)?.word ?? memory[cell] ?? 0;
  const [after, read] = wordAfter(i, before, me, regs);
  const expected = i.op === 'store' && i.expects !== undefined ? evaluate(i.expects, regs) : before;
  if (cell < 0) return start >>> 0 < 64 ? 'NULL pointer dereference' : 'bad address';
  const isStolen = i.op === 'unlock' && before !== me;
  const fault = before === GONE ? 'use after free' : 'unlock of a lock that the process does not hold';
  const isLate = isBuffered && (i.op === 'store' || i.op === 'unlock') && !mustDrain(i);
  const isFault = before === GONE || isStolen;
  steps.push({
    process: p,
    pc,
    cell,
    before: isLate && !isFault ? undefined : before,
    after: isFault ? before : after,
  });
  if (isFault) return fault;
  if (expected !== before) violated.add('fault: lost update');
  if (i.op === 'assert-held' && before !== me) violated.add(`assert: ${i.what}`);
  if ('dst' in i && i.dst !== undefined) regs[i.dst] = read ?? 0;
  if (isLate) buffer.push({ pc, cell, word: after });
  else memory[cell] = after;
  const isBelow = after < 0 && after !== before && program.cells[cell]!.counter === true;
  if (isBelow && !isLate) violated.add('fault: counter below zero');
  return undefined;
}
