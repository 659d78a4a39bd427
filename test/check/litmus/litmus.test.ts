import { describe, expect, it } from 'vitest';
import { type Litmus, litmus } from '../../../src/check/litmus/litmus.ts';
import { judgeLitmus, verdictText } from '../../../src/check/litmus/report.ts';
import { InputError } from '../../../src/errors.ts';

function read(text: string): Litmus {
  const test = litmus(text, 't.litmus');
  if (test.kind === 'refused') throw new Error(test.refusal.why);
  return test;
}

function refusal(text: string): string {
  const test = litmus(text, 't.litmus');
  return test.kind === 'litmus'
    ? 'not refused'
    : `${test.refusal.place?.line}: ${test.refusal.what}: ${test.refusal.why}`;
}

const one = (body: string, init = '', end = 'exists (0:r0=0)'): string =>
  `C t\n\n{${init}}\n\nP0(int *x, int *y)\n{\n${body}\n}\n\n${end}\n`;

describe('C litmus tests', () => {
  it('comments of three kinds, header lines and undeclared registers are read', () => {
    const test = read(`C t
"a { cycle"
Com=Rf
(* nested (* comments *) { *)
{ int x = 1; 0:r9=x; }
P0(int *x) // the first
{
	r0 = READ_ONCE(*x); /* no declaration */
	r1 = READ_ONCE(*r9);
}
exists (0:r0=1 /\\ (* inside *) 0:r1=1)`);
    expect(judgeLitmus(test, 'lkmm')).toMatchObject({ word: 'Always', positive: 1, negative: 0 });
  });

  it('pointers in the init block and in conditions are objects by name', () => {
    const test = read(`C t
{ x=y; int *z = &y; atomic_t a = ATOMIC_INIT(3); int v[2] = {4, 5}; }
P0(int **x, int **z, atomic_t *a, int *v)
{
	int *r0 = rcu_dereference(*x);
	int r1 = atomic_read(a);
	int r2 = READ_ONCE(v[1]);
	*r0 = 7;
}
locations [0:r0; y]
exists (x=y /\\ z=y /\\ 0:r0=y /\\ 0:r1=3 /\\ v[1]=5 /\\ 0:r2=5 /\\ y=7)`);
    const verdict = judgeLitmus(test, 'lkmm');
    expect(verdict).toMatchObject({ word: 'Always', positive: 1 });
    expect(verdict.states?.[0]).toMatch(/^0:r0=y; \[y\]=7; /);
  });

  it('two registers can be compared, and conditions nest', () => {
    const test = read(
      one('r0 = READ_ONCE(*x);\nr1 = READ_ONCE(*y);', '', 'exists (~(0:r0=0:r1) \\/ not (true) => false)'),
    );
    expect(judgeLitmus(test, 'lkmm').word).toBe('Always');
  });

  it('=> binds more tightly than /\\ and \\/, as in herd', () => {
    const of = (condition: string) =>
      judgeLitmus(read(one('r0 = READ_ONCE(*x);', '', `exists (${condition})`)), 'lkmm').word;
    expect(of('0:r0=1 /\\ 0:r0=0 => 0:r0=1')).toBe('Never'); // r0=1 and ...
    expect(of('0:r0=1 => 0:r0=1 \\/ 0:r0=0')).toBe('Always');
    expect(of('(0:r0=1 /\\ 0:r0=0) => 0:r0=1')).toBe('Always');
  });

  it('a test without a condition counts all of its executions', () => {
    const test = read(one('r0 = READ_ONCE(*x);\nWRITE_ONCE(*x, 1);', '', ''));
    const text = verdictText(judgeLitmus(test, 'lkmm'), test);
    expect(text).toContain('Test t Required\n');
    expect(text).toContain('Condition forall (true)\nObservation t Always 1 0');
  });

  it('a process that waits for its own lock has no execution', () => {
    const test = read('C t.litmus\n{}\nP0(spinlock_t *l) { spin_lock(l); spin_lock(l); }\n');
    expect(verdictText(judgeLitmus(test, 'lkmm'), test)).toContain('Observation t.litmus Never 0 0');
  });

  it('&x is the object that the parameter x points to; an object needs no parameter', () => {
    const body = 'r0 = atomic_dec_and_test(&x);\nr1 = READ_ONCE(*z);\nsmp_store_release(&z, 3);';
    const test = read(one(body, 'x=1; int z = 2;', 'exists (0:r0=1 /\\ 0:r1=2 /\\ z=3)'));
    expect(judgeLitmus(test, 'lkmm')).toMatchObject({ word: 'Always', positive: 1 });
    expect(refusal(one('int r1 = 0;\nr0 = READ_ONCE(*&r1);'))).toContain('8: r1: expected an object in memory');
  });

  it('a word of type spinlock_t that no lock operation touches is a word', () => {
    const test = read(
      'C t\n{}\nP0(spinlock_t *l) { r0 = xchg_acquire(l, 1); smp_store_release(l, 0); }\nexists (0:r0=0)\n',
    );
    for (const model of ['sc', 'tso', 'lkmm'] as const) expect(judgeLitmus(test, model).word).toBe('Always');
  });

  it('registers of the init block may have a type, and casts say nothing', () => {
    const init = 'int *x=1; int *y=x; int 0:r9 = x; int *0:r8 = y; 0:r7;';
    const body = 'int *r1 = (int *)rcu_dereference(*(int **)r8);\nr0 = READ_ONCE(*(int *)r1);\nr2 = READ_ONCE(*r9);';
    const test = read(one(body, init, 'exists (0:r0=1 /\\ 0:r1=x /\\ 0:r2=1 /\\ 0:r7=0)'));
    expect(judgeLitmus(test, 'lkmm')).toMatchObject({ word: 'Always', positive: 1 });
  });

  it('the words of older definitions are read', () => {
    const test = read(`C t
{ int u = 7; int *x = &u; }
P0(int **x, int *v) { WRITE_ONCE(*v, 1); smp_mb(); WRITE_ONCE(*x, v); }
P1(int **x, spinlock_t *l) {
	int *r1 = lockless_dereference(*x);
	smp_read_barrier_depends();
	r0 = READ_ONCE(*r1);
	spin_unlock_wait(l);
}
exists (1:r1=v /\\ 1:r0=0)`);
    expect(judgeLitmus(test, 'lkmm')).toMatchObject({ word: 'Never', positive: 0, negative: 2 });
  });

  it('what the names of linux-kernel.def stand for may be written out', () => {
    const body = '__atomic_op(x,|,6);\nr0 = __atomic_fetch_op{mb}(x,&,-3);\nr1 = __atomic_op_return{acquire}(x,^,1);';
    const test = read(one(body, 'x=1;', 'exists (0:r0=7 /\\ 0:r1=4 /\\ x=4)'));
    expect(judgeLitmus(test, 'lkmm')).toMatchObject({ word: 'Always', positive: 1, negative: 0 });
    expect(refusal(one('r0 = __atomic_fetch_op{never}(x,|,1);'))).toContain('expected a macro of linux-kernel.def');
  });

  it('herd counts the witnesses of ~exists the other way round', () => {
    const test = read(one('WRITE_ONCE(*x, 1);\nr0 = READ_ONCE(*x);', '', '~exists (0:r0=0)'));
    const text = verdictText(judgeLitmus(test, 'lkmm'), test);
    expect(text).toContain('Test t Forbidden\nStates 1\n0:r0=1;\nOk\nWitnesses\nPositive: 1 Negative: 0\n');
    expect(text).toContain('Condition ~exists (0:r0=0)\nObservation t Never 0 1');
  });

  it.each([
    ['a test in another language', 'LISA t\n{}\n P0 ;\n', '1: LISA t: expected a test in C, found one in LISA'],
    [
      'a macro that is not known',
      one('r0 = smp_frobnicate(x);'),
      '7: smp_frobnicate(x): expected a macro of linux-kernel.def',
    ],
    [
      'an argument too many',
      one('WRITE_ONCE(*x, 1, 2);'),
      '7: WRITE_ONCE(*x, 1, 2): expected 2 arguments of WRITE_ONCE, found 3',
    ],
    [
      'two ordered accesses side by side',
      one('r0 = smp_load_acquire(x) + READ_ONCE(*y);'),
      '7: smp_load_acquire(x) + READ_ONCE(*y): expected one access',
    ],
    ['READ_ONCE of a register', one('r0 = READ_ONCE(x);'), '7: x: expected an object in memory'],
    [
      'a lock that is written',
      one('spin_lock(x);\nWRITE_ONCE(*x, 1);'),
      '8: WRITE_ONCE(*x, 1): expected a lock to be used by lock operations alone',
    ],
    [
      'another quantifier',
      one('r0 = READ_ONCE(*x);', '', 'sometimes (0:r0=0)'),
      '10: sometimes: expected exists, ~exists',
    ],
    ['goto', one('goto out;'), '7: goto: expected if, while'],
  ])('%s is refused with its line', (_name, text, expected) => {
    expect(refusal(text)).toContain(expected);
  });

  it.each([
    ['prose', 'Dear all,\n', ':1: expected the first line of a litmus test'],
    ['a block that does not end', 'C t\n{}\nP0(int *x)\n{\n', ":4: expected the '}' of this block"],
    ['a stray mark', one('r0 = READ_ONCE(*x) @ 1;'), ":7: expected C or a litmus condition, found '@'"],
  ])('%s is unusable, with its line', (_name, text, expected) => {
    expect(() => litmus(text, 't.litmus')).toThrow(InputError);
    expect(() => litmus(text, 't.litmus')).toThrow(expected);
  });

  it('a dereference of NULL in some execution is refused, not counted', () => {
    const test = read(one('int *r1 = READ_ONCE(*x);\nr0 = READ_ONCE(*r1);'));
    expect(judgeLitmus(test, 'lkmm')).toMatchObject({ kind: 'refused', refusal: { place: { line: 8 } } });
    const nowhere = read(one('r0 = READ_ONCE(*nowhere);'));
    expect(judgeLitmus(nowhere, 'lkmm')).toMatchObject({ kind: 'refused', refusal: { place: { line: 7 } } });
  });

  it('nesting without end is refused', () => {
    expect(refusal(one(`r0 = ${'('.repeat(5000)}1${')'.repeat(5000)};`))).toMatch(/nested at most/);
  });

  it('store buffering is seen under tso and lkmm, not under sc', () => {
    const test = read(`C SB
{}
P0(int *x, int *y) { WRITE_ONCE(*x, 1); r0 = READ_ONCE(*y); }
P1(int *x, int *y) { WRITE_ONCE(*y, 1); r0 = READ_ONCE(*x); }
exists (0:r0=0 /\\ 1:r0=0)`);
    const words = (['sc', 'tso', 'lkmm'] as const).map((model) => judgeLitmus(test, model).word);
    expect(words).toEqual(['Never', 'Sometimes', 'Sometimes']);
  });
});
