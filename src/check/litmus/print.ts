// Instructions as statements of a C litmus test.
import type { CodePoint, Expr, Instruction, Order } from '../../types.ts';

/** Something that no C litmus test says; it becomes a refusal. */
export class NoLitmus extends Error {
  readonly at: CodePoint;
  constructor(at: CodePoint, why: string) {
    super(why);
    this.at = at;
  }
}

const SUFFIX: Readonly<Record<Order, string>> = {
  plain: '',
  once: '_relaxed',
  relaxed: '_relaxed',
  acquire: '_acquire',
  release: '_release',
  mb: '',
};

/** An instruction as statements of C. */
export function statements(instruction: Instruction, nameOfCell: () => string, notes: Set<string>): readonly string[] {
  const { at } = instruction;
  switch (instruction.op) {
    case 'set':
      return [`r${instruction.dst} = ${words(instruction.value)};`];
    case 'load': {
      const { dst, order, mask } = instruction;
      const name = nameOfCell();
      const read =
        order === 'plain' ? `*${name}` : order === 'acquire' ? `smp_load_acquire(${name})` : `READ_ONCE(*${name})`;
      return [`r${dst} = ${read};`, ...masked(dst, mask)];
    }
    case 'store': {
      const { value, order } = instruction;
      const name = nameOfCell();
      if (order === 'plain') return [`*${name} = ${words(value)};`];
      if (order === 'release') return [`smp_store_release(${name}, ${words(value)});`];
      if (order === 'mb') return [`smp_store_mb(*${name}, ${words(value)});`];
      return [`WRITE_ONCE(*${name}, ${words(value)});`];
    }
    case 'rmw': {
      const { fn, operand, order, dst, mask } = instruction;
      const name = nameOfCell();
      if (fn !== 'add' && fn !== 'xchg') notes.add(`atomic_${fn}`);
      const value = words(operand);
      if (dst === undefined && order === 'relaxed' && fn !== 'xchg') return [`atomic_${fn}(${value}, ${name});`];
      const call =
        fn === 'xchg'
          ? `xchg${SUFFIX[order]}(${name}, ${value})`
          : `atomic_fetch_${fn}${SUFFIX[order]}(${value}, ${name})`;
      return dst === undefined ? [`rx = ${call};`] : [`r${dst} = ${call};`, ...masked(dst, mask)];
    }
    case 'cmpxchg': {
      const { dst, expected, desired, order } = instruction;
      return [`r${dst} = cmpxchg${SUFFIX[order]}(${nameOfCell()}, ${words(expected)}, ${words(desired)});`];
    }
    case 'add-unless':
      notes.add('atomic_add_unless');
      if (instruction.order !== 'mb') throw new NoLitmus(at, 'expected a fully ordered atomic_add_unless()');
      return [
        `r${instruction.dst} = atomic_add_unless(${nameOfCell()}, ${words(instruction.operand)}, ${words(instruction.unless)});`,
      ];
    case 'try-bits': {
      const { dst, mask } = instruction;
      if ((mask & (mask - 1)) !== 0) throw new NoLitmus(at, 'expected a single bit');
      notes.add('test_and_set_bit_lock');
      return [`r${dst} = (test_and_set_bit_lock(${31 - Math.clz32(mask)}, ${nameOfCell()}) == 0);`];
    }
    case 'fence':
      return [`${FENCE[instruction.fence]}();`];
    case 'lock':
      return [`spin_lock(${nameOfCell()});`];
    case 'unlock':
      return [`spin_unlock(${nameOfCell()});`];
    case 'trylock':
      return [`r${instruction.dst} = spin_trylock(${nameOfCell()});`];
    case 'is-locked':
      return [`r${instruction.dst} = spin_is_locked(${nameOfCell()});`];
    case 'rcu-lock':
      if (instruction.domain === undefined) return ['rcu_read_lock();'];
      break;
    case 'rcu-unlock':
      if (instruction.domain === undefined) return ['rcu_read_unlock();'];
      break;
    case 'rcu-sync':
      if (instruction.domain === undefined) return ['synchronize_rcu();'];
      break;
    case 'assert':
    case 'assert-held':
      return [];
    default:
  }
  throw new NoLitmus(at, `expected an instruction that C litmus tests have, found ${instruction.op}`);
}

const FENCE = {
  mb: 'smp_mb',
  rmb: 'smp_rmb',
  wmb: 'smp_wmb',
  'before-atomic': 'smp_mb__before_atomic',
  'after-atomic': 'smp_mb__after_atomic',
  'after-spinlock': 'smp_mb__after_spinlock',
  'after-unlock-lock': 'smp_mb__after_unlock_lock',
  'after-srcu-read-unlock': 'smp_mb__after_srcu_read_unlock',
  barrier: 'barrier',
} as const;

function masked(dst: number, mask: number | undefined): readonly string[] {
  return mask === undefined || mask === 0 ? [] : [`r${dst} = r${dst} & ${mask};`];
}

/** An expression of registers as C; herd7 has no select, so that one is refused by its reader. */
export function words(expr: Expr): string {
  switch (expr.kind) {
    case 'const':
      return String(expr.value | 0);
    case 'reg':
      return `r${expr.reg}`;
    case 'unary':
      // herd7 has ! alone
      if (expr.op === '!') return `(${words(expr.arg)} == 0)`;
      return expr.op === '-' ? `(0 - ${words(expr.arg)})` : `(-1 ^ ${words(expr.arg)})`;
    case 'binary':
      return `(${words(expr.left)} ${expr.op} ${words(expr.right)})`;
    case 'select':
      return `(${words(expr.cond)} ? ${words(expr.then)} : ${words(expr.else)})`;
    default:
      return expr satisfies never;
  }
}
