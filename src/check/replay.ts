// Runs one schedule again by the meaning of the instructions alone. It shares no code with the engines, only types and errors: RCU,
// spawn and join, interrupts and store buffers are its own, so that a trace does not rest on the engine that found it.
import { InputError } from '../errors.ts';
import type { Expr, Instruction, MemoryModel, Program } from '../types.ts';
import { type Access, evaluate, GONE, wordAfter } from './replay-access.ts';

const CONDITION = 10_000; // instructions of a condition
const MISUSE = 'assert: rcu_read_unlock inside a read-side critical section';
const NULL = 'fault: NULL pointer dereference';
const DRAINS = ['free', 'rmw', 'cmpxchg', 'add-unless', 'try-bits', 'lock', 'trylock', 'spawn', 'rcu-lock', 'rcu-sync'];

type Arg = (e: Expr) => number;
type Rcu = Extract<Instruction, { op: 'rcu-lock' | 'rcu-unlock' | 'rcu-sync' }>;
type World = ReturnType<typeof worldOf>;
type Actor = World['actors'][number];

/** An access that a schedule makes, or a store that leaves its buffer. */
export interface Accessed {
  readonly process: number;
  readonly pc: number;
  readonly cell: number; // index into Program.cells
  readonly before: number | undefined; // of the word; undefined: the store waits in its buffer
  readonly after: number;
}

/**
 * Runs `path` ('0*12/1:2/1f': process 0 makes 12 steps, process 1 takes value 2 of a choose, its oldest store leaves its buffer; see
 * path.ts) under `model`, by default TSO when a store leaves a buffer. Returns its accesses, the words of all cells at its end and the properties it
 * violates, sorted: assertions and faults on the way, invariants and deadlock on the state it ends in. Throws InputError for a path
 * that the program cannot take. Linear in the steps.
 */
export function replay(
  program: Program,
  path: string,
  fuel = 10_000,
  model: MemoryModel = path.includes('f') ? 'tso' : 'sc',
): { violated: readonly string[]; memory: readonly number[]; steps: readonly Accessed[] } {
  const world = worldOf(
    program,
    program.cells.map(({ init }) => init | 0),
    model === 'tso',
  );
  for (const segment of path === '' ? [] : path.split('/')) {
    const [, p, count, choice, flush] = /^(\d{1,2})(?:\*(\d{1,9})|:(\d{1,5})|(f))?$/.exec(segment) ?? [];
    const actor = world.actors[Number(p ?? -1)];
    const place = { file: `schedule of ${program.name}` };
    if (actor === undefined) throw new InputError({ place, expected: 'a schedule like 0*12/1:2', found: segment });
    for (let left = Number(count ?? 1); left > 0; left--) {
      const expected = flush === undefined ? turn(world, actor, choice) : drain(world, actor);
      if (expected !== undefined) throw new InputError({ place, expected, found: segment });
    }
    if (actor.burnt >= fuel)
      world.violated.add(`fault: no visible step in ${fuel.toLocaleString('en-US')} instructions`);
  }
  judgeEnd(world);
  return { ...world, violated: [...world.violated].sort() };
}

function worldOf(program: Program, memory: number[], isBuffered: boolean) {
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
  return { program, memory, actors, violated: new Set<string>(), steps: [] as Accessed[], isBuffered };
}

function codeOf({ program }: World, { p, pc }: Actor): Instruction {
  return program.processes[p]!.code[pc]!;
}

/** The oldest store of an actor leaves its buffer; otherwise what was expected. */
function drain({ memory, steps }: World, { p, buffer }: Actor): string | undefined {
  const store = buffer.shift();
  if (store === undefined) return `a store in the buffer of P${p}`;
  const { pc, cell, word } = store;
  steps.push({ process: p, pc, cell, before: memory[cell]!, after: word });
  memory[cell] = word;
  return undefined;
}

/** One step of an actor; otherwise what was expected. */
function turn(world: World, actor: Actor, choice: string | undefined): string | undefined {
  const { p } = actor;
  if (actor.state !== 'runs' || waits(world, actor) || isKeptOut(world, actor)) return `P${p} to be able to step`;
  const isEntry = world.program.processes[p]!.kind === 'interrupt' && !actor.hasBegun;
  actor.hasBegun = true;
  if (isEntry) return choice === undefined ? undefined : `P${p} to begin`;
  const i = codeOf(world, actor);
  if ((i.op === 'choose') !== (choice !== undefined)) return `a choice exactly where P${p} has one`;
  if (i.op === 'choose' && Number(choice) >= i.values.length) return `a choice below ${i.values.length}`;
  actor.burnt = ['lock', 'await', 'choose', 'join', 'rcu-sync'].includes(i.op) ? 0 : actor.burnt + 1;
  run(world, actor, i, Number(choice ?? 0));
  return undefined;
}

/** Somebody else has this processor, or all of them. */
function isKeptOut(world: World, actor: Actor): boolean {
  const { processes } = world.program;
  const mine = processes[actor.p]!;
  return world.actors.some((other) => {
    if (other === actor) return false;
    const theirs = processes[other.p]!;
    if (theirs.cpu === mine.cpu && other.buffer.length > 0) return true; // x86 has one store buffer a processor
    if (other.state !== 'runs') return false;
    if (other.off.atomic > 0 && !waits(world, other)) return true;
    if (theirs.cpu !== mine.cpu) return false;
    if (theirs.kind === 'interrupt') return other.hasBegun;
    return mine.kind === 'interrupt' ? other.off.irq > 0 && !actor.hasBegun : other.off.preempt > 0;
  });
}

/** LOCK-prefixed instructions and barriers of x86 wait until the store buffer is empty. */
function mustDrain(i: Instruction): boolean {
  if (i.op === 'await') return i.take;
  return (i.op === 'fence' && i.fence === 'mb') || (i.op === 'store' && i.order === 'mb') || DRAINS.includes(i.op);
}

function waits(world: World, actor: Actor): boolean {
  if (!actor.mayBegin) return true;
  if (world.program.processes[actor.p]!.kind === 'interrupt' && !actor.hasBegun) return false;
  const i = codeOf(world, actor);
  if (actor.buffer.length > 0 && mustDrain(i)) return true;
  if (i.op === 'join') return world.actors[i.process]!.state !== 'over';
  if (i.op === 'rcu-sync') return actor.owed !== undefined && actor.owed.size > 0;
  if (i.op === 'wait-until') return !holds(world, i);
  if (i.op !== 'lock' && i.op !== 'await') return false;
  const cell = world.program.cells.findIndex(({ address }) => address === evaluate(i.address, actor.regs));
  const word = actor.buffer.findLast((store) => store.cell === cell)?.word ?? world.memory[cell];
  if (word === undefined) return false;
  return i.op === 'lock' ? word !== 0 : (word & i.mask) !== (i.value | 0);
}

function run(world: World, actor: Actor, i: Instruction, choice: number): void {
  const parts = Object.values(i).filter((part): part is Expr => typeof part === 'object' && 'kind' in part);
  const isDefined = parts.every((e) => evaluate(e, actor.regs) !== undefined);
  const arg = (e: Expr): number => evaluate(e, actor.regs)!;
  const fault = !isDefined ? 'fault: division by zero' : 'address' in i ? access(world, actor, i, arg) : undefined;
  if (fault !== undefined) {
    world.violated.add(fault);
    actor.state = 'dead';
  } else if (!('address' in i)) runLocal(world, actor, i, choice, arg);
}

function runLocal(world: World, actor: Actor, i: Exclude<Instruction, Access>, choice: number, arg: Arg): void {
  const { regs, off } = actor;
  actor.pc++;
  if (i.op === 'jump') actor.pc = i.to;
  if (i.op === 'branch') actor.pc = arg(i.cond) !== 0 ? i.then : i.else;
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
function access(world: World, actor: Actor, i: Access, arg: Arg): string | undefined {
  const { program, memory, violated, steps } = world;
  const { p, pc, buffer } = actor;
  const start = arg(i.address);
  const end = i.op === 'free' ? start + (i.bytes ?? 0) : start;
  const inside = program.cells.filter((one) => one.address >= start && one.address < end).slice(actor.freed);
  const address = inside[0]?.address ?? start;
  const cell = program.cells.findIndex((one) => one.address === address);
  actor.freed = inside.length > 1 ? actor.freed + 1 : 0;
  actor.pc += inside.length > 1 ? 0 : 1;
  if (cell < 0) return i.op === 'free' ? undefined : start >>> 0 < 64 ? NULL : 'fault: bad address';
  const before = buffer.findLast((store) => store.cell === cell)?.word ?? memory[cell]!;
  const isStolen = i.op === 'unlock' && before !== GONE && before !== p + 1;
  if (before === GONE || isStolen) {
    steps.push({ process: p, pc, cell, before, after: before });
    return isStolen ? 'fault: unlock of a lock that the process does not hold' : 'fault: use after free';
  }
  if (i.op === 'store' && i.expects !== undefined && before !== arg(i.expects)) violated.add('fault: lost update');
  if (i.op === 'assert-held' && before !== p + 1) violated.add(`assert: ${i.what}`);
  const [after, read] = wordAfter(i, before, p + 1, arg);
  if ('dst' in i && i.dst !== undefined) actor.regs[i.dst] = read ?? 0;
  const isLate = world.isBuffered && (i.op === 'store' || i.op === 'unlock') && !mustDrain(i);
  steps.push({ process: p, pc, cell, before: isLate ? undefined : before, after });
  if (isLate) buffer.push({ pc, cell, word: after });
  else memory[cell] = after;
  if (after < 0 && after !== before && program.cells[cell]!.counter === true && !isLate)
    violated.add('fault: counter below zero');
  return undefined;
}

/** Invariants and deadlock on the last state of a run. */
function judgeEnd(world: World): void {
  const { program, violated, actors } = world;
  const isDrained = actors.every(({ buffer }) => buffer.length === 0);
  const isWhole = isDrained && actors.every(({ state }) => state === 'over');
  const cannot = (actor: Actor): boolean => actor.state === 'runs' && (waits(world, actor) || isKeptOut(world, actor));
  if (isDrained && !isWhole && actors.every((actor) => actor.state === 'over' || cannot(actor)))
    violated.add('deadlock');
  for (const invariant of program.invariants) {
    if (invariant.when !== 'always' && !isWhole) continue;
    const value = holds(world, invariant);
    if (value !== true) violated.add(value === false ? invariant.name : `fault: cannot evaluate ${invariant.name}`);
  }
}

/** Runs a condition as a process of its own, which reads 0 where nothing is any more; undefined when it cannot be evaluated. */
function holds(world: World, body: Pick<Program['processes'][0], 'code' | 'registers'>): boolean | undefined {
  const program = { ...world.program, processes: [{ ...body, name: '', label: '', cpu: '' }] };
  const alone = worldOf(
    program,
    world.memory.map((word) => (word === GONE ? 0 : word)),
    false,
  );
  const [actor] = alone.actors;
  for (let left = CONDITION; left > 0 && actor?.state === 'runs'; left--) run(alone, actor, codeOf(alone, actor), 0);
  return actor?.state === 'over' ? actor.regs[0] !== 0 : undefined;
}
