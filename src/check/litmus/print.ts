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

/** The names a statement uses: of its cell, of a register without a use, and of the one that leaves an execution out. */
export interface Names {
  readonly cell: string;
  readonly scratch: string;
  readonly flag: string;
}

/** An instruction as statements of herd's C. Throws NoLitmus for what it has no words for. */
export function statements(instruction: Instruction, names: Names): readonly string[] {
  const { cell } = names;
  switch (instruction.op) {
    case 'set':
      return [`r${instruction.dst} = ${words(instruction.value)};`];
    case 'load': {
      const { dst, order, mask } = instruction;
      const read =
        order === 'plain' ? `*${cell}` : order === 'acquire' ? `smp_load_acquire(${cell})` : `READ_ONCE(*${cell})`;
      return [`r${dst} = ${read};`, ...masked(dst, mask)];
    }
    case 'store': {
      const { value, order } = instruction;
      if (order === 'plain') return [`*${cell} = ${words(value)};`];
      if (order === 'release') return [`smp_store_release(${cell}, ${words(value)});`];
      if (order === 'mb') return [`smp_store_mb(*${cell}, ${words(value)});`];
      return [`WRITE_ONCE(*${cell}, ${words(value)});`];
    }
    case 'rmw':
      return update(instruction, names);
    case 'cmpxchg': {
      const { dst, expected, desired, order } = instruction;
      return [`r${dst} = cmpxchg${SUFFIX[order]}(${cell}, ${words(expected)}, ${words(desired)});`];
    }
    case 'add-unless': {
      const { dst, operand, unless, order, at } = instruction;
      if (order !== 'mb') throw new NoLitmus(at, 'expected a fully ordered atomic_add_unless()');
      return [`r${dst} = atomic_add_unless(${cell}, ${words(operand)}, ${words(unless)});`];
    }
    case 'try-bits': {
      // as the kernel has it: a look first, then the exchange; who fails has only read
      const { dst, mask } = instruction;
      return [
        `r${dst} = READ_ONCE(*${cell});`,
        `r${dst} = ((r${dst} & ${mask}) == 0);`,
        `if (r${dst}) {`,
        `\tr${dst} = ${fetch('acquire')}(${cell},|,${mask});`,
        `\tr${dst} = ((r${dst} & ${mask}) == 0);`,
        '}',
      ];
    }
    case 'await': {
      const { mask, value, take } = instruction;
      const read = take ? `${fetch('acquire')}(${cell},|,${mask})` : `smp_load_acquire(${cell})`;
      const { scratch, flag } = names;
      return [`${scratch} = ${read};`, `if ((${scratch} & ${mask}) != ${value}) {`, `\t${flag} = 1;`, '}'];
    }
    default:
      return [statement(instruction, cell)];
  }
}

/** Fences, locks and read-side sections: one call each. */
function statement(instruction: Instruction, cell: string): string {
  switch (instruction.op) {
    case 'fence':
      return `${FENCE[instruction.fence]}();`;
    case 'lock':
      return `spin_lock(${cell});`;
    case 'unlock':
      return `spin_unlock(${cell});`;
    case 'trylock':
      return `r${instruction.dst} = spin_trylock(${cell});`;
    case 'is-locked':
      return `r${instruction.dst} = spin_is_locked(${cell});`;
    case 'rcu-lock':
      return instruction.domain === undefined ? 'rcu_read_lock();' : `r${instruction.dst} = srcu_read_lock(${cell});`;
    case 'rcu-unlock':
      return instruction.domain === undefined
        ? 'rcu_read_unlock();'
        : `srcu_read_unlock(${cell}, ${words(instruction.index!)});`;
    case 'rcu-sync':
      return instruction.domain === undefined ? 'synchronize_rcu();' : `synchronize_srcu(${cell});`;
    default:
      throw new NoLitmus(instruction.at, `expected an instruction that C litmus tests have, found ${instruction.op}`);
  }
}

/**
 * A read-modify-write. linux-kernel.def of 6.12 names additions alone, so that bit operations are written with what its names stand
 * for: __atomic_fetch_op{mb}(x,|,4).
 */
function update(instruction: Extract<Instruction, { op: 'rmw' }>, { cell, scratch }: Names): readonly string[] {
  const { fn, operand, order, dst, mask } = instruction;
  const to = dst === undefined ? scratch : `r${dst}`;
  const rest = dst === undefined ? [] : masked(dst, mask);
  if (fn === 'xchg') return [`${to} = xchg${SUFFIX[order]}(${cell}, ${words(operand)});`, ...rest];
  const silent = dst === undefined && order === 'relaxed';
  if (fn === 'add') {
    const call = silent ? 'atomic_add' : `atomic_fetch_add${SUFFIX[order]}`;
    return silent
      ? [`${call}(${words(operand)}, ${cell});`]
      : [`${to} = ${call}(${words(operand)}, ${cell});`, ...rest];
  }
  const sign = { or: '|', and: '&', andnot: '&', xor: '^' }[fn];
  const value = words(fn === 'andnot' ? inverted(operand) : operand);
  if (silent) return [`__atomic_op(${cell},${sign},${value});`];
  return [`${to} = ${fetch(order)}(${cell},${sign},${value});`, ...rest];
}

function inverted(operand: Expr): Expr {
  if (operand.kind === 'const') return { kind: 'const', value: ~operand.value };
  return { kind: 'unary', op: '~', arg: operand };
}

function fetch(order: Order): string {
  return `__atomic_fetch_op{${order === 'relaxed' || order === 'plain' ? 'once' : order}}`;
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

/** An expression of registers in herd's C, which has of the unary operators none, no shifts and no ?:. */
export function words(expr: Expr): string {
  switch (expr.kind) {
    case 'const':
      return String(expr.value | 0);
    case 'reg':
      return `r${expr.reg}`;
    case 'unary':
      if (expr.op === '!') return `(${words(expr.arg)} == 0)`;
      return expr.op === '-' ? `(0 - ${words(expr.arg)})` : `(-1 ^ ${words(expr.arg)})`;
    case 'binary': {
      const { op, left, right } = expr;
      if (op === '<<' && right.kind === 'const') return `(${words(left)} * ${1 << right.value})`;
      return `(${words(left)} ${op} ${words(right)})`;
    }
    case 'select': {
      const cond = words(expr.cond);
      return `((${cond} != 0) * ${words(expr.then)} + (${cond} == 0) * ${words(expr.else)})`;
    }
    default:
      return expr satisfies never;
  }
}
