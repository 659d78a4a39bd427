// JavaScript text for expressions and words, made of numbers and a closed list of operators.
import type { BinaryOp, Expr, Instruction } from '../types.ts';

/** A mask of `width` low bits as a JavaScript number literal. */
export function mask(width: number): number {
  return width >= 32 ? -1 : (1 << width) - 1;
}

/** JavaScript for the bits of `value` that a mask of the contract leaves. */
export function masked(value: string, bits: number | undefined): string {
  return bits === undefined || bits === 0 ? value : `${value} & ${bits | 0}`;
}

/** JavaScript for the value of a choice. */
export function pick(values: readonly number[]): string {
  return values.length === 1 ? `${values[0]! | 0}` : `[${values.map((value) => value | 0).join(',')}][choice]`;
}

/** The new word of a read-modify-write from the old word `v` and the operand `w`. */
export function modified(fn: Extract<Instruction, { op: 'rmw' }>['fn']): string {
  switch (fn) {
    case 'or':
      return 'v | w';
    case 'andnot':
      return 'v & ~w';
    case 'and':
      return 'v & w';
    case 'xor':
      return 'v ^ w';
    case 'add':
      return 'v + w | 0';
    case 'xchg':
      return 'w';
    default:
      return fn satisfies never;
  }
}

/** JavaScript for an expression over the registers r0, r1, ... Shift counts are taken modulo 32, as x86 does. */
export function text(expr: Expr): string {
  switch (expr.kind) {
    case 'const':
      return `(${expr.value | 0})`;
    case 'reg':
      return `r${expr.reg}`;
    case 'unary':
      if (expr.op === '!') return `(${text(expr.arg)} ? 0 : 1)`;
      return expr.op === '-' ? `(-${text(expr.arg)} | 0)` : `(~${text(expr.arg)})`;
    case 'binary':
      return binary(expr.op, text(expr.left), text(expr.right));
    case 'select':
      return `(${text(expr.cond)} ? ${text(expr.then)} : ${text(expr.else)})`;
    default:
      return expr satisfies never;
  }
}

function binary(op: BinaryOp, left: string, right: string): string {
  switch (op) {
    case '+':
    case '-':
      return `(${left} ${op} ${right} | 0)`;
    case '*':
      return `Math.imul(${left}, ${right})`;
    case '/':
      return `div(${left}, ${right})`;
    case '%':
      return `mod(${left}, ${right})`;
    case '&':
    case '|':
    case '^':
    case '<<':
    case '>>':
      return `(${left} ${op} ${right})`;
    case '==':
      return `(${left} === ${right} ? 1 : 0)`;
    case '!=':
      return `(${left} !== ${right} ? 1 : 0)`;
    case '<':
    case '<=':
    case '>':
    case '>=':
      return `(${left} ${op} ${right} ? 1 : 0)`;
    default:
      return op satisfies never;
  }
}
