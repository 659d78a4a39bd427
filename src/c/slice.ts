// The code of a scenario cut to what it watches: accesses to cells that two processes use or an invariant reads, and
// what their addresses, values and branches depend on. For reading and comparing code; the search runs on all of it,
// because a bad pointer in code that nothing watches is a fault all the same.
import type { Cell, Instruction, Program } from '../types.ts';
import { readsOf } from './emit.ts';
import type { Reach } from './ir-reach.ts';

/** What a slice keeps. */
export interface Slice {
  readonly keep: readonly (readonly boolean[])[]; // by process and pc
  readonly cells: ReadonlySet<number>; // indices of the cells that are watched or that something kept depends on
  readonly dropped: { readonly instructions: number; readonly cells: number };
}

/**
 * Returns the slice of `program`. `watched` names further cells to watch ('folio.flags'), so that two versions of the
 * code are cut alike: see sliceAlike. Misses: a loop without an access that is kept counts as one that ends.
 */
export function sliceOf(program: Program, reach: Reach, watched: ReadonlySet<string> = new Set()): Slice {
  const cells = new Set<number>(watchedCells(program, reach));
  for (const [index, cell] of program.cells.entries()) if (watched.has(fullName(cell))) cells.add(index);
  const keep = program.processes.map(({ code }) => code.map(isAlwaysKept));
  const registers = program.processes.map(() => new Set<number>());
  for (let before = -1, now = 0; before !== now; ) {
    before = now;
    for (const [p, { code }] of program.processes.entries()) {
      const kept = keep[p] ?? [];
      const wanted = registers[p] ?? new Set();
      for (const [pc, ins] of code.entries()) {
        if (kept[pc] === true) continue;
        const touched = 'address' in ins ? reach(p, pc) : [];
        const isWatched = touched === undefined || touched.some((cell) => cells.has(cell));
        const isRead = 'dst' in ins && ins.dst !== undefined && wanted.has(ins.dst);
        if (isWatched || isRead || (ins.op === 'branch' && decides(code, ins, kept))) kept[pc] = true;
      }
      for (const [pc, ins] of code.entries()) {
        if (kept[pc] !== true) continue;
        for (const register of readsOf(ins)) wanted.add(register);
        if ('address' in ins) for (const cell of reach(p, pc) ?? program.cells.keys()) cells.add(cell);
        if (ins.op === 'wait-until') for (const cell of readBy(program, ins.code)) cells.add(cell);
      }
    }
    now = cells.size + keep.flat().filter(Boolean).length;
  }
  const all = keep.flat();
  const dropped = {
    instructions: all.length - all.filter(Boolean).length,
    cells: program.cells.length - cells.size,
  };
  return { keep, cells, dropped };
}

/** Returns the slices of two versions of one scenario, each watching what either of them watches. */
export function sliceAlike(
  before: { readonly program: Program; readonly reach: Reach },
  after: { readonly program: Program; readonly reach: Reach },
): readonly [Slice, Slice] {
  const names = new Set<string>();
  for (const { program, reach } of [before, after]) {
    for (const index of watchedCells(program, reach)) {
      const cell = program.cells[index];
      if (cell !== undefined) names.add(fullName(cell));
    }
  }
  return [sliceOf(before.program, before.reach, names), sliceOf(after.program, after.reach, names)];
}

/** Returns the program with the instructions of its slice alone, and the cells they need. Invariants stay. */
export function slicedProgram(program: Program, slice: Slice): Program {
  const kept = program.cells.flatMap((_, index) => (slice.cells.has(index) ? [index] : []));
  const moved = new Map(kept.map((index, at) => [index, at]));
  return {
    ...program,
    cells: kept.flatMap((index) => program.cells[index] ?? []),
    observed: program.observed.flatMap((index) => moved.get(index) ?? []),
    processes: program.processes.map((process, p) => ({ ...process, code: cut(process.code, slice.keep[p] ?? []) })),
  };
}

function fullName(cell: Cell): string {
  return cell.field === '' ? cell.object : `${cell.object}.${cell.field}`;
}

/** Cells that two processes may touch, one of them writing, and cells that an invariant may read. Sorted. */
function watchedCells(program: Program, reach: Reach): number[] {
  const users = new Map<number, Set<number>>();
  const written = new Set<number>();
  for (const [p, { code }] of program.processes.entries()) {
    for (const [pc, ins] of code.entries()) {
      const touched = ins.op === 'wait-until' ? readBy(program, ins.code) : 'address' in ins ? reach(p, pc) : [];
      for (const cell of touched ?? program.cells.keys()) {
        users.set(cell, (users.get(cell) ?? new Set()).add(p));
        if (ins.op !== 'load' && ins.op !== 'wait-until' && ins.op !== 'assert-held' && ins.op !== 'is-locked')
          written.add(cell);
      }
    }
  }
  const found = new Set([...users].flatMap(([cell, of]) => (of.size > 1 && written.has(cell) ? [cell] : [])));
  for (const index of readByInvariants(program)) found.add(index);
  return [...found].sort((a, b) => a - b);
}

function readByInvariants(program: Program): ReadonlySet<number> {
  return new Set([...program.observed, ...program.invariants.flatMap(({ code }) => [...readBy(program, code)])]);
}

/** The cells that a condition may read. An address that is not constant may be any cell. */
function readBy(program: Program, code: readonly Instruction[]): Iterable<number> {
  const found = new Set<number>();
  for (const ins of code) {
    if (ins.op !== 'load') continue;
    const { address } = ins;
    if (address.kind !== 'const') return program.cells.keys();
    const index = program.cells.findIndex((cell) => cell.address === address.value);
    if (index >= 0) found.add(index);
  }
  return found;
}

/** Orders, asserts, ends and stops count whatever they are about. */
function isAlwaysKept(ins: Instruction): boolean {
  switch (ins.op) {
    case 'fence':
    case 'rcu-lock':
    case 'rcu-unlock':
    case 'rcu-sync':
    case 'free':
    case 'wait-until':
    case 'context':
    case 'spawn':
    case 'join':
    case 'assert':
    case 'assert-held':
    case 'stop':
    case 'end':
      return true;
    default:
      return false;
  }
}

/** True when the two sides of a branch come to different instructions that are kept. */
function decides(
  code: readonly Instruction[],
  ins: Instruction & { readonly op: 'branch' },
  kept: readonly boolean[],
): boolean {
  const [then, otherwise] = [nextKept(code, ins.then, kept), nextKept(code, ins.else, kept)];
  return then.size > 0 && otherwise.size > 0 && [...then].join() !== [...otherwise].join();
}

/** The kept instructions that are met first on the ways from `start`, ascending. */
function nextKept(code: readonly Instruction[], start: number, kept: readonly boolean[]): Set<number> {
  const found = new Set<number>();
  const seen = new Set<number>();
  const open = [start];
  for (let pc = open.pop(); pc !== undefined; pc = open.pop()) {
    if (seen.has(pc)) continue;
    seen.add(pc);
    const ins = code[pc];
    if (ins === undefined) continue;
    if (kept[pc] === true) found.add(pc);
    else if (ins.op === 'jump') open.push(ins.to);
    else if (ins.op === 'branch') open.push(ins.then, ins.else);
    else open.push(pc + 1);
  }
  return new Set([...found].sort((a, b) => a - b));
}

/** The kept instructions of a code; jumps go to the first kept one on their way. A branch that is cut takes either side. */
function cut(code: readonly Instruction[], kept: readonly boolean[]): Instruction[] {
  const target = (start: number): number => [...nextKept(code, start, kept)][0] ?? code.length - 1;
  const out: { ins: Instruction; old: number }[] = [];
  for (const [pc, ins] of code.entries()) {
    if (kept[pc] !== true) continue;
    out.push({ ins, old: pc });
    const goesOn = ins.op !== 'branch' && ins.op !== 'jump' && ins.op !== 'end' && ins.op !== 'stop';
    if (goesOn) {
      const next = target(pc + 1);
      const follows = kept.indexOf(true, pc + 1);
      if (next !== follows) out.push({ ins: { op: 'jump', at: ins.at, to: next }, old: -1 });
    }
  }
  const at = new Map(out.flatMap(({ old }, index) => (old < 0 ? [] : [[old, index] as const])));
  const first = target(0);
  const start: Instruction[] = [];
  if (out[0]?.old !== first && out[0] !== undefined) start.push({ op: 'jump', at: out[0].ins.at, to: first });
  const to = (old: number): number => (at.get(old) ?? 0) + start.length;
  return [...start, ...out.map(({ ins }) => ins)].map((ins) => {
    if (ins.op === 'jump') return { ...ins, to: to(ins.to) };
    if (ins.op !== 'branch') return ins;
    return { ...ins, then: to(target(ins.then)), else: to(target(ins.else)) };
  });
}
