// What every part of the checker needs to know about a program: its shape, checked once, and small questions about code.
import { assert } from '../errors.ts';
import type { Cell, Expr, Instruction, Program, Refusal } from '../types.ts';

export const DEEPEST_EXPRESSION = 400;
export const LOWEST_ADDRESS = 64; // below it an access is a NULL pointer dereference
const MOST_PROCESSES = 31; // sets of processes are bit masks
const HIGHEST_ADDRESS = 2 ** 22; // a table by address is kept

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
export function written(instruction: Instruction): number | undefined {
  switch (instruction.op) {
    case 'set':
    case 'load':
    case 'rmw':
    case 'cmpxchg':
    case 'add-unless':
    case 'try-bits':
    case 'trylock':
    case 'is-locked':
    case 'rcu-lock':
    case 'choose':
      return instruction.dst;
    default:
      return undefined;
  }
}

/** The expressions an instruction evaluates, in order of evaluation; the address of an access comes first. */
export function operands(instruction: Instruction): readonly Expr[] {
  switch (instruction.op) {
    case 'set':
      return [instruction.value];
    case 'store':
      return [instruction.address, instruction.value];
    case 'rmw':
      return [instruction.address, instruction.operand];
    case 'cmpxchg':
      return [instruction.address, instruction.expected, instruction.desired];
    case 'add-unless':
      return [instruction.address, instruction.operand, instruction.unless];
    case 'load':
    case 'try-bits':
    case 'await':
    case 'lock':
    case 'trylock':
    case 'unlock':
    case 'is-locked':
    case 'assert-held':
      return [instruction.address];
    case 'branch':
    case 'assert':
      return [instruction.cond];
    case 'rcu-lock':
    case 'rcu-unlock':
    case 'rcu-sync':
    case 'fence':
    case 'choose':
    case 'jump':
    case 'stop':
    case 'end':
      return [];
    default:
      return instruction satisfies never;
  }
}

/** The address expression of an instruction that touches a cell, undefined for the others. */
export function addressOf(instruction: Instruction): Expr | undefined {
  return 'address' in instruction ? instruction.address : undefined;
}

/** True for a cell that lock and unlock work on. */
export function isLock(cell: Cell): boolean {
  return cell.kind === 'lock';
}

/** True for instructions that touch memory or a lock: what a coverage report asks about. */
export function isAccess(instruction: Instruction): boolean {
  return 'address' in instruction && instruction.op !== 'assert-held';
}

/** True when the value of the expression can be undefined: it divides. */
export function divides(expr: Expr): boolean {
  switch (expr.kind) {
    case 'const':
    case 'reg':
      return false;
    case 'unary':
      return divides(expr.arg);
    case 'binary':
      return expr.op === '/' || expr.op === '%' || divides(expr.left) || divides(expr.right);
    case 'select':
      return divides(expr.cond) || divides(expr.then) || divides(expr.else);
    default:
      return expr satisfies never;
  }
}

/** Adds the registers that an expression reads to `into`. */
export function registersOf(expr: Expr, into: Set<number>): void {
  switch (expr.kind) {
    case 'const':
      return;
    case 'reg':
      into.add(expr.reg);
      return;
    case 'unary':
      registersOf(expr.arg, into);
      return;
    case 'binary':
      registersOf(expr.left, into);
      registersOf(expr.right, into);
      return;
    case 'select':
      registersOf(expr.cond, into);
      registersOf(expr.then, into);
      registersOf(expr.else, into);
      return;
    default:
      expr satisfies never;
  }
}

/** Calls `visit` for each constant in an expression. */
export function eachConstant(root: Expr, visit: (value: number) => void): void {
  const open: Expr[] = [root];
  for (let expr = open.pop(); expr !== undefined; expr = open.pop()) {
    if (expr.kind === 'const') visit(expr.value);
    open.push(...parts(expr));
  }
}

/** True when an expression has more than `most` parts. */
export function isLarger(root: Expr, most: number): boolean {
  let count = 0;
  const open: Expr[] = [root];
  for (let expr = open.pop(); expr !== undefined && count <= most; expr = open.pop()) {
    count++;
    open.push(...parts(expr));
  }
  return count > most;
}

/** Nesting of an expression, counted without recursion. */
function depth(root: Expr): number {
  let deepest = 0;
  const open: [Expr, number][] = [[root, 1]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [expr, level] = next;
    deepest = Math.max(deepest, level);
    if (deepest > DEEPEST_EXPRESSION) return deepest;
    for (const part of parts(expr)) open.push([part, level + 1]);
  }
  return deepest;
}

function parts(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'const':
    case 'reg':
      return [];
    case 'unary':
      return [expr.arg];
    case 'binary':
      return [expr.left, expr.right];
    case 'select':
      return [expr.cond, expr.then, expr.else];
    default:
      return expr satisfies never;
  }
}

/**
 * Checks that a program is well formed: integers where numbers stand, targets and registers in range, no falling off the end.
 * Returns a refusal for a program that is too large in some direction; throws when a stage before this one broke its promise.
 */
export function validate(program: Program): Refusal | undefined {
  if (program.processes.length > MOST_PROCESSES) {
    return {
      what: program.name,
      why: `expected at most ${MOST_PROCESSES} processes, found ${program.processes.length}`,
    };
  }
  if ((program.cells.at(-1)?.address ?? 0) >= HIGHEST_ADDRESS) {
    return {
      what: program.name,
      why: `expected addresses below ${HIGHEST_ADDRESS}, found ${program.cells.at(-1)?.address}`,
    };
  }
  let previous = LOWEST_ADDRESS - 1;
  for (const cell of program.cells) {
    assert(
      Number.isInteger(cell.address) && cell.address > previous,
      `expected cells of ${program.name} sorted by address from ${LOWEST_ADDRESS} on`,
    );
    assert(isInt32(cell.init), `expected ${cell.object}.${cell.field} to fit in 32 bits`);
    previous = cell.address;
  }
  for (const index of program.observed)
    assert(program.cells[index] !== undefined, `expected an observed cell ${index} to exist`);
  for (const body of [...program.processes, ...program.invariants]) {
    const refusal = validateCode(body.name, body.code, body.registers);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function validateCode(name: string, code: readonly Instruction[], registers: number): Refusal | undefined {
  assert(
    Number.isInteger(registers) && registers >= 0 && code.length > 0,
    `expected code and a count of registers in ${name}`,
  );
  for (const [pc, instruction] of code.entries()) {
    for (const to of successors(instruction, pc)) {
      assert(
        Number.isInteger(to) && to >= 0 && to < code.length,
        `expected a jump target inside ${name}, found ${to} at ${pc}`,
      );
    }
    const used = new Set<number>();
    for (const expr of operands(instruction)) {
      if (depth(expr) > DEEPEST_EXPRESSION) {
        const place = instruction.at.frames[0];
        const why = `expected expressions nested at most ${DEEPEST_EXPRESSION} deep`;
        return place === undefined ? { what: instruction.at.text, why } : { what: instruction.at.text, why, place };
      }
      registersOf(expr, used);
      assert(constantsFit(expr), `expected 32-bit constants in ${name} at ${pc}`);
    }
    const target = written(instruction);
    if (target !== undefined) used.add(target);
    for (const register of used)
      assert(
        Number.isInteger(register) && register >= 0 && register < registers,
        `expected register ${register} of ${name} below ${registers}`,
      );
    if (instruction.op === 'choose')
      assert(
        instruction.values.length > 0 && instruction.values.every(isInt32),
        `expected values to choose from at ${name} ${pc}`,
      );
    if ('mask' in instruction && instruction.mask !== undefined)
      assert(isInt32(instruction.mask), `expected a 32-bit mask at ${name} ${pc}`);
    if (instruction.op === 'await') assert(isInt32(instruction.value), `expected a 32-bit value at ${name} ${pc}`);
  }
  return undefined;
}

function constantsFit(root: Expr): boolean {
  const open: Expr[] = [root];
  for (let expr = open.pop(); expr !== undefined; expr = open.pop()) {
    if (expr.kind === 'const' && !isInt32(expr.value)) return false;
    open.push(...parts(expr));
  }
  return true;
}

/** Constants may be written signed or unsigned: 0xffffffff and -1 are one word. */
function isInt32(value: number): boolean {
  return Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 32;
}
