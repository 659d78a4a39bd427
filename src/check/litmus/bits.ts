// Bit operations, which linux-kernel.def lacks: read-modify-writes of the whole word (asm-generic/bitops/atomic.h of 6.12).
import type { Order } from '../../types.ts';
import { type Builder, constant, refuse, register, words } from './builder.ts';
import { binary, type Call, define, type Fn, rmw } from './macro.ts';

/** Enters the bit operations into the table. */
export function defineBitOperations(): void {
  bitOperation('set_bit', 'or', 'relaxed', false);
  bitOperation('clear_bit', 'andnot', 'relaxed', false);
  bitOperation('change_bit', 'xor', 'relaxed', false);
  bitOperation('clear_bit_unlock', 'andnot', 'release', false);
  bitOperation('test_and_set_bit', 'or', 'mb', true);
  bitOperation('test_and_clear_bit', 'andnot', 'mb', true);
  bitOperation('test_and_change_bit', 'xor', 'mb', true);
  define('test_bit', 2, 'load', (builder, call) => {
    const dst = builder.fresh();
    const address = builder.lower(call.args[1]!);
    builder.emit({ op: 'load', dst, address, order: 'once', mask: bit(builder, call) }, call.line, words(call));
    return binary('!=', register(dst), constant(0));
  });
  define('test_and_set_bit_lock', 2, 'other', (builder, call) => {
    const dst = builder.fresh();
    const address = builder.lower(call.args[1]!);
    builder.emit({ op: 'try-bits', dst, address, mask: bit(builder, call) }, call.line, words(call));
    return binary('==', register(dst), constant(0));
  });
  for (const [name, op] of [
    ['__set_bit', '|'],
    ['__clear_bit', '&'],
  ] as const)
    define(name, 2, 'other', (builder, call) => {
      const dst = builder.fresh();
      const address = builder.lower(call.args[1]!);
      const mask = bit(builder, call);
      builder.emit({ op: 'load', dst, address, order: 'plain' }, call.line, words(call));
      const value = binary(op, register(dst), constant(op === '|' ? mask : ~mask));
      builder.emit({ op: 'store', address, value, order: 'plain' }, call.line, words(call));
      return undefined;
    });
}

function bit(builder: Builder, call: Call): number {
  const number = call.args[0]!;
  if (number.kind !== 'number' || number.value < 0 || number.value > 31)
    refuse(builder, call.line, words(call), `expected a bit from 0 to 31, found ${words(number)}`);
  return 1 << (number.kind === 'number' ? number.value : 0);
}
function bitOperation(name: string, fn: Fn, order: Order, isTested: boolean): void {
  rmw(
    name,
    2,
    fn,
    order,
    1,
    (builder, call) => constant(bit(builder, call)),
    isTested ? (value, mask) => binary('!=', binary('&', value, mask), constant(0)) : undefined,
  );
}
