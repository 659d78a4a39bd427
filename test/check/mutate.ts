// Small changes to a program, as a person makes them by mistake.
import type { Expr, Instruction, Process, Program } from '../../src/types.ts';

export interface Mutant {
  readonly name: string; // 'P0 2 drop fence': process, index in its code, what was done
  readonly program: Program;
}

const SHARED = ['fence', 'context', 'rcu-lock', 'rcu-unlock', 'rcu-sync', 'spawn', 'join', 'await'];

/** Every mutant: a barrier, a lock or a check dropped, two neighbouring steps swapped, an atomic split. */
export function mutantsOf(program: Program): readonly Mutant[] {
  return program.processes.flatMap((process, p) => {
    const wrap = (pc: number, what: string, changed: Process): Mutant => ({
      name: `${process.name} ${pc} ${what}`,
      program: { ...program, processes: program.processes.toSpliced(p, 1, changed) },
    });
    return process.code.flatMap((one, pc) => [
      ...dropped(process, one, pc).map((changed) => wrap(pc, `drop ${one.op}`, changed)),
      ...rechecks(process, one, pc).map((changed, k) => wrap(pc, k === 0 ? 'always' : 'never', changed)),
      ...(tells(program, p, pc) && tells(program, p, pc + 1) ? swapped(process, pc) : []).map((changed) =>
        wrap(pc, `swap ${one.op} and ${process.code[pc + 1]!.op}`, changed),
      ),
      ...split(process, one, pc).map((changed) => wrap(pc, `split ${one.op}`, changed)),
    ]);
  });
}

/** False for an access to a cell that no other process touches: there it only writes down what it saw. */
function tells({ processes }: Program, p: number, pc: number): boolean {
  const one = processes[p]!.code[pc];
  if (one === undefined || !('address' in one)) return true;
  const address = JSON.stringify(one.address);
  return processes.some(
    ({ code }, q) => q !== p && code.some((other) => 'address' in other && JSON.stringify(other.address) === address),
  );
}

function dropped(process: Process, one: Instruction, pc: number): readonly Process[] {
  if (one.op === 'lock') {
    const partners = process.code.flatMap((other, k) =>
      other.op === 'unlock' && JSON.stringify(other.address) === JSON.stringify(one.address) && k > pc ? [k] : [],
    );
    const last = partners[0] ?? pc;
    return [replaced(replaced(process, last, []), pc, [])];
  }
  return ['fence', 'context', 'rcu-lock', 'rcu-sync', 'join'].includes(one.op) ? withoutPair(process, one, pc) : [];
}

/** Without an instruction, and without the one that ends what it begins. */
function withoutPair(process: Process, one: Instruction, pc: number): readonly Process[] {
  if (one.op === 'context' && !one.enters) return [];
  const closes = (other: Instruction): boolean =>
    one.op === 'rcu-lock' ? other.op === 'rcu-unlock' : one.op === 'context' && other.op === 'context' && !other.enters;
  const last = process.code.findIndex((other, k) => k > pc && closes(other));
  return [replaced(last < 0 ? process : replaced(process, last, []), pc, [])];
}

function rechecks(process: Process, one: Instruction, pc: number): readonly Process[] {
  if (one.op !== 'branch') return [];
  return [one.then, one.else].map((to) => ({
    ...process,
    code: process.code.toSpliced(pc, 1, { op: 'jump', to, at: one.at }),
  }));
}

function isShared(one: Instruction | undefined): boolean {
  return one !== undefined && ('address' in one || SHARED.includes(one.op));
}

/** Two steps in the other order, where no jump comes between them and the second does not need what the first reads. */
function swapped(process: Process, pc: number): readonly Process[] {
  const [one, next] = [process.code[pc], process.code[pc + 1]];
  if (!isShared(one) || !isShared(next) || one === undefined || next === undefined) return [];
  const isTarget = process.code.some((other) =>
    other.op === 'branch' ? other.then === pc + 1 || other.else === pc + 1 : other.op === 'jump' && other.to === pc + 1,
  );
  const reads = 'dst' in one && JSON.stringify(next).includes(`"reg":${one.dst}}`);
  if (isTarget || reads || JSON.stringify({ ...one, at: 0 }) === JSON.stringify({ ...next, at: 0 })) return [];
  return [{ ...process, code: process.code.toSpliced(pc, 2, next, one) }];
}

/** A read-modify-write as a read and a write, with the barriers that it had. */
function split(process: Process, one: Instruction, pc: number): readonly Process[] {
  const { at } = one;
  const t = process.registers;
  const wide = { ...process, registers: t + 1 };
  const old: Expr = { kind: 'reg', reg: t };
  if (one.op === 'try-bits') {
    const free: Expr = { kind: 'unary', op: '!', arg: binary('&', old, number(one.mask)) };
    const value = binary('|', old, number(one.mask));
    return [
      replaced(wide, pc, [
        { op: 'load', dst: t, address: one.address, order: 'once', at },
        { op: 'set', dst: one.dst, value: free, at },
        { op: 'store', address: one.address, value, order: 'once', at },
      ]),
    ];
  }
  if (one.op !== 'rmw') return [];
  const barriers: Instruction[] = one.order === 'mb' ? [{ op: 'fence', fence: 'mb', at }] : [];
  const mask = one.mask === undefined || one.mask === 0 ? -1 : one.mask;
  const ops = { or: '|', and: '&', xor: '^', add: '+' } as const;
  const value =
    one.fn === 'xchg'
      ? one.operand
      : one.fn === 'andnot'
        ? binary('&', old, { kind: 'unary', op: '~', arg: one.operand })
        : binary(ops[one.fn], old, one.operand);
  return [
    replaced(wide, pc, [
      ...barriers,
      { op: 'load', dst: t, address: one.address, order: 'once', at },
      { op: 'store', address: one.address, value, order: 'once', at },
      ...(one.dst === undefined
        ? []
        : [{ op: 'set', dst: one.dst, value: binary('&', old, number(mask)), at } as const]),
      ...barriers,
    ]),
  ];
}

function binary(op: '&' | '|' | '^' | '+', left: Expr, right: Expr): Expr {
  return { kind: 'binary', op, left, right };
}

function number(value: number): Expr {
  return { kind: 'const', value };
}

/** Puts straight code in the place of one instruction, and moves what jumps across it. */
function replaced(process: Process, pc: number, lines: readonly Instruction[]): Process {
  const moved = (to: number): number => (to > pc ? to + lines.length - 1 : to);
  const code = process.code.toSpliced(pc, 1, ...lines).map((one): Instruction => {
    if (one.op === 'branch') return { ...one, then: moved(one.then), else: moved(one.else) };
    return one.op === 'jump' ? { ...one, to: moved(one.to) } : one;
  });
  return { ...process, code };
}
