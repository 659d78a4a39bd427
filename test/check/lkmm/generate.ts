// Random litmus tests: two or three processes of a few lines over two words, a lock and an srcu_struct.
import fc from 'fast-check';

const variable = fc.constantFrom('x', 'y');
const small = fc.integer({ min: 1, max: 2 });
const suffix = fc.constantFrom('', '_relaxed', '_acquire', '_release');
const fence = fc.constantFrom(
  'smp_mb();',
  'smp_wmb();',
  'smp_rmb();',
  'smp_mb__before_atomic();',
  'smp_mb__after_atomic();',
  'smp_mb__after_spinlock();',
  'smp_mb__after_unlock_lock();',
  'smp_mb__after_srcu_read_unlock();',
);

/** What random tests are made of. */
export interface Flavour {
  readonly locks: boolean;
  readonly rcu: boolean;
  readonly srcu: boolean;
  readonly plain: boolean;
  readonly rmw: boolean;
  readonly counter?: boolean; // k, which is only ever added to
}

/** Lines of one process; @ stands for a register of its own. */
function line(flavour: Flavour): fc.Arbitrary<string> {
  const value = fc.oneof(
    { weight: 3, arbitrary: small.map(String) },
    { weight: 2, arbitrary: fc.constantFrom('r1', 'r2', 'r1 + 1', '1 + (r2 & 0)') },
  );
  const lines: { weight: number; arbitrary: fc.Arbitrary<string> }[] = [
    { weight: 6, arbitrary: variable.map((v) => `@ = READ_ONCE(*${v});`) },
    { weight: 6, arbitrary: fc.tuple(variable, value).map(([v, e]) => `WRITE_ONCE(*${v}, ${e});`) },
    { weight: 2, arbitrary: variable.map((v) => `@ = smp_load_acquire(${v});`) },
    { weight: 2, arbitrary: fc.tuple(variable, value).map(([v, e]) => `smp_store_release(${v}, ${e});`) },
    { weight: 3, arbitrary: fence },
    {
      weight: 1,
      arbitrary: fc
        .tuple(variable, variable)
        .map(([a, b]) => `r3 = READ_ONCE(*${a}); r4 = ${b} + (r3 & 0); @ = READ_ONCE(*r4);`),
    },
    { weight: 2, arbitrary: fc.tuple(variable, value).map(([v, e]) => `if (r1) WRITE_ONCE(*${v}, ${e});`) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(variable, value)
        .map(([v, e]) => `if (r2 == 1) { @ = READ_ONCE(*${v}); } else { WRITE_ONCE(*${v}, ${e}); }`),
    },
  ];
  if (flavour.plain)
    lines.push(
      { weight: 4, arbitrary: variable.map((v) => `@ = *${v};`) },
      { weight: 4, arbitrary: fc.tuple(variable, value).map(([v, e]) => `*${v} = ${e};`) },
    );
  if (flavour.rmw)
    lines.push(
      { weight: 2, arbitrary: fc.tuple(variable, suffix, value).map(([v, o, e]) => `@ = xchg${o}(${v}, ${e});`) },
      {
        weight: 2,
        arbitrary: fc
          .tuple(variable, suffix, fc.constantFrom('0', '1', 'r1'), value)
          .map(([v, o, e, d]) => `@ = cmpxchg${o}(${v}, ${e}, ${d});`),
      },
      { weight: 1, arbitrary: fc.tuple(variable, suffix).map(([v, o]) => `@ = atomic_fetch_or${o}(2, ${v});`) },
      { weight: 1, arbitrary: variable.map((v) => `atomic_or(1, ${v});`) },
      { weight: 1, arbitrary: variable.map((v) => `@ = atomic_add_unless(${v}, 1, 1);`) },
      { weight: 1, arbitrary: fc.tuple(variable, suffix).map(([v, o]) => `@ = atomic_fetch_and${o}(1, ${v});`) },
    );
  if (flavour.counter === true)
    lines.push(
      { weight: 3, arbitrary: fc.constantFrom('atomic_inc(k);', 'atomic_dec(k);', 'atomic_add(2, k);') },
      { weight: 3, arbitrary: suffix.map((o) => `@ = atomic_fetch_inc${o}(k);`) },
      { weight: 2, arbitrary: variable.map((v) => `if (atomic_dec_and_test(k)) WRITE_ONCE(*${v}, 1);`) },
      { weight: 2, arbitrary: variable.map((v) => `r3 = atomic_read(k); if (r3 > 5) WRITE_ONCE(*${v}, 2);`) },
      { weight: 1, arbitrary: fc.constant('r3 = atomic_add_unless(k, 1, 9); if (r3) WRITE_ONCE(*x, 1);') },
    );
  return fc.oneof(...lines);
}

/** Pieces that come as a whole: critical sections. */
function piece(flavour: Flavour): fc.Arbitrary<readonly string[]> {
  const lines = fc.array(line(flavour), { minLength: 1, maxLength: 2 });
  const pieces: { weight: number; arbitrary: fc.Arbitrary<readonly string[]> }[] = [{ weight: 5, arbitrary: lines }];
  if (flavour.locks)
    pieces.push(
      { weight: 4, arbitrary: lines.map((inner) => ['spin_lock(l);', ...inner, 'spin_unlock(l);']) },
      { weight: 1, arbitrary: fc.constant(['@ = spin_is_locked(l);']) },
      { weight: 1, arbitrary: line(flavour).map((inner) => [`if (spin_trylock(l)) { ${inner} spin_unlock(l); }`]) },
    );
  if (flavour.rcu)
    pieces.push(
      { weight: 4, arbitrary: lines.map((inner) => ['rcu_read_lock();', ...inner, 'rcu_read_unlock();']) },
      { weight: 4, arbitrary: fc.constant(['synchronize_rcu();']) },
    );
  if (flavour.srcu)
    pieces.push(
      { weight: 4, arbitrary: lines.map((inner) => ['r8 = srcu_read_lock(s);', ...inner, 'srcu_read_unlock(s, r8);']) },
      { weight: 3, arbitrary: fc.constant(['synchronize_srcu(s);']) },
    );
  return fc.oneof(...pieces);
}

/** A random litmus test of `processes` processes with about `length` lines each. */
export function litmusText(flavour: Flavour, processes: number, length: number): fc.Arbitrary<string> {
  const body = fc.array(piece(flavour), { minLength: 1, maxLength: 4 }).map((pieces) => pieces.flat());
  return fc
    .array(body, { minLength: processes, maxLength: processes })
    .filter((bodies) => bodies.every((lines) => lines.length <= length))
    .chain((bodies) =>
      fc.tuple(
        fc.constant(bodies),
        fc
          .infiniteStream(fc.constantFrom('r1', 'r2'))
          .map((stream) => bodies.flat().map(() => stream.next().value as string)),
      ),
    )
    .map(([bodies, registers]) => {
      let used = 0;
      const text = bodies
        .map((lines, p) => {
          const inner = lines
            .map((one) => `\t${one.replaceAll('@', () => registers[used++ % registers.length]!)}`)
            .join('\n');
          return `P${p}(int *x, int *y, int *k, spinlock_t *l, struct srcu_struct *s)\n{\n\tint r1;\n\tint r2;\n${inner}\n}\n`;
        })
        .join('\n');
      return `C random\n\n{}\n\n${text}\nexists (0:r1=1 /\\ 1:r1=0)\n`;
    });
}
