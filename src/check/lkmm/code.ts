// Small questions about instructions: where control goes, what is read and written.
import type { Expr, Instruction, Program, Refusal } from '../../types.ts';

/** Where control may go after the instruction at `pc`: [then, else] of a branch, [] at an end, else one index. */
export function successors(instruction: Instruction, pc: number): readonly number[] {
  switch (instruction.op) {
    case 'branch':
      return [instruction.then, instruction.else];
    case 'jump':
      return [instruction.to];
    case 'end':
    case 'stop':
      return [];
    default:
      return [pc + 1];
  }
}

/** The register an instruction writes, if it writes one. */
export function targetOf(instruction: Instruction): number | undefined {
  return 'dst' in instruction ? instruction.dst : undefined;
}

/** The registers an instruction reads. */
export function usedBy(instruction: Instruction): ReadonlySet<number> {
  const used = new Set<number>();
  for (const part of Object.values(instruction) as unknown[])
    if (isExpr(part)) for (const register of registersOf(part)) used.add(register);
  return used;
}

function isExpr(part: unknown): part is Expr {
  return typeof part === 'object' && part !== null && 'kind' in part;
}

/** The registers in an expression, each once. */
export function registersOf(root: Expr): readonly number[] {
  const found = new Set<number>();
  const open: Expr[] = [root];
  for (let expr = open.pop(); expr !== undefined; expr = open.pop()) {
    if (expr.kind === 'reg') found.add(expr.reg);
    else if (expr.kind === 'unary') open.push(expr.arg);
    else if (expr.kind === 'binary') open.push(expr.left, expr.right);
    else if (expr.kind === 'select') open.push(expr.cond, expr.then, expr.else);
  }
  return [...found];
}

const MODELLED: ReadonlySet<string> = new Set<Instruction['op']>([
  'set',
  'load',
  'store',
  'rmw',
  'cmpxchg',
  'add-unless',
  'try-bits',
  'await',
  'fence',
  'lock',
  'trylock',
  'unlock',
  'rcu-lock',
  'rcu-unlock',
  'rcu-sync',
  'is-locked',
  'choose',
  'branch',
  'jump',
  'assert',
  'assert-held',
  'stop',
  'end',
]);

/** The refusal of the first instruction that the engine has no events for; undefined when it has for all. */
export function unmodelled(program: Program): Refusal | undefined {
  for (const process of program.processes)
    for (const { op, at } of process.code) {
      if (MODELLED.has(op)) continue;
      const why = `expected an instruction that LKMM orders, found ${op}`;
      const place = at.frames[0];
      return place === undefined ? { what: at.text, why } : { what: at.text, why, place };
    }
  return undefined;
}
