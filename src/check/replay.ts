// Runs one schedule again, without the search: a small interpreter of its own, so that a trace does not rest on the engine alone.
import { InputError } from '../errors.ts';
import type { Expr, Instruction, Invariant, MemoryModel, Program, Trace, TraceStep } from '../types.ts';
import { asGiven, expand } from './expand.ts';
import { FAULT, fuelFault } from './properties.ts';
import { eventWords } from './words.ts';

const LOCAL_STEPS = 10_000;
const GONE = 2 ** 32 + 1; // what a freed cell holds

interface World {
  readonly program: Program;
  readonly memory: number[]; // by cell
  readonly violated: Set<string>;
  readonly isBuffered: boolean; // x86-TSO: stores wait in a buffer
}

interface Actor {
  readonly p: number;
  readonly regs: number[];
  pc: number;
  state: 'runs' | 'over' | 'dead';
  readonly buffer: { readonly pc: number; readonly cell: number; readonly word: number }[]; // oldest store first
  readonly off: { irq: number; preempt: number; atomic: number }; // how often turned off
  hasBegun: boolean;
  sinceBlocking: number; // instructions since it last took a lock, waited or chose
}

/**
 * Runs `path` ('0*12/1:2/1f': process 0 runs 12 instructions, process 1 takes value 2 of a choose, its oldest store leaves its buffer)
 * under `model` (by default TSO when a store leaves a buffer) and returns what it did and the names of the properties it violates: assertions and faults on the way, invariants and deadlock on the state it ends in.
 * Throws InputError for a path that the program cannot take.
 */
export function replay(
  program: Program,
  path: string,
  fuel = LOCAL_STEPS,
  model: MemoryModel = path.includes('f') ? 'tso' : 'sc',
): { trace: Trace; violated: readonly string[] } {
  const expanded = expand(program);
  if ('what' in expanded) throw bad(program, 'a program that can be run', expanded.why);
  const { trace, violated } = replayWords(expanded.program, path, fuel, model === 'tso');
  return { trace: asGiven(trace, program, expanded.origin), violated };
}

function replayWords(
  program: Program,
  path: string,
  fuel: number,
  isBuffered: boolean,
): { trace: Trace; violated: readonly string[] } {
  const world: World = { program, memory: program.cells.map((cell) => cell.init | 0), violated: new Set(), isBuffered };
  const actors = program.processes.map((process, p) => createActor(p, process.registers));
  const steps: TraceStep[] = [];
  const turns: number[] = [];
  for (const segment of path === '' ? [] : path.split('/')) {
    const parts = /^(\d{1,2})(?:\*(\d{1,9})|:(\d{1,5})|(f))?$/.exec(segment);
    const actor = actors[Number(parts?.[1] ?? -1)];
    if (parts === null || actor === undefined) throw bad(program, 'a schedule like 0*12/1:2', segment);
    if (parts[4] !== undefined) {
      turns.push(actor.p);
      steps.push(flush(world, actor, segment));
      continue;
    }
    for (let left = Number(parts[2] ?? 1); left > 0; left--) {
      if (actor.state !== 'runs' || waits(world, actor) || isKeptOut(world, actors, actor))
        throw bad(program, `P${actor.p} to be able to step`, segment);
      const isChoice = next(program, actor).op === 'choose';
      if (isChoice !== (parts[3] !== undefined))
        throw bad(program, `a choice exactly where P${actor.p} has one`, segment);
      turns.push(actor.p);
      const step = run(world, actor, Number(parts[3] ?? 0));
      if (step !== undefined) steps.push(step);
      if (actor.sinceBlocking >= fuel && left === 1) world.violated.add(fuelFault(fuel));
    }
  }
  judgeEnd(world, actors);
  const switches = turns.filter((p, k) => k > 0 && turns[k - 1] !== p).length;
  const end = program.observed.map((cell) => ({ cell, value: world.memory[cell]! }));
  const names = [...world.violated].sort();
  return { trace: { path, steps, switches, violated: names[0] ?? '', end }, violated: names };
}

function createActor(p: number, registers: number): Actor {
  return {
    p,
    regs: new Array<number>(registers).fill(0),
    pc: 0,
    state: 'runs',
    buffer: [],
    off: { irq: 0, preempt: 0, atomic: 0 },
    hasBegun: false,
    sinceBlocking: 0,
  };
}

function bad(program: Program, expected: string, segment: string): InputError {
  return new InputError({ place: { file: `schedule of ${program.name}` }, expected, found: segment });
}

function next(program: Program, actor: Actor): Instruction {
  return program.processes[actor.p]!.code[actor.pc]!;
}

/** Somebody else has this processor, or all of them. */
function isKeptOut(world: World, actors: readonly Actor[], actor: Actor): boolean {
  const { processes } = world.program;
  const mine = processes[actor.p]!;
  return actors.some((other) => {
    if (other === actor || other.state !== 'runs') return false;
    if (other.off.atomic > 0 && !waits(world, other)) return true;
    const theirs = processes[other.p]!;
    if (theirs.cpu !== mine.cpu) return false;
    if (theirs.kind === 'interrupt') return other.hasBegun;
    return mine.kind === 'interrupt' ? other.off.irq > 0 && !actor.hasBegun : other.off.preempt > 0;
  });
}

/** The oldest store of an actor leaves its buffer. */
function flush({ program, memory }: World, { p, buffer }: Actor, segment: string): TraceStep {
  const store = buffer.shift();
  if (store === undefined) throw bad(program, `a store in the buffer of P${p}`, segment);
  const { pc, cell, word } = store;
  const i = program.processes[p]!.code[pc]!;
  const before = memory[cell]!;
  memory[cell] = word;
  const effect = { process: p, cell, before, after: word, read: undefined, buffer: 'leaves' } as const;
  const event = eventWords(program, i, effect);
  return { process: p, pc, at: i.at, event, cell, before, after: word, read: undefined, matters: false };
}

/** LOCK-prefixed instructions and barriers of x86 wait until the store buffer is empty. */
function mustDrain(i: Instruction): boolean {
  if (i.op === 'await') return i.take;
  if (i.op === 'fence') return i.fence === 'mb';
  if (i.op === 'store') return i.order === 'mb';
  return ['free', 'rmw', 'cmpxchg', 'add-unless', 'try-bits', 'lock', 'trylock'].includes(i.op);
}

function waits({ program, memory }: World, actor: Actor): boolean {
  const i = next(program, actor);
  if (actor.buffer.length > 0 && mustDrain(i)) return true;
  if (i.op === 'wait-until')
    return holds({ program, memory, violated: new Set(), isBuffered: false }, { ...i, name: i.why }) !== true;
  if (i.op !== 'lock' && i.op !== 'await') return false;
  const address = evaluate(i.address, actor.regs);
  const cell = program.cells.findIndex((one) => one.address === address);
  const word = actor.buffer.findLast((store) => store.cell === cell)?.word ?? memory[cell];
  if (word === undefined) return false;
  return i.op === 'lock' ? word !== 0 : (word & i.mask) !== (i.value | 0);
}

/** Undefined when a division by zero is met. */
function evaluate(e: Expr, regs: readonly number[]): number | undefined {
  if (e.kind === 'const') return e.value | 0;
  if (e.kind === 'reg') return regs[e.reg]!;
  if (e.kind === 'select') {
    const cond = evaluate(e.cond, regs);
    return cond === undefined ? undefined : evaluate(cond !== 0 ? e.then : e.else, regs);
  }
  if (e.kind === 'unary') {
    const x = evaluate(e.arg, regs);
    if (x === undefined) return undefined;
    return e.op === '!' ? (x === 0 ? 1 : 0) : e.op === '-' ? (0 - x) | 0 : ~x;
  }
  const [x, y] = [evaluate(e.left, regs), evaluate(e.right, regs)];
  if (x === undefined || y === undefined) return undefined;
  if (e.op === '/' || e.op === '%') return y === 0 ? undefined : (e.op === '/' ? Math.trunc(x / y) : x % y) | 0;
  const sums = { '+': x + y, '-': x - y, '*': Math.imul(x, y), '<<': x << y, '>>': x >> y };
  const bits = { '&': x & y, '|': x | y, '^': x ^ y };
  const tests = { '==': x === y, '!=': x !== y, '<': x < y, '<=': x <= y, '>': x > y, '>=': x >= y };
  return Number({ ...sums, ...bits, ...tests }[e.op]) | 0;
}

/** Runs one instruction; gives the step that a trace shows for it, if it shows one. */
function run(world: World, actor: Actor, choice: number): TraceStep | undefined {
  const { program, memory, violated } = world;
  const { p, pc, regs } = actor;
  const i = next(program, actor);
  const show = (what: Partial<TraceStep>): TraceStep => {
    const step = { process: p, pc, at: i.at, cell: undefined, before: undefined, after: undefined, read: undefined };
    const { cell, before, after, read } = { ...step, ...what };
    return {
      ...step,
      event: eventWords(program, i, { process: p, cell, before, after, read }),
      matters: false,
      ...what,
    };
  };
  const die = (fault: string, what: Partial<TraceStep> = {}): TraceStep => {
    violated.add(fault);
    actor.state = 'dead';
    return show({ ...what, event: `${i.op}: ${fault.slice('fault: '.length)}` });
  };
  actor.pc = pc + 1;
  actor.hasBegun = true;
  actor.sinceBlocking = i.op === 'lock' || i.op === 'await' || i.op === 'choose' ? 0 : actor.sinceBlocking + 1;
  const parts = Object.values(i).filter((part): part is Expr => typeof part === 'object' && 'kind' in part);
  if (parts.some((e) => evaluate(e, regs) === undefined)) return die(FAULT.division);
  if (!('address' in i)) {
    if (i.op === 'choose' && choice >= i.values.length)
      throw bad(program, `a choice below ${i.values.length}`, `${choice}`);
    if (!runLocal(world, actor, i, choice)) return undefined;
    return show({ read: i.op === 'choose' ? regs[i.dst] : undefined });
  }
  const arg = (e: Expr): number => evaluate(e, regs)!;
  const address = arg(i.address);
  const cell = program.cells.findIndex((one) => one.address === address);
  if (cell < 0 && i.op === 'free') return undefined;
  if (cell < 0) return die(address >>> 0 < 64 ? FAULT.nullPointer : FAULT.badAddress);
  const before = actor.buffer.findLast((store) => store.cell === cell)?.word ?? memory[cell]!;
  const me = p + 1;
  if (before === GONE) return die(FAULT.freed, { cell, before, after: before });
  const isLost = i.op === 'store' && i.expects !== undefined && before !== arg(i.expects);
  if (isLost) violated.add(FAULT.lost);
  if (i.op === 'unlock' && before !== me) return die(FAULT.unlock, { cell, before, after: before });
  if (i.op === 'assert-held') {
    if (before === me) return undefined;
    violated.add(`assert: ${i.what}`);
  }
  const [after, read] = access(i, before, me, arg);
  if (world.isBuffered && (i.op === 'store' || i.op === 'unlock') && !mustDrain(i)) {
    actor.buffer.push({ pc, cell, word: after });
    const event = eventWords(program, i, {
      process: p,
      cell,
      before: undefined,
      after,
      read: undefined,
      buffer: 'enters',
    });
    return show({ cell, after, event });
  }
  memory[cell] = after;
  if (after < 0 && after !== before && program.cells[cell]!.counter === true) violated.add(FAULT.counter);
  const dst = 'dst' in i ? i.dst : undefined;
  if (dst !== undefined) regs[dst] = read ?? 0;
  return show({ cell, before, after, read: dst === undefined ? undefined : read });
}

/** The word after an access, and what a register gets from it. */
function access(
  i: Extract<Instruction, { address: Expr }>,
  old: number,
  me: number,
  arg: (e: Expr) => number,
): [number, number?] {
  const bits = 'mask' in i && i.mask !== undefined && i.mask !== 0 ? i.mask : -1;
  if (i.op === 'load') return [old, old & bits];
  if (i.op === 'store') return [arg(i.value)];
  if (i.op === 'is-locked') return [old, old === 0 ? 0 : 1];
  if (i.op === 'cmpxchg') return [old === arg(i.expected) ? arg(i.desired) : old, old];
  if (i.op === 'add-unless') return old === arg(i.unless) ? [old, 0] : [(old + arg(i.operand)) | 0, 1];
  if (i.op === 'try-bits') return (old & i.mask) === 0 ? [old | i.mask, 1] : [old, 0];
  if (i.op === 'await') return [i.take ? old | i.mask : old];
  if (i.op === 'free') return [GONE];
  if (i.op === 'trylock') return old === 0 ? [me, 1] : [old, 0];
  if (i.op === 'rmw') {
    const x = arg(i.operand);
    const words = { or: old | x, andnot: old & ~x, and: old & x, xor: old ^ x, add: (old + x) | 0, xchg: x };
    return [words[i.fn], old & bits];
  }
  return [i.op === 'lock' ? me : i.op === 'unlock' ? 0 : old];
}

/** An instruction without memory; true when a trace shows it. */
function runLocal(
  { violated }: World,
  actor: Actor,
  i: Exclude<Instruction, { address: Expr }>,
  choice: number,
): boolean {
  const { regs } = actor;
  if (i.op === 'jump') actor.pc = i.to;
  if (i.op === 'branch') actor.pc = evaluate(i.cond, regs) !== 0 ? i.then : i.else;
  if (i.op === 'set') regs[i.dst] = evaluate(i.value, regs)!;
  if (i.op === 'choose') regs[i.dst] = i.values[choice]! | 0;
  if (i.op === 'context') actor.off[i.what] += i.enters ? 1 : -1;
  if (i.op === 'end' || i.op === 'stop') actor.state = 'over';
  const fails = i.op === 'assert' && evaluate(i.cond, regs) === 0;
  if (i.op === 'assert' && fails) violated.add(`assert: ${i.what}`);
  const shown = ['fence', 'stop', 'choose', 'context', 'wait-until'];
  return fails || shown.includes(i.op);
}

/** Invariants and deadlock on the last state of a run. */
function judgeEnd(world: World, actors: readonly Actor[]): void {
  const { program, violated } = world;
  const isWhole = actors.every((actor) => actor.state === 'over' && actor.buffer.length === 0);
  const isStuck = actors.every(
    (actor) =>
      actor.buffer.length === 0 &&
      (actor.state === 'over' || (actor.state === 'runs' && (waits(world, actor) || isKeptOut(world, actors, actor)))),
  );
  if (isStuck && !isWhole) violated.add('deadlock');
  for (const invariant of program.invariants) {
    if (invariant.when !== 'always' && !isWhole) continue;
    const value = holds(world, invariant);
    if (value !== true) violated.add(value === false ? invariant.name : `${FAULT.invariant} ${invariant.name}`);
  }
}

/** Runs an invariant as a process of its own; undefined when it cannot be evaluated. */
function holds(
  { program, memory }: World,
  invariant: Pick<Invariant, 'name' | 'code' | 'registers'>,
): boolean | undefined {
  const alone: Program = { ...program, processes: [{ ...invariant, label: invariant.name, cpu: '' }] };
  const world: World = {
    program: alone,
    memory: memory.map((word) => (word === GONE ? 0 : word)),
    violated: new Set(),
    isBuffered: false,
  };
  const actor = createActor(0, Math.max(1, invariant.registers));
  for (let left = LOCAL_STEPS; left > 0 && actor.state === 'runs'; left--) run(world, actor, 0);
  return actor.state === 'over' ? actor.regs[0] !== 0 : undefined;
}
