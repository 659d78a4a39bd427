// What every part of the checker needs to know about a program: its shape, checked once, and small questions about code.
import { assert } from '../errors.ts';
import type { Cell, Expr, Instruction, Program, Refusal } from '../types.ts';

const DEEPEST_EXPRESSION = 400;
const MOST_PROCESSES = 31; // sets of processes are bit masks
/** What a cell holds that is gone: no 32-bit word. */
export const FREED = 2 ** 32 + 1;
export const LOWEST_ADDRESS = 64; // below it an access is a NULL pointer dereference

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
      return instruction.expects === undefined
        ? [instruction.address, instruction.value]
        : [instruction.address, instruction.value, instruction.expects];
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
    case 'free':
    case 'is-locked':
    case 'assert-held':
      return [instruction.address];
    case 'branch':
    case 'assert':
      return [instruction.cond];
    case 'rcu-lock':
    case 'rcu-unlock':
    case 'rcu-sync':
    case 'wait-until':
    case 'context':
    case 'spawn':
    case 'join':
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
  return 'address' in instruction && instruction.op !== 'assert-held' && instruction.op !== 'free';
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

/**
 * Checks that a program is well formed: integers where numbers stand, targets and registers in range, no falling off the end.
 * Returns a refusal for a program that is too large in some direction; throws when a stage before this one broke its promise. Linear;
 * code that was checked before is not looked at again.
 */
export function validate(program: Program): Refusal | undefined {
  const { processes, cells, name } = program;
  if (processes.length > MOST_PROCESSES)
    return { what: name, why: `expected at most ${MOST_PROCESSES} processes, found ${processes.length}` };
  let previous = LOWEST_ADDRESS - 1;
  for (const cell of cells) {
    const isGood = Number.isInteger(cell.address) && cell.address > previous && isInt32(cell.init);
    if (!isGood) assert(false, `expected cells of ${name} sorted by address from ${LOWEST_ADDRESS} on, of 32 bits`);
    previous = cell.address;
  }
  for (const index of program.observed)
    if (cells[index] === undefined) assert(false, `expected an observed cell ${index} to exist`);
  for (const body of [...processes, ...program.invariants]) {
    const refusal = validateCode(body.name, body.code, body.registers);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

const checked = new WeakMap<readonly Instruction[], number>(); // code -> registers

function validateCode(name: string, code: readonly Instruction[], registers: number): Refusal | undefined {
  if (checked.get(code) === registers) return undefined;
  assert(Number.isInteger(registers) && registers >= 0 && code.length > 0, `expected code and registers in ${name}`);
  for (let pc = 0; pc < code.length; pc++) {
    const instruction = code[pc]!;
    for (const to of successors(instruction, pc))
      if (!isIndex(to, code.length)) assert(false, `expected a jump target inside ${name}, found ${to} at ${pc}`);
    for (const expr of operands(instruction)) {
      const fault = faultOf(expr, registers, 1);
      if (fault === 'too deep') return tooDeep(instruction);
      if (fault !== undefined)
        assert(false, `expected registers below ${registers} and 32-bit constants in ${name} at ${pc}`);
    }
    const target = written(instruction);
    if (target !== undefined && !isIndex(target, registers))
      assert(false, `expected register ${target} of ${name} below ${registers}`);
    if (!hasGoodNumbers(instruction)) assert(false, `expected 32-bit masks and values at ${name} ${pc}`);
  }
  checked.set(code, registers);
  return undefined;
}

function tooDeep(instruction: Instruction): Refusal {
  const place = instruction.at.frames[0];
  const why = `expected expressions nested at most ${DEEPEST_EXPRESSION} deep`;
  return place === undefined ? { what: instruction.at.text, why } : { what: instruction.at.text, why, place };
}

function hasGoodNumbers(instruction: Instruction): boolean {
  if (instruction.op === 'choose') return instruction.values.length > 0 && instruction.values.every(isInt32);
  if ('mask' in instruction && instruction.mask !== undefined && !isInt32(instruction.mask)) return false;
  return instruction.op !== 'await' || isInt32(instruction.value);
}

/** What is wrong with an expression at a depth; undefined: nothing. */
function faultOf(expr: Expr, registers: number, depth: number): 'too deep' | 'bad number' | undefined {
  if (depth > DEEPEST_EXPRESSION) return 'too deep';
  switch (expr.kind) {
    case 'const':
      return isInt32(expr.value) ? undefined : 'bad number';
    case 'reg':
      return isIndex(expr.reg, registers) ? undefined : 'bad number';
    case 'unary':
      return faultOf(expr.arg, registers, depth + 1);
    case 'binary':
      return faultOf(expr.left, registers, depth + 1) ?? faultOf(expr.right, registers, depth + 1);
    case 'select':
      return (
        faultOf(expr.cond, registers, depth + 1) ??
        faultOf(expr.then, registers, depth + 1) ??
        faultOf(expr.else, registers, depth + 1)
      );
    default:
      return expr satisfies never;
  }
}

function isIndex(value: number, end: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < end;
}

/** Constants may be written signed or unsigned: 0xffffffff and -1 are one word. */
function isInt32(value: number): boolean {
  return Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 32;
}
