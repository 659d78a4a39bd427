// Builds the code of one process, instruction by instruction.
import type { Expr, Instruction } from '../../types.ts';
import type { CExpr } from './ast.ts';
import { Unsupported } from './lex.ts';

/** An instruction without its place. */
export type Draft = Instruction extends infer T ? (T extends unknown ? Omit<T, 'at'> : never) : never;

/** The code of a process while it is made. */
export interface Builder {
  readonly file: string;
  readonly process: number;
  readonly code: Instruction[];
  readonly registers: Map<string, number>;
  readonly parameters: ReadonlyMap<string, number>; // names that stand for the address of an object
  readonly locks: Set<number>; // addresses that are used as locks
  readonly emit: (draft: Draft, line: number, text: string) => number; // its index
  readonly fresh: () => number; // a register without a name
  readonly named: (name: string) => number; // the register of that name
  readonly objectOf: (name: string) => number | undefined; // the address of the object of that name, unless it is a register
  readonly lower: (expr: CExpr) => Expr;
  readonly address: (lvalue: CExpr) => Expr;
}

/** A constant. */
export function constant(value: number): Expr {
  return { kind: 'const', value: value | 0 };
}

/** The value of a register. */
export function register(reg: number): Expr {
  return { kind: 'reg', reg };
}

/** The refusal of something at `line`. */
export function refuse(builder: { readonly file: string }, line: number, what: string, why: string): never {
  throw new Unsupported(what, why, { file: builder.file, line });
}

/** An expression as written, blanks folded. */
export function words(expr: CExpr): string {
  switch (expr.kind) {
    case 'number':
      return String(expr.value);
    case 'name':
      return expr.name;
    case 'deref':
      return `*${words(expr.arg)}`;
    case 'address':
      return `&${words(expr.arg)}`;
    case 'index':
      return `${words(expr.array)}[${words(expr.index)}]`;
    case 'unary':
      return `${expr.op}${words(expr.arg)}`;
    case 'binary':
      return `${words(expr.left)} ${expr.op} ${words(expr.right)}`;
    case 'select':
      return `${words(expr.cond)} ? ${words(expr.then)} : ${words(expr.else)}`;
    case 'call':
      return `${expr.name}(${expr.args.map(words).join(', ')})`;
    default:
      return expr satisfies never;
  }
}
