// What the macros of linux-kernel.def (6.12) do. One row a macro.
import type { Expr, FenceKind, Order } from '../../types.ts';
import { defineBitOperations } from './bits.ts';
import { type Builder, constant, refuse, register, words } from './builder.ts';
import { defineInternals } from './internals.ts';
import { binary, type Call, define, load, rmw, store } from './macro.ts';

export { macroOf } from './macro.ts';

defineBitOperations();
defineInternals();

load('READ_ONCE', 'once', 'lvalue');
load('rcu_dereference', 'once', 'lvalue');
load('lockless_dereference', 'once', 'lvalue'); // in linux-kernel.def until 4.15; a read of its own now orders as much
load('smp_load_acquire', 'acquire', 'pointer');
store('WRITE_ONCE', 'once', 'lvalue');
store('smp_store_release', 'release', 'pointer');
store('rcu_assign_pointer', 'release', 'lvalue');
store('smp_store_mb', 'mb', 'lvalue');

const FENCES: Readonly<Record<string, FenceKind>> = {
  smp_mb: 'mb',
  smp_rmb: 'rmb',
  smp_wmb: 'wmb',
  smp_mb__before_atomic: 'before-atomic',
  smp_mb__after_atomic: 'after-atomic',
  smp_mb__after_spinlock: 'after-spinlock',
  smp_mb__after_unlock_lock: 'after-unlock-lock',
  smp_mb__after_srcu_read_unlock: 'after-srcu-read-unlock',
  barrier: 'barrier',
  smp_read_barrier_depends: 'barrier', // until 5.9; dependencies need none since
};
for (const [name, fence] of Object.entries(FENCES))
  define(name, 0, 'none', (builder, call) => {
    builder.emit({ op: 'fence', fence }, call.line, words(call));
    return undefined;
  });

const ORDERS: readonly (readonly [string, Order])[] = [
  ['', 'mb'],
  ['_relaxed', 'once'],
  ['_acquire', 'acquire'],
  ['_release', 'release'],
];
const first = (builder: Builder, call: Call): Expr => builder.lower(call.args[0]!);
const negative = (builder: Builder, call: Call): Expr => {
  const value = first(builder, call);
  return value.kind === 'const' ? constant(-value.value) : { kind: 'unary', op: '-', arg: value };
};
const one = (): Expr => constant(1);
const minusOne = (): Expr => constant(-1);
const old = (value: Expr): Expr => value;
const sum = (value: Expr, operand: Expr): Expr => binary('+', value, operand);
const isZero = (value: Expr, operand: Expr): Expr => binary('==', sum(value, operand), constant(0));

for (const [suffix, order] of ORDERS) {
  for (const prefix of ['', 'atomic_', 'atomic64_', 'atomic_long_']) {
    rmw(`${prefix}xchg${suffix}`, 2, 'xchg', order, 0, (builder, call) => builder.lower(call.args[1]!), old);
    define(`${prefix}cmpxchg${suffix}`, 3, 'other', (builder, call) => {
      const dst = builder.fresh();
      const [address, expected, desired] = call.args.map((arg) => builder.lower(arg)) as [Expr, Expr, Expr];
      builder.emit({ op: 'cmpxchg', dst, address, expected, desired, order }, call.line, words(call));
      return register(dst);
    });
  }
}
for (const atomic of ['atomic', 'atomic64', 'atomic_long']) {
  load(`${atomic}_read`, 'once', 'pointer');
  load(`${atomic}_read_acquire`, 'acquire', 'pointer');
  store(`${atomic}_set`, 'once', 'pointer');
  store(`${atomic}_set_release`, 'release', 'pointer');
  const counts = [
    ['add', 2, 1, first],
    ['sub', 2, 1, negative],
    ['inc', 1, 0, one],
    ['dec', 1, 0, minusOne],
  ] as const;
  for (const [name, count, at, operand] of counts) {
    rmw(`${atomic}_${name}`, count, 'add', 'relaxed', at, operand, undefined);
    for (const [suffix, order] of ORDERS) {
      rmw(`${atomic}_${name}_return${suffix}`, count, 'add', order, at, operand, sum);
      rmw(`${atomic}_fetch_${name}${suffix}`, count, 'add', order, at, operand, old);
    }
  }
  for (const fn of ['and', 'or', 'xor', 'andnot'] as const) {
    rmw(`${atomic}_${fn}`, 2, fn, 'relaxed', 1, first, undefined);
    for (const [suffix, order] of ORDERS) rmw(`${atomic}_fetch_${fn}${suffix}`, 2, fn, order, 1, first, old);
  }
  rmw(`${atomic}_sub_and_test`, 2, 'add', 'mb', 1, negative, isZero);
  rmw(`${atomic}_dec_and_test`, 1, 'add', 'mb', 0, minusOne, isZero);
  rmw(`${atomic}_inc_and_test`, 1, 'add', 'mb', 0, one, isZero);
  rmw(`${atomic}_add_negative`, 2, 'add', 'mb', 1, first, (value, operand) =>
    binary('<', sum(value, operand), constant(0)),
  );
  const unless = (builder: Builder, call: Call, operand: Expr, limit: Expr): Expr => {
    const dst = builder.fresh();
    const address = builder.lower(call.args[0]!);
    builder.emit({ op: 'add-unless', dst, address, operand, unless: limit, order: 'mb' }, call.line, words(call));
    return register(dst);
  };
  define(`${atomic}_add_unless`, 3, 'other', (builder, call) =>
    unless(builder, call, builder.lower(call.args[1]!), builder.lower(call.args[2]!)),
  );
  define(`${atomic}_inc_not_zero`, 1, 'other', (builder, call) => unless(builder, call, constant(1), constant(0)));
}

/** The address of a lock, noted as one. */
function lockAddress(builder: Builder, call: Call): Expr {
  const address = builder.lower(call.args[0]!);
  if (address.kind !== 'const')
    return refuse(builder, call.line, words(call), 'expected a lock by its name, found a pointer that was computed');
  builder.locks.add(address.value);
  return address;
}
for (const prefix of ['', 'raw_']) {
  define(`${prefix}spin_lock`, 1, 'other', (builder, call) => {
    builder.emit({ op: 'lock', address: lockAddress(builder, call) }, call.line, words(call));
    return undefined;
  });
  define(`${prefix}spin_unlock`, 1, 'other', (builder, call) => {
    builder.emit({ op: 'unlock', address: lockAddress(builder, call) }, call.line, words(call));
    return undefined;
  });
  define(`${prefix}spin_trylock`, 1, 'other', (builder, call) => {
    const dst = builder.fresh();
    builder.emit({ op: 'trylock', dst, address: lockAddress(builder, call) }, call.line, words(call));
    return register(dst);
  });
  define(`${prefix}spin_is_locked`, 1, 'other', (builder, call) => {
    const dst = builder.fresh();
    builder.emit({ op: 'is-locked', dst, address: lockAddress(builder, call) }, call.line, words(call));
    return register(dst);
  });
}

define('spin_unlock_wait', 1, 'other', (builder, call) => {
  // until 4.16; it was defined as these two
  const address = lockAddress(builder, call);
  builder.emit({ op: 'lock', address }, call.line, words(call));
  builder.emit({ op: 'unlock', address }, call.line, words(call));
  return undefined;
});

define('rcu_read_lock', 0, 'none', (builder, call) => void builder.emit({ op: 'rcu-lock' }, call.line, words(call)));
define(
  'rcu_read_unlock',
  0,
  'none',
  (builder, call) => void builder.emit({ op: 'rcu-unlock' }, call.line, words(call)),
);
for (const name of ['synchronize_rcu', 'synchronize_rcu_expedited'])
  define(name, 0, 'none', (builder, call) => void builder.emit({ op: 'rcu-sync' }, call.line, words(call)));
for (const name of ['srcu_read_lock', 'srcu_down_read'])
  define(name, 1, 'other', (builder, call) => {
    const dst = builder.fresh();
    builder.emit({ op: 'rcu-lock', domain: builder.lower(call.args[0]!), dst }, call.line, words(call));
    return register(dst);
  });
for (const name of ['srcu_read_unlock', 'srcu_up_read'])
  define(name, 2, 'other', (builder, call) => {
    const [domain, index] = call.args.map((arg) => builder.lower(arg)) as [Expr, Expr];
    builder.emit({ op: 'rcu-unlock', domain, index }, call.line, words(call));
    return undefined;
  });
for (const name of ['synchronize_srcu', 'synchronize_srcu_expedited'])
  define(name, 1, 'other', (builder, call) => {
    builder.emit({ op: 'rcu-sync', domain: builder.lower(call.args[0]!) }, call.line, words(call));
    return undefined;
  });
