// The names that those of linux-kernel.def stand for. A test may use them itself, and has to where the file has no name: of the
// operations on a word it names + and - alone.
import type { Expr, Order } from '../../types.ts';
import type { Builder } from './builder.ts';
import { binary, type Call, type Fn, rmw } from './macro.ts';

const SIGNS: readonly (readonly [string, Fn])[] = [
  ['+', 'add'],
  ['&', 'and'],
  ['|', 'or'],
  ['^', 'xor'],
];
const TAGS: readonly Order[] = ['once', 'acquire', 'release', 'mb'];

/** Enters __atomic_op(x,+,1), __atomic_fetch_op{mb}(x,+,1) and __atomic_op_return{mb}(x,+,1), the sign in the name. */
export function defineInternals(): void {
  for (const [sign, fn] of SIGNS) {
    rmw(`__atomic_op${sign}`, 2, fn, 'relaxed', 0, operand, undefined);
    for (const tag of TAGS) {
      rmw(`__atomic_fetch_op{${tag}}${sign}`, 2, fn, tag, 0, operand, (old) => old);
      rmw(`__atomic_op_return{${tag}}${sign}`, 2, fn, tag, 0, operand, (old, value) =>
        binary(sign as '+' | '&' | '|' | '^', old, value),
      );
    }
  }
}

function operand(builder: Builder, call: Call): Expr {
  return builder.lower(call.args[1]!);
}
