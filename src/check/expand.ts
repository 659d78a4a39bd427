// RCU, spawn and join in terms of words: what the other parts of the checker run. An RCU domain has one hidden word. Bit r says that reader r is inside
// a read-side critical section; the bits of a process that waits say whose sections it still waits for. A reader that leaves its
// outermost section clears its bits everywhere in one step; a waiter copies the bits of the readers in one step and waits for none.

import type { Cell, Expr, Instruction, Process, Program, Refusal, Trace, TraceStep } from '../types.ts';
import { awaitLife, type Lives, lifeBlock, lifeStep, livesOf, SPAWNED } from './lives.ts';
import { contextWords } from './words.ts';

/** A program without RCU instructions, and where each instruction stands in the program that was given. */
export interface Expanded {
  readonly program: Program;
  readonly origin: readonly (readonly number[])[] | undefined; // process -> index -> index as given; undefined: the same
}

type Bare<T> = T extends unknown ? Omit<T, 'at'> : never;
type Rcu = Extract<Instruction, { op: 'rcu-lock' | 'rcu-unlock' | 'rcu-sync' }>;

interface Domain {
  readonly address: number; // of its hidden word
  readonly readers: readonly number[]; // processes with a read-side critical section
  readonly waiters: readonly number[]; // processes that wait for readers, when there are several readers
}

const PLAIN = 'plain';
const BITS = 32;

/** Puts words in the place of RCU. Linear. Refuses a domain whose address is not a constant, and more readers and waiters than bits. */
export function expand(program: Program): Expanded | Refusal {
  if (!program.processes.some(({ kind, code }) => kind === 'interrupt' || code.some(needsWords)))
    return { program, origin: undefined };
  const domains = domainsOf(program);
  if ('what' in domains) return domains;
  const hidden = [...domains].map(
    ([name, { address }]): Cell => ({
      address,
      size: 4,
      object: name === PLAIN ? 'rcu' : `srcu ${name}`,
      field: 'readers',
      init: 0,
      kind: 'word',
      signed: false,
    }),
  );
  const lives = livesOf(program, (hidden.at(-1) ?? program.cells.at(-1))?.address ?? 64);
  const origin: (readonly number[])[] = [];
  const processes = program.processes.map((process, p): Process => {
    const expanded = expandProcess(process, p, domains, lives);
    origin.push(expanded.origin);
    return expanded.process;
  });
  return { program: { ...program, cells: [...program.cells, ...hidden, ...lives.cells], processes }, origin };
}

function needsWords(instruction: Instruction): boolean {
  const { op } = instruction;
  if (op === 'spawn' || op === 'join') return true;
  return rcuOf(instruction) !== undefined || (op === 'free' && instruction.bytes !== undefined);
}

function rcuOf(instruction: Instruction): Rcu | undefined {
  const { op } = instruction;
  return op === 'rcu-lock' || op === 'rcu-unlock' || op === 'rcu-sync' ? instruction : undefined;
}

function domainsOf(program: Program): ReadonlyMap<string, Domain> | Refusal {
  const readers = new Map<string, Set<number>>();
  const waiters = new Map<string, Set<number>>();
  for (const [p, { code }] of program.processes.entries()) {
    for (const one of code) {
      const rcu = rcuOf(one);
      if (rcu === undefined) continue;
      const name = nameOf(rcu.domain);
      if (name === undefined) {
        const why = 'expected the address of the srcu_struct to be a constant';
        const place = one.at.frames[0];
        return place === undefined ? { what: one.at.text, why } : { what: one.at.text, why, place };
      }
      if (!readers.has(name)) readers.set(name, new Set());
      if (!waiters.has(name)) waiters.set(name, new Set());
      (rcu.op === 'rcu-sync' ? waiters : readers).get(name)!.add(p);
    }
  }
  const domains = new Map<string, Domain>();
  let address = ((program.cells.at(-1)?.address ?? 64) + 15) & ~7;
  for (const name of [...readers.keys()].sort()) {
    const inside = [...readers.get(name)!];
    // With one reader the word itself tells when its section ends: a section that begins later could as well have begun first.
    const waiting = inside.length < 2 ? [] : [...waiters.get(name)!];
    if (inside.length * (1 + waiting.length) > BITS)
      return { what: program.name, why: `expected RCU readers times waiters to fit in ${BITS} bits` };
    domains.set(name, { address, readers: inside, waiters: waiting });
    address += 8;
  }
  return domains;
}

function nameOf(domain: Expr | undefined): string | undefined {
  if (domain === undefined) return PLAIN;
  return domain.kind === 'const' ? `${domain.value}` : undefined;
}

/** Expands the code of one process: a register more for each domain, and two for a copy of the readers. */
function expandProcess(
  process: Process,
  p: number,
  domains: ReadonlyMap<string, Domain>,
  lives: Lives,
): { process: Process; origin: readonly number[] } {
  const depths = new Map([...domains.keys()].map((name, k) => [name, process.registers + k]));
  const scratch = process.registers + domains.size;
  const blocks = process.code.map((instruction): readonly Bare<Instruction>[] => {
    const rcu = rcuOf(instruction);
    if (rcu === undefined) return lifeBlock(instruction, p, lives);
    const name = nameOf(rcu.domain)!;
    return rcuBlock(rcu, p, domains.get(name)!, depths.get(name)!, scratch);
  });
  const prefix = firstSteps(process, p, lives);
  blocks[0] = [...prefix, ...blocks[0]!];
  const start: number[] = [];
  const origin: number[] = [];
  for (const [pc, block] of blocks.entries()) {
    start.push(origin.length + (pc === 0 ? prefix.length : 0));
    for (let k = 0; k < block.length; k++) origin.push(pc);
  }
  const code = blocks.flatMap((block, pc) => {
    const { at } = process.code[pc]!;
    const own = !needsWords(process.code[pc]!);
    return block.map((line): Instruction => {
      const shift = (to: number): number => (own ? start[to]! : start[pc]! + to);
      if (line.op === 'branch') return { ...line, then: shift(line.then), else: shift(line.else), at };
      if (line.op === 'jump') return { ...line, to: shift(line.to), at };
      return { ...line, at };
    });
  });
  return { process: { ...process, code, registers: scratch + 2 }, origin };
}

/** What a process does before its first instruction: an interrupt begins, which ends what its processor did; a child is spawned. */
function firstSteps(process: Process, p: number, lives: Lives): readonly Bare<Instruction>[] {
  const begins: Bare<Instruction> = { op: 'context', what: 'preempt', enters: true };
  const waits = lives.spawned.has(p) ? [awaitLife(lives, p, SPAWNED)] : [];
  return process.kind === 'interrupt' ? [...waits, begins] : waits;
}

/** Jump targets are relative to the block; one past its end is the next instruction. */
function rcuBlock(rcu: Rcu, p: number, domain: Domain, depth: number, scratch: number): readonly Bare<Instruction>[] {
  const address = num(domain.address);
  const count = domain.readers.length;
  const mine = domain.readers.indexOf(p);
  switch (rcu.op) {
    case 'rcu-lock':
      return [
        ...(rcu.dst === undefined ? [] : [{ op: 'set', dst: rcu.dst, value: num(0) } as const]),
        { op: 'set', dst: depth, value: plus(reg(depth), 1) },
        ...unless(equals(reg(depth), num(1)), rcu.dst === undefined ? 1 : 2),
        { op: 'rmw', address, fn: 'or', operand: num(1 << mine), order: 'once' },
      ];
    case 'rcu-unlock': {
      let bits = 0;
      for (let group = 0; group <= domain.waiters.length; group++) bits |= 1 << (group * count + mine);
      return [
        { op: 'assert', cond: reg(depth), what: 'rcu_read_unlock inside a read-side critical section' },
        { op: 'set', dst: depth, value: plus(reg(depth), -1) },
        ...unless(equals(reg(depth), num(0)), 2),
        { op: 'rmw', address, fn: 'andnot', operand: num(bits), order: 'release' },
      ];
    }
    case 'rcu-sync': {
      const fence = { op: 'fence', fence: 'mb' } as const;
      if (count === 0) return [fence, fence];
      const active = count === BITS ? -1 : (1 << count) - 1;
      if (domain.waiters.length === 0)
        return [fence, { op: 'await', address, mask: active, value: 0, take: false }, fence];
      const shift = (domain.waiters.indexOf(p) + 1) * count;
      const seen: Expr = { kind: 'binary', op: '&', left: reg(scratch), right: num(active) };
      const copy: Expr = { kind: 'binary', op: '<<', left: seen, right: num(shift) };
      const desired: Expr = { kind: 'binary', op: '|', left: reg(scratch), right: copy };
      const result = scratch + 1;
      return [
        fence,
        { op: 'load', dst: scratch, address, order: 'once' },
        { op: 'cmpxchg', dst: result, address, expected: reg(scratch), desired, order: 'mb' },
        { op: 'branch', cond: equals(reg(result), reg(scratch)), then: 4, else: 1 },
        { op: 'await', address, mask: active << shift, value: 0, take: false },
        fence,
      ];
    }
    default:
      return rcu satisfies never;
  }
}

/** Leaves out the instruction behind it when `cond` is 0; it stands at `at` in its block. */
function unless(cond: Expr, at: number): readonly [Bare<Instruction>] {
  return [{ op: 'branch', cond, then: at + 1, else: at + 2 }];
}

function num(value: number): Expr {
  return { kind: 'const', value };
}

function reg(index: number): Expr {
  return { kind: 'reg', reg: index };
}

function plus(left: Expr, value: number): Expr {
  return { kind: 'binary', op: '+', left, right: num(value) };
}

function equals(left: Expr, right: Expr): Expr {
  return { kind: 'binary', op: '==', left, right };
}

/** A trace of the expanded program in terms of the program that was given: its indices, its cells, and RCU in words. */
export function asGiven(trace: Trace, program: Program, origin: Expanded['origin']): Trace {
  if (origin === undefined) return trace;
  const steps = trace.steps.flatMap((step): readonly TraceStep[] => {
    const given = program.processes[step.process]!.code[origin[step.process]![step.pc]!]!;
    if (step.event === BEGINS && given.op !== 'context') return [{ ...step, pc: 0, event: 'interrupt begins' }];
    const isHidden = step.cell !== undefined && step.cell >= program.cells.length;
    if (isHidden && rcuOf(given) === undefined) return lifeStep(program, given, step, origin[step.process]![step.pc]!);
    const pc = origin[step.process]![step.pc]!;
    const rcu = rcuOf(program.processes[step.process]!.code[pc]!);
    const own = { ...step, pc };
    if (rcu === undefined) return [own];
    const isWord = step.cell !== undefined && step.cell >= program.cells.length;
    if (!isWord) return step.matters && step.event.includes(' fails') ? [own] : [];
    const isLast = rcu.op !== 'rcu-sync' || step.before === step.after;
    if (!isLast || step.event.startsWith('read ')) return [];
    const event = step.event.includes(' waits for ') ? step.event : RCU_WORDS[rcu.op];
    return [{ ...own, event, cell: undefined, before: undefined, after: undefined, read: undefined }];
  });
  return { ...trace, steps };
}

const BEGINS = contextWords('preempt', true);

const RCU_WORDS = {
  'rcu-lock': 'read-side critical section begins',
  'rcu-unlock': 'read-side critical section ends',
  'rcu-sync': 'every read-side critical section that had begun has ended',
} as const;
