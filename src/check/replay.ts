// Runs one schedule again, without the search: a small interpreter of its own, so that a trace does not rest on the engine alone.
import { InputError } from '../errors.ts';
import type { Expr, Instruction, Program, Trace, TraceStep } from '../types.ts';
import { FAULT, fuelFault } from './properties.ts';
import { eventWords } from './words.ts';

const LOCAL_STEPS = 10_000;

interface Actor {
  pc: number;
  state: 'runs' | 'over' | 'dead';
  sinceBlocking: number; // instructions since it last took a lock, waited or chose
  readonly regs: number[];
}

/**
 * Runs `path` ('0*12/1:2/1': process 0 runs 12 instructions, process 1 takes value 2 of a choose, then runs one) and returns what it
 * did and the names of the properties it violates: assertions and faults on the way, invariants and deadlock on the state it ends in.
 * Throws InputError for a path that the program cannot take.
 */
export function replay(
  program: Program,
  path: string,
  localSteps = LOCAL_STEPS,
): { trace: Trace; violated: readonly string[] } {
  const memory = program.cells.map((cell) => cell.init | 0);
  const actors = program.processes.map(
    (process): Actor => ({
      pc: 0,
      state: 'runs',
      sinceBlocking: 0,
      regs: new Array<number>(process.registers).fill(0),
    }),
  );
  const violated = new Set<string>();
  const steps: TraceStep[] = [];
  const turns: number[] = [];
  for (const segment of path === '' ? [] : path.split('/')) {
    const parts = /^(\d{1,2})(?:\*(\d{1,9})|:(\d{1,5}))?$/.exec(segment);
    const p = Number(parts?.[1] ?? -1);
    const actor = actors[p];
    if (parts === null || actor === undefined) throw bad(program, 'a schedule like 0*12/1:2', segment);
    for (let left = parts[2] === undefined ? 1 : Number(parts[2]); left > 0; left--) {
      const instruction = program.processes[p]!.code[actor.pc]!;
      if (actor.state !== 'runs' || waits(program, memory, actor, instruction))
        throw bad(program, `P${p} to be able to step`, segment);
      if ((instruction.op === 'choose') !== (parts[3] !== undefined))
        throw bad(program, `a choice exactly where P${p} has one`, segment);
      turns.push(p);
      const step = run(program, memory, actor, p, Number(parts[3] ?? 0), violated);
      if (step !== undefined) steps.push(step);
      if (actor.sinceBlocking >= localSteps && left === 1) violated.add(fuelFault(localSteps));
    }
  }
  judgeEnd(program, memory, actors, violated);
  const switches = turns.filter((p, k) => k > 0 && turns[k - 1] !== p).length;
  const end = program.observed.map((cell) => ({ cell, value: memory[cell]! }));
  const names = [...violated].sort();
  return { trace: { path, steps, switches, violated: names[0] ?? '', end }, violated: names };
}

function bad(program: Program, expected: string, segment: string): InputError {
  return new InputError({ place: { file: `schedule of ${program.name}` }, expected, found: segment });
}

function find(program: Program, address: number): number {
  return program.cells.findIndex((cell) => cell.address === address);
}

function waits(program: Program, memory: readonly number[], actor: Actor, instruction: Instruction): boolean {
  if (instruction.op !== 'lock' && instruction.op !== 'await') return false;
  const word = memory[find(program, evaluate(instruction.address, actor.regs) ?? 0)];
  if (word === undefined) return false;
  return instruction.op === 'lock' ? word !== 0 : (word & instruction.mask) !== (instruction.value | 0);
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
  const x = evaluate(e.left, regs);
  const y = evaluate(e.right, regs);
  if (x === undefined || y === undefined || (y === 0 && (e.op === '/' || e.op === '%'))) return undefined;
  const table: Record<typeof e.op, () => number | boolean> = {
    '+': () => x + y,
    '-': () => x - y,
    '*': () => Math.imul(x, y),
    '/': () => Math.trunc(x / y),
    '%': () => x % y,
    '&': () => x & y,
    '|': () => x | y,
    '^': () => x ^ y,
    '<<': () => x << y,
    '>>': () => x >> y,
    '==': () => x === y,
    '!=': () => x !== y,
    '<': () => x < y,
    '<=': () => x <= y,
    '>': () => x > y,
    '>=': () => x >= y,
  };
  return Number(table[e.op]()) | 0;
}

/** Runs one instruction; gives the step that a trace shows for it, if it shows one. */
function run(
  program: Program,
  memory: number[],
  actor: Actor,
  p: number,
  choice: number,
  violated: Set<string>,
): TraceStep | undefined {
  const pc = actor.pc;
  const i = program.processes[p]!.code[pc]!;
  const { regs } = actor;
  actor.pc = pc + 1;
  actor.sinceBlocking = i.op === 'lock' || i.op === 'await' || i.op === 'choose' ? 0 : actor.sinceBlocking + 1;
  const shown = {
    process: p,
    pc,
    at: i.at,
    cell: undefined,
    before: undefined,
    after: undefined,
    read: undefined,
    matters: false,
  };
  const die = (fault: string, more: Partial<TraceStep> = {}): TraceStep => {
    violated.add(fault);
    actor.state = 'dead';
    return { ...shown, ...more, event: `${i.op}: ${fault.slice(7)}` };
  };
  const arg = (e: Expr): number => evaluate(e, regs) ?? Number.NaN; // NaN: division by zero, caught below
  const used: Expr[] = Object.values(i).filter(
    (part): part is Expr => typeof part === 'object' && part !== null && 'kind' in part,
  );
  if (used.some((e) => evaluate(e, regs) === undefined)) return die(FAULT.division);
  if (!('address' in i)) return runLocal(program, actor, p, i, choice, shown, violated);
  const cell = find(program, arg(i.address));
  if (cell < 0) return die(arg(i.address) >>> 0 < 64 ? FAULT.nullPointer : FAULT.badAddress);
  const before = memory[cell]!;
  const bits = 'mask' in i && i.mask !== undefined && i.mask !== 0 ? i.mask : -1;
  const me = p + 1;
  let after = before;
  let read: number | undefined;
  if (i.op === 'load') read = before & bits;
  else if (i.op === 'store') after = arg(i.value);
  else if (i.op === 'cmpxchg') [after, read] = [before === arg(i.expected) ? arg(i.desired) : before, before];
  else if (i.op === 'add-unless')
    [after, read] = before === arg(i.unless) ? [before, 0] : [(before + arg(i.operand)) | 0, 1];
  else if (i.op === 'try-bits') [after, read] = (before & i.mask) === 0 ? [before | i.mask, 1] : [before, 0];
  else if (i.op === 'await') after = i.take ? before | i.mask : before;
  else if (i.op === 'lock') after = me;
  else if (i.op === 'trylock') [after, read] = before === 0 ? [me, 1] : [before, 0];
  else if (i.op === 'unlock') {
    if (before !== me) return die(FAULT.unlock, { cell, before, after: before });
    after = 0;
  } else if (i.op === 'rmw') {
    const x = arg(i.operand);
    after = { or: before | x, andnot: before & ~x, and: before & x, xor: before ^ x, add: (before + x) | 0, xchg: x }[
      i.fn
    ];
    if (i.dst !== undefined) read = before & bits;
  } else if (before !== me) violated.add(`assert: ${i.what}`);
  memory[cell] = after;
  if ('dst' in i && i.dst !== undefined && read !== undefined) regs[i.dst] = read;
  if (i.op === 'assert-held' && before === me) return undefined;
  return {
    ...shown,
    cell,
    before,
    after,
    read,
    event: eventWords(program, i, { process: p, cell, before, after, read }),
  };
}

function runLocal(
  program: Program,
  actor: Actor,
  p: number,
  i: Exclude<Instruction, { address: Expr }>,
  choice: number,
  shown: Omit<TraceStep, 'event'>,
  violated: Set<string>,
): TraceStep | undefined {
  const say = (read: number | undefined): TraceStep => ({
    ...shown,
    read,
    event: eventWords(program, i, { process: p, cell: undefined, before: undefined, after: undefined, read }),
  });
  if (i.op === 'jump') actor.pc = i.to;
  if (i.op === 'branch') actor.pc = evaluate(i.cond, actor.regs) !== 0 ? i.then : i.else;
  if (i.op === 'set') actor.regs[i.dst] = evaluate(i.value, actor.regs)!;
  if (i.op === 'end' || i.op === 'stop') actor.state = 'over';
  if (i.op === 'fence' || i.op === 'stop') return say(undefined);
  if (i.op === 'choose') {
    if (choice >= i.values.length) throw bad(program, `a choice below ${i.values.length}`, `${choice}`);
    actor.regs[i.dst] = i.values[choice]! | 0;
    return say(actor.regs[i.dst]);
  }
  if (i.op !== 'assert' || evaluate(i.cond, actor.regs) !== 0) return undefined;
  violated.add(`assert: ${i.what}`);
  return say(undefined);
}

/** Invariants and deadlock on the last state of a run. */
function judgeEnd(program: Program, memory: readonly number[], actors: readonly Actor[], violated: Set<string>): void {
  const stuck = actors.every(
    (actor, p) => actor.state !== 'runs' || waits(program, memory, actor, program.processes[p]!.code[actor.pc]!),
  );
  const isWhole = actors.every((actor) => actor.state === 'over');
  if (stuck && !isWhole && actors.every((actor) => actor.state !== 'dead')) violated.add('deadlock');
  for (const invariant of program.invariants) {
    if (invariant.when === 'end' && !isWhole) continue;
    const value = holds(program, memory, invariant.code, Math.max(1, invariant.registers));
    if (value !== true) violated.add(value === false ? invariant.name : `${FAULT.invariant} ${invariant.name}`);
  }
}

/** Undefined when the invariant cannot be evaluated. */
function holds(
  program: Program,
  memory: readonly number[],
  code: readonly Instruction[],
  registers: number,
): boolean | undefined {
  const regs = new Array<number>(registers).fill(0);
  for (let pc = 0, left = LOCAL_STEPS; left > 0; left--) {
    const i = code[pc++]!;
    if (i.op === 'end') return regs[0] !== 0;
    if (i.op === 'jump') pc = i.to;
    const x =
      i.op === 'set'
        ? evaluate(i.value, regs)
        : i.op === 'branch'
          ? evaluate(i.cond, regs)
          : i.op === 'load'
            ? memory[find(program, evaluate(i.address, regs) ?? 0)]
            : 0;
    if (x === undefined) return undefined;
    if (i.op === 'branch') pc = x !== 0 ? i.then : i.else;
    if (i.op === 'set') regs[i.dst] = x;
    if (i.op === 'load') regs[i.dst] = i.mask === undefined || i.mask === 0 ? x : x & i.mask;
  }
  return undefined;
}
