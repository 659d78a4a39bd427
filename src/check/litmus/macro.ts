// The table of macros, and the forms that most of them have.
import type { BinaryOp, Expr, Instruction, Order } from '../../types.ts';
import type { CExpr } from './ast.ts';
import { type Builder, register, words } from './builder.ts';

/** A call as it stands in the test. */
export type Call = Extract<CExpr, { kind: 'call' }>;

/** A macro: how many arguments it takes, what its call is worth (undefined: nothing), and whether it touches memory. */
export interface Macro {
  readonly arguments: number;
  readonly lower: (builder: Builder, call: Call) => Expr | undefined;
  readonly access: 'load' | 'other' | 'none'; // load: a single plain or once read
}

/** What a read-modify-write does to the word. */
export type Fn = Extract<Instruction, { op: 'rmw' }>['fn'];

const MACROS = new Map<string, Macro>();

/** The macro of that name, undefined when there is none. */
export function macroOf(name: string): Macro | undefined {
  return MACROS.get(name);
}

/** Enters a macro into the table. */
export function define(name: string, count: number, access: Macro['access'], lower: Macro['lower']): void {
  MACROS.set(name, { arguments: count, access, lower });
}

/** An argument that is an lvalue, as in READ_ONCE(*x), or a pointer, as in atomic_read(x). */
type Way = 'lvalue' | 'pointer';

function addressed(builder: Builder, arg: CExpr, way: Way): Expr {
  return way === 'lvalue' ? builder.address(arg) : builder.lower(arg);
}

/** Enters a read of one word. */
export function load(name: string, order: Order, way: Way): void {
  define(name, 1, order === 'once' ? 'load' : 'other', (builder, call) => {
    const dst = builder.fresh();
    builder.emit({ op: 'load', dst, address: addressed(builder, call.args[0]!, way), order }, call.line, words(call));
    return register(dst);
  });
}

/** Enters a store of one word. */
export function store(name: string, order: Order, way: Way): void {
  define(name, 2, 'other', (builder, call) => {
    const address = addressed(builder, call.args[0]!, way);
    const value = builder.lower(call.args[1]!);
    builder.emit({ op: 'store', address, value, order }, call.line, words(call));
    return undefined;
  });
}

/** Enters a read-modify-write; argument `at` is the address, `operand` makes the operand, `result` what the call is worth from the old value and the operand. */
export function rmw(
  name: string,
  count: number,
  fn: Fn,
  order: Order,
  at: number,
  operand: (builder: Builder, call: Call) => Expr,
  result: ((old: Expr, operand: Expr) => Expr) | undefined,
): void {
  define(name, count, 'other', (builder, call) => {
    const address = builder.lower(call.args[at]!);
    const value = operand(builder, call);
    if (result === undefined) {
      builder.emit({ op: 'rmw', address, fn, operand: value, order }, call.line, words(call));
      return undefined;
    }
    const dst = builder.fresh();
    builder.emit({ op: 'rmw', dst, address, fn, operand: value, order }, call.line, words(call));
    return result(register(dst), value);
  });
}

/** An operation on two values. */
export function binary(op: BinaryOp, left: Expr, right: Expr): Expr {
  return { kind: 'binary', op, left, right };
}
