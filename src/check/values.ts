// What a register or a word may hold: a small set of constants, or the bits that may be 1. Sets keep pointers and flags exact.
import type { BinaryOp, Expr, Instruction } from '../types.ts';
import { wordMask } from './footprint.ts';
import { isLarger, registersOf } from './program.ts';
import { binary } from './run.ts';

/** Either every possible value, ascending, or the bits that may be 1 in them. */
export type Value =
  | { readonly kind: 'set'; readonly values: readonly number[] }
  | { readonly kind: 'bits'; readonly ones: number };

/** Values of the registers that are known; a register that is missing may hold anything. */
export type Environment = ReadonlyMap<number, Value>;

const LARGEST_SET = 24;
const MOST_COMBINATIONS = 400;

export const ANYTHING: Value = { kind: 'bits', ones: -1 };

/** The value that is always `value`. */
export function exactly(value: number): Value {
  return { kind: 'set', values: [value | 0] };
}

/** One of `values`; their bits when they are many. */
export function oneOf(values: Iterable<number>): Value {
  const distinct = [...new Set(values)].sort((a, b) => a - b);
  return distinct.length <= LARGEST_SET
    ? { kind: 'set', values: distinct }
    : { kind: 'bits', ones: distinct.reduce((ones, value) => ones | value, 0) };
}

/** Bits that may be 1. */
export function maybeOne(value: Value): number {
  return value.kind === 'bits' ? value.ones : value.values.reduce((ones, one) => ones | one, 0);
}

/** Bits that are 1 in every possible value. */
export function surelyOne(value: Value): number {
  return value.kind === 'bits' ? 0 : value.values.reduce((ones, one) => ones & one, -1);
}

/** Everything that one of the two may be. */
export function join(a: Value, b: Value): Value {
  if (a === b || includes(a, b)) return a;
  if (a.kind === 'set' && b.kind === 'set') return oneOf([...a.values, ...b.values]);
  return { kind: 'bits', ones: maybeOne(a) | maybeOne(b) };
}

/** True when `b` adds nothing to `a`. */
export function includes(a: Value, b: Value): boolean {
  if (a.kind === 'bits') return (maybeOne(b) & ~a.ones) === 0;
  return b.kind === 'set' && b.values.every((value) => a.values.includes(value));
}

/** What an expression may evaluate to. Combinations of registers that divide by zero are left out: they fault. */
export function evaluate(expr: Expr, environment: Environment): Value {
  switch (expr.kind) {
    case 'const':
      return exactly(expr.value);
    case 'reg':
      return environment.get(expr.reg) ?? ANYTHING;
    case 'unary': {
      const arg = evaluate(expr.arg, environment);
      if (arg.kind === 'set') return oneOf(arg.values.map((value) => unary(expr.op, value)));
      return expr.op === '!' ? { kind: 'set', values: [0, 1] } : ANYTHING;
    }
    case 'binary':
      return binaryValue(expr.op, evaluate(expr.left, environment), evaluate(expr.right, environment));
    case 'select': {
      const cond = evaluate(expr.cond, environment);
      if (cond.kind === 'set' && !cond.values.includes(0)) return evaluate(expr.then, environment);
      if (cond.kind === 'set' && cond.values.length === 1) return evaluate(expr.else, environment);
      return join(evaluate(expr.then, environment), evaluate(expr.else, environment));
    }
    default:
      return expr satisfies never;
  }
}

/** One operator on one 32-bit value. */
export function unary(op: '!' | '-' | '~', value: number): number {
  if (op === '!') return value === 0 ? 1 : 0;
  return op === '-' ? -value | 0 : ~value;
}

/** What a binary operator may give. */
export function binaryValue(op: BinaryOp, left: Value, right: Value): Value {
  if (left.kind === 'set' && right.kind === 'set' && left.values.length * right.values.length <= MOST_COMBINATIONS) {
    const values = new Set<number>();
    for (const a of left.values) {
      for (const b of right.values) if (b !== 0 || (op !== '/' && op !== '%')) values.add(binary(op, a, b));
    }
    return oneOf(values);
  }
  switch (op) {
    case '&':
      return { kind: 'bits', ones: maybeOne(left) & maybeOne(right) };
    case '|':
    case '^':
      return { kind: 'bits', ones: maybeOne(left) | maybeOne(right) };
    case '<<':
      return right.kind === 'set' && right.values.length === 1
        ? { kind: 'bits', ones: maybeOne(left) << right.values[0]! }
        : ANYTHING;
    case '>>':
      return right.kind === 'set' && right.values.length === 1
        ? { kind: 'bits', ones: maybeOne(left) >> right.values[0]! }
        : ANYTHING;
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return { kind: 'set', values: [0, 1] };
    default:
      return ANYTHING;
  }
}

/** Definitions of registers that still hold: the register equals the expression. */
export type Definitions = ReadonlyMap<number, Expr>;

const DEEPEST_DEFINITION = 4;
const LARGEST_FORM = 100; // parts of an expression with definitions filled in

/**
 * The environment when `holds(value of expr)` is known to be true, or undefined when that cannot be. Registers with small sets are
 * narrowed, seen through the definitions of the registers in the expression.
 */
export function narrow(
  expr: Expr,
  holds: (value: number) => boolean,
  environment: Environment,
  definitions: Definitions,
): Environment | undefined {
  const whole = evaluate(expr, environment);
  if (whole.kind === 'set' && !whole.values.some(holds)) return undefined;
  let result = environment;
  let form = expr;
  for (let level = 0; level < DEEPEST_DEFINITION; level++) {
    const next = narrowOnce(form, holds, result);
    if (next === undefined) return undefined;
    result = next;
    const opened = open(form, definitions);
    if (opened === form || isLarger(opened, LARGEST_FORM)) break;
    form = opened;
  }
  return result;
}

function narrowOnce(expr: Expr, holds: (value: number) => boolean, environment: Environment): Environment | undefined {
  const used = new Set<number>();
  registersOf(expr, used);
  const registers = [...used];
  const sets: (readonly number[])[] = [];
  let combinations = 1;
  for (const register of registers) {
    const value = environment.get(register);
    if (value?.kind !== 'set') return environment;
    sets.push(value.values);
    combinations *= value.values.length;
  }
  if (registers.length === 0 || combinations > MOST_COMBINATIONS) return environment;
  const kept = registers.map(() => new Set<number>());
  for (let k = 0; k < combinations; k++) {
    let rest = k;
    const chosen = sets.map((set) => {
      const value = set[rest % set.length]!;
      rest = Math.floor(rest / set.length);
      return value;
    });
    const value = evaluate(expr, new Map(registers.map((register, index) => [register, exactly(chosen[index]!)])));
    if (value.kind === 'set' && !value.values.some(holds)) continue;
    for (const [index, one] of chosen.entries()) kept[index]!.add(one);
  }
  if (kept[0]!.size === 0) return undefined;
  if (kept.every((values, index) => values.size === sets[index]!.length)) return environment;
  const narrowed = new Map(environment);
  for (const [index, register] of registers.entries()) narrowed.set(register, oneOf(kept[index]!));
  return narrowed;
}

/** The expression with its registers replaced by their definitions, one level; the same object when none is defined. */
function open(expr: Expr, definitions: Definitions): Expr {
  switch (expr.kind) {
    case 'const':
      return expr;
    case 'reg':
      return definitions.get(expr.reg) ?? expr;
    case 'unary': {
      const arg = open(expr.arg, definitions);
      return arg === expr.arg ? expr : { ...expr, arg };
    }
    case 'binary': {
      const left = open(expr.left, definitions);
      const right = open(expr.right, definitions);
      return left === expr.left && right === expr.right ? expr : { ...expr, left, right };
    }
    case 'select': {
      const [cond, then, otherwise] = [
        open(expr.cond, definitions),
        open(expr.then, definitions),
        open(expr.else, definitions),
      ];
      return cond === expr.cond && then === expr.then && otherwise === expr.else
        ? expr
        : { ...expr, cond, then, else: otherwise };
    }
    default:
      return expr satisfies never;
  }
}

/** What a load with a mask gives. */
export function maskedValue(value: Value, mask: number | undefined): Value {
  const bits = wordMask(mask);
  return bits === -1 ? value : maskedBits(value, bits);
}

/** A few bits of a word: every combination of them when the word is not known better, so that a flag is 0 or its bit. */
function maskedBits(value: Value, bits: number): Value {
  const result = binaryValue('&', value, exactly(bits));
  if (result.kind === 'set') return result;
  let combinations: number[] = [0];
  for (let bit = 0; bit < 32 && combinations.length <= 8; bit++) {
    const one = 1 << bit;
    if ((result.ones & one) !== 0) combinations = [...combinations, ...combinations.map((rest) => rest | one)];
  }
  return combinations.length <= 8 ? { kind: 'set', values: combinations.sort((a, b) => a - b) } : result;
}

/** What a read-modify-write leaves in a word. */
export function modified(fn: Extract<Instruction, { op: 'rmw' }>['fn'], old: Value, operand: Value): Value {
  switch (fn) {
    case 'or':
      return binaryValue('|', old, operand);
    case 'andnot':
      return operand.kind === 'set'
        ? operand.values.map((value) => binaryValue('&', old, exactly(~value))).reduce(join, exactly(0))
        : { kind: 'bits', ones: maybeOne(old) };
    case 'and':
      return binaryValue('&', old, operand);
    case 'xor':
      return binaryValue('^', old, operand);
    case 'add':
      return binaryValue('+', old, operand);
    case 'xchg':
      return operand;
    default:
      return fn satisfies never;
  }
}
