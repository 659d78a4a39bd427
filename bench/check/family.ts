// A family of scenarios of growing size: CPUs that put folios on a list, munlock them and isolate them, one folio after the other.
// Variants: a tests and clears LRU before it clears MLOCKED, b clears MLOCKED first; both set LRU after the test of MLOCKED.
// c sets LRU before the test of MLOCKED and clears MLOCKED before LRU (store buffering with both barriers): it alone holds.
// n is c without the barrier of the first process: it holds under SC, and under TSO as long as flags are set by atomic operations.
import type { Cell, Expr, Instruction, Invariant, Process, Program } from '../../src/types.ts';

export type Variant = 'a' | 'b' | 'c' | 'n';
export type Role = 'put' | 'munlock' | 'isolate';
export const ROLES: readonly Role[] = ['put', 'munlock', 'isolate', 'munlock'];

type Bare<T> = T extends unknown ? Omit<T, 'at'> : never;
type Line = Bare<Instruction>;
type Flag = 'lru' | 'mlocked' | 'unevictable';
const FLAGS: readonly Flag[] = ['lru', 'mlocked', 'unevictable'];
const LOCK = 64;

const num = (value: number): Expr => ({ kind: 'const', value });
const reg = (index: number): Expr => ({ kind: 'reg', reg: index });

/** Where the flags of a folio lie: bits of one word, or a word each. */
interface Place {
  readonly address: number;
  readonly mask: number;
}

/** Flags of a folio as bits of one word, as a word each, or as a word each that is set and cleared by a plain store (WRITE_ONCE). */
export type Words = 'one word' | 'split words' | 'stored words';

/** `cpus` processes (at most four) that each walk `folios` folios. */
export function family(variant: Variant, cpus: number, folios: number, words: Words): Program {
  const isSplit = words !== 'one word';
  const base = (folio: number): number => 128 + folio * 64;
  const flag = (folio: number, name: Flag): Place =>
    isSplit
      ? { address: base(folio) + FLAGS.indexOf(name) * 8, mask: 1 }
      : { address: base(folio), mask: 1 << FLAGS.indexOf(name) };
  const list = (folio: number): number => base(folio) + 32;
  const cells: Cell[] = [cellOf(LOCK, 'lruvec', 'lru_lock', 0, 'lock')];
  for (let folio = 0; folio < folios; folio++) {
    const object = `folio${folio}`;
    if (isSplit)
      for (const name of FLAGS) cells.push(cellOf(flag(folio, name).address, object, name, name === 'mlocked' ? 1 : 0));
    else cells.push({ ...cellOf(base(folio), object, 'flags', 2), bits: { 0: 'lru', 1: 'mlocked', 2: 'unevictable' } });
    cells.push(cellOf(list(folio), object, 'list', 0));
  }
  const processes = ROLES.slice(0, cpus).map((role, index): Process => {
    const lines: Line[] = [];
    for (let folio = 0; folio < folios; folio++) walk(variant, role, (name) => flag(folio, name), list(folio), lines);
    lines.push({ op: 'end' });
    if (words === 'stored words') for (const [pc, line] of lines.entries()) lines[pc] = stored(line);
    return { name: `P${index}`, label: role, cpu: `cpu${index + 1}`, code: lines.map(place), registers: 2 };
  });
  const invariants = Array.from({ length: folios }, (_, folio) => stranded(folio, (name) => flag(folio, name)));
  const observed = cells.flatMap((cell, index) => (cell.kind === 'lock' ? [] : [index]));
  return { name: `${variant} ${cpus}x${folios}, ${words}`, cells, processes, invariants, observed };
}

function cellOf(address: number, object: string, field: string, init: number, kind: Cell['kind'] = 'word'): Cell {
  return { address, size: 4, object, field, init, kind, signed: false };
}

function place(line: Line, pc: number): Instruction {
  return {
    ...line,
    at: { frames: [{ file: 'family.c', line: pc + 1, function: 'walk' }], text: line.op },
  };
}

/** A plain store in the place of an atomic operation that returns nothing. */
function stored(line: Line): Line {
  if (line.op !== 'rmw' || line.dst !== undefined) return line;
  return { op: 'store', address: line.address, value: num(line.fn === 'or' ? 1 : 0), order: 'once' };
}

const set = ({ address, mask }: Place): Line => ({
  op: 'rmw',
  address: num(address),
  fn: 'or',
  operand: num(mask),
  order: 'once',
});
const clear = ({ address, mask }: Place): Line => ({
  op: 'rmw',
  address: num(address),
  fn: 'andnot',
  operand: num(mask),
  order: 'once',
});
const test = (dst: number, { address, mask }: Place): Line => ({
  op: 'load',
  dst,
  address: num(address),
  order: 'once',
  mask,
});
const write = (address: number, value: number): Line => ({
  op: 'store',
  address: num(address),
  value: num(value),
  order: 'plain',
});
const testAndClear = (dst: number, { address, mask }: Place): Line => ({
  op: 'rmw',
  dst,
  address: num(address),
  fn: 'andnot',
  operand: num(mask),
  order: 'mb',
  mask,
});
const lock: Line = { op: 'lock', address: num(LOCK) };
const unlock: Line = { op: 'unlock', address: num(LOCK) };

function walk(variant: Variant, role: Role, flag: (name: Flag) => Place, list: number, lines: Line[]): void {
  const putBack = (): void => {
    lines.push(lock);
    if (variant === 'c' || variant === 'n') lines.push(set(flag('lru')));
    if (variant === 'c') lines.push({ op: 'fence', fence: 'mb' });
    lines.push(test(1, flag('mlocked')));
    when(1, [set(flag('unevictable')), write(list, 1)], [clear(flag('unevictable')), write(list, 0)], lines);
    if (variant === 'a' || variant === 'b') lines.push(set(flag('lru')));
    lines.push(unlock);
  };
  if (role === 'put') {
    putBack();
    return;
  }
  if (role === 'munlock') {
    if (variant !== 'a') lines.push(clear(flag('mlocked')));
    lines.push(testAndClear(0, flag('lru')));
    when(0, [lock], [], lines);
    if (variant === 'a') lines.push(clear(flag('mlocked')));
    when(0, [clear(flag('unevictable')), write(list, 0), set(flag('lru')), unlock], [], lines);
    return;
  }
  lines.push(testAndClear(0, flag('lru')));
  const branch = lines.push({ op: 'end' }) - 1;
  lines.push(lock, write(list, 0), unlock);
  putBack();
  lines[branch] = { op: 'branch', cond: reg(0), then: branch + 1, else: lines.length };
}

function when(register: number, then: readonly Line[], otherwise: readonly Line[], lines: Line[]): void {
  const branch = lines.push({ op: 'end' }) - 1;
  lines.push(...then);
  const jump = otherwise.length === 0 ? -1 : lines.push({ op: 'end' }) - 1;
  lines[branch] = { op: 'branch', cond: reg(register), then: branch + 1, else: lines.length };
  lines.push(...otherwise);
  if (jump >= 0) lines[jump] = { op: 'jump', to: lines.length };
}

function stranded(folio: number, flag: (name: Flag) => Place): Invariant {
  const bad: Expr = {
    kind: 'binary',
    op: '&',
    left: { kind: 'binary', op: '&', left: isSet(0), right: isSet(1) },
    right: { kind: 'unary', op: '!', arg: reg(2) },
  };
  const lines: Line[] = [test(0, flag('lru')), test(1, flag('unevictable')), test(2, flag('mlocked'))];
  lines.push({ op: 'set', dst: 0, value: { kind: 'unary', op: '!', arg: bad } }, { op: 'end' });
  return {
    name: `I-strand folio${folio}`,
    when: 'end',
    level: 'error',
    words: 'no evictable folio is left on the unevictable list',
    code: lines.map(place),
    registers: 3,
  };
}

function isSet(register: number): Expr {
  return { kind: 'binary', op: '!=', left: reg(register), right: num(0) };
}

/**
 * The same scenario as Promela, one bit a flag. `expert` is tuned by hand as far as it keeps the verdicts: the lock, the steps under
 * it and one access that others can see in one atomic, and registers cleared when they are not read any more.
 */
export function promela(variant: Variant, cpus: number, folios: number, expert: boolean): string {
  const out = ['byte lk, done;', `bit lru[${folios}], ml[${folios}] = 1, un[${folios}], list[${folios}];`];
  const join = (...steps: readonly string[]): string =>
    expert ? `atomic { ${steps.join('; ')} };` : `${steps.join('; ')};`;
  const enter = expert ? 'lk == 0; lk = 1' : 'atomic { lk == 0; lk = 1 }';
  const judge = `if :: r -> un[F] = 1; list[F] = 1 :: else -> un[F] = 0; list[F] = 0 fi${expert ? '; r = 0' : ''}`;
  const putBack =
    variant === 'c' || variant === 'n'
      ? join(enter, 'lru[F] = 1') + join('r = ml[F]', judge, 'lk = 0')
      : join(enter, 'r = ml[F]', judge) + join('lru[F] = 1', 'lk = 0');
  const take = 'atomic { t = lru[F]; lru[F] = 0 };';
  const forget = expert ? 't = 0;' : '';
  const finish = 'un[F] = 0; list[F] = 0; lru[F] = 1; lk = 0';
  const ifTaken = (text: string): string => `if :: t -> ${text} :: else fi;`;
  const munlock =
    variant === 'a'
      ? `${take} ${ifTaken(join(enter))} ml[F] = 0; ${ifTaken(join(finish))} ${forget}`
      : `ml[F] = 0; ${take} ${ifTaken(join(enter, finish))} ${forget}`;
  const isolate = `${take} ${ifTaken(join(enter, 'list[F] = 0', 'lk = 0') + putBack)} ${forget}`;
  const body: Record<Role, string> = { put: putBack, munlock, isolate };
  for (const [index, role] of ROLES.slice(0, cpus).entries()) {
    out.push(`active proctype P${index}() { bit r, t;`);
    for (let folio = 0; folio < folios; folio++) out.push(body[role].replaceAll('F', `${folio}`));
    out.push('r = 0; t = 0; done++ }');
  }
  const bad = Array.from({ length: folios }, (_, f) => `assert(!(lru[${f}] && un[${f}] && !ml[${f}]))`).join('; ');
  out.push(`active proctype M() { done == ${cpus}; ${bad} }`);
  return out.join('\n');
}
