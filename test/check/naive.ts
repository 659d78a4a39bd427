// The meaning of a program by brute force, for tests: plain objects, no reduction, no code shared with the engine.
import type { Expr, Instruction, Program } from '../../src/types.ts';

interface State {
  readonly pc: number[];
  readonly status: string[]; // run, over, dead
  readonly regs: number[][];
  readonly mem: number[];
  readonly buf: (readonly [number, number])[][]; // x86-TSO: cell and value, oldest store first
}

export interface Meaning {
  readonly properties: readonly string[];
  readonly terminals: readonly (readonly number[])[]; // observed values
  readonly unreached: readonly string[]; // process/pc
  readonly states: number;
}

const ev = (e: Expr, g: number[]): number => {
  if (e.kind === 'const') return e.value | 0;
  if (e.kind === 'reg') return g[e.reg] ?? 0;
  if (e.kind === 'unary')
    return e.op === '!' ? Number(ev(e.arg, g) === 0) : e.op === '-' ? -ev(e.arg, g) | 0 : ~ev(e.arg, g);
  if (e.kind === 'select') return ev(e.cond, g) !== 0 ? ev(e.then, g) : ev(e.else, g);
  const a = ev(e.left, g);
  const b = ev(e.right, g);
  if ((e.op === '/' || e.op === '%') && b === 0) throw new RangeError('division');
  if (e.op === '*') return Math.imul(a, b);
  const all: Record<string, number | boolean> = {
    '+': a + b,
    '-': a - b,
    '/': Math.trunc(a / b),
    '%': a % b,
    '&': a & b,
    '|': a | b,
    '^': a ^ b,
  };
  Object.assign(all, {
    '<<': a << b,
    '>>': a >> b,
    '==': a === b,
    '!=': a !== b,
    '<': a < b,
    '<=': a <= b,
    '>': a > b,
    '>=': a >= b,
  });
  return Number(all[e.op]) | 0;
};

const bitsOf = (mask: number | undefined): number => (mask === undefined || mask === 0 ? -1 : mask);

const copy = (s: State): State => ({
  pc: [...s.pc],
  status: [...s.status],
  regs: s.regs.map((g) => [...g]),
  mem: [...s.mem],
  buf: s.buf.map((b) => [...b]),
});

/** Everything that can happen under SC, or under x86-TSO; undefined when it takes more than `most` states. */
export function naive(program: Program, most: number, isTso = false): Meaning | undefined {
  const properties = new Set<string>();
  const terminals = new Map<string, number[]>();
  const reached = new Set<string>();
  const seen = new Set<string>();
  const todo: State[] = [];
  const slot = new Map(program.cells.map((one, k) => [one.address, k]));
  /** A process that has come to its end is over at once; where it died or ended does not tell states apart. */
  const settle = (s: State): void => {
    for (const [p, { code }] of program.processes.entries()) {
      const { op } = code[s.pc[p]!] ?? { op: 'over' };
      if (s.status[p] === 'run' && (op === 'end' || op === 'stop')) s.status[p] = 'over';
      if (s.status[p] === 'dead') s.regs[p]!.fill(0);
      if (s.status[p] !== 'run') s.pc[p] = -1;
    }
  };
  const add = (s: State): void => {
    settle(s);
    const key = JSON.stringify(s);
    if (seen.has(key)) return;
    seen.add(key);
    todo.push(s);
    check(s, 'always');
  };
  const check = (s: State, when: string): void => {
    for (const one of program.invariants) {
      if (one.when !== when) continue;
      const g: number[] = new Array<number>(one.registers).fill(0);
      let pc = 0;
      for (;;) {
        const i = one.code[pc++]!;
        if (i.op === 'end') break;
        if (i.op === 'set') g[i.dst] = ev(i.value, g);
        if (i.op === 'load') g[i.dst] = s.mem[slot.get(ev(i.address, g))!]! & bitsOf(i.mask);
        if (i.op === 'branch') pc = ev(i.cond, g) !== 0 ? i.then : i.else;
        if (i.op === 'jump') pc = i.to;
      }
      if (g[0] === 0) properties.add(one.name);
    }
  };
  const nexts = (s: State, p: number): State[] => {
    const i: Instruction = program.processes[p]!.code[s.pc[p]!]!;
    const t: State = copy(s);
    const g = t.regs[p]!;
    const fault = (what: string): State[] => {
      properties.add(`fault: ${what}`);
      t.status[p] = 'dead';
      return [t];
    };
    t.pc[p]!++;
    const own = (k: number): number => s.buf[p]!.findLast(([cell]) => cell === k)?.[1] ?? s.mem[k]!;
    const isLocked =
      ['rmw', 'cmpxchg', 'add-unless', 'try-bits', 'lock', 'trylock'].includes(i.op) ||
      (i.op === 'await' && i.take) ||
      (i.op === 'store' && i.order === 'mb') ||
      (i.op === 'fence' && i.fence === 'mb');
    if (isLocked && s.buf[p]!.length > 0) return [];
    try {
      switch (i.op) {
        case 'end':
        case 'stop':
          return [];
        case 'set':
          g[i.dst] = ev(i.value, g);
          return [t];
        case 'jump':
          t.pc[p] = i.to;
          return [t];
        case 'branch':
          t.pc[p] = ev(i.cond, g) !== 0 ? i.then : i.else;
          return [t];
        case 'fence':
        case 'rcu-lock':
        case 'rcu-unlock':
        case 'rcu-sync':
        case 'wait-until':
        case 'context':
        case 'spawn':
        case 'join':
          return [t];
        case 'assert':
          if (ev(i.cond, g) === 0) properties.add(`assert: ${i.what}`);
          return [t];
        case 'choose':
          return i.values.map((value) => {
            const u = copy(t);
            u.regs[p]![i.dst] = value;
            return u;
          });
        default: {
          const a = ev(i.address, g);
          const x =
            i.op === 'store'
              ? ev(i.value, g)
              : i.op === 'rmw' || i.op === 'add-unless'
                ? ev(i.operand, g)
                : i.op === 'cmpxchg'
                  ? ev(i.expected, g)
                  : 0;
          const y = i.op === 'cmpxchg' ? ev(i.desired, g) : i.op === 'add-unless' ? ev(i.unless, g) : 0;
          const k = slot.get(a);
          if (k === undefined) return fault(a >= 0 && a < 64 ? 'NULL pointer dereference' : 'bad address');
          const old = own(k);
          if (i.op === 'lock' && old !== 0) return [];
          if (i.op === 'await' && (old & i.mask) !== i.value) return [];
          if (i.op !== 'assert-held') reached.add(`${program.processes[p]!.name}/${s.pc[p]}`);
          if (i.op === 'load') g[i.dst] = old & bitsOf(i.mask);
          if (i.op === 'store' && isTso && !isLocked) t.buf[p]!.push([k, x]);
          else if (i.op === 'store') t.mem[k] = x;
          if (i.op === 'rmw') {
            t.mem[k] = { or: old | x, andnot: old & ~x, and: old & x, xor: old ^ x, add: (old + x) | 0, xchg: x }[i.fn];
            if (i.dst !== undefined) g[i.dst] = old & bitsOf(i.mask);
          }
          if (i.op === 'is-locked') g[i.dst] = old === 0 ? 0 : 1;
          if (i.op === 'cmpxchg') {
            if (old === x) t.mem[k] = y;
            g[i.dst] = old;
          }
          if (i.op === 'add-unless') {
            g[i.dst] = old === y ? 0 : 1;
            if (old !== y) t.mem[k] = (old + x) | 0;
          }
          if (i.op === 'try-bits') {
            g[i.dst] = (old & i.mask) === 0 ? 1 : 0;
            if ((old & i.mask) === 0) t.mem[k] = old | i.mask;
          }
          if (i.op === 'await' && i.take) t.mem[k] = old | i.mask;
          if (i.op === 'lock') t.mem[k] = p + 1;
          if (i.op === 'trylock') {
            g[i.dst] = old === 0 ? 1 : 0;
            if (old === 0) t.mem[k] = p + 1;
          }
          if (i.op === 'unlock') {
            if (old !== p + 1) return fault('unlock of a lock that the process does not hold');
            if (isTso) t.buf[p]!.push([k, 0]);
            else t.mem[k] = 0;
          }
          if (i.op === 'assert-held' && old !== p + 1) properties.add(`assert: ${i.what}`);
          return [t];
        }
      }
    } catch (error) {
      if (error instanceof RangeError) return fault('division by zero');
      throw error;
    }
  };
  add({
    pc: program.processes.map(() => 0),
    status: program.processes.map(() => 'run'),
    regs: program.processes.map((one) => new Array<number>(one.registers).fill(0)),
    mem: program.cells.map((one) => one.init),
    buf: program.processes.map(() => []),
  });
  for (let s = todo.pop(); s !== undefined; s = todo.pop()) {
    if (seen.size > most) return undefined;
    // x86 has one store buffer a processor: who runs next there finds it empty.
    const isFull = (p: number): boolean =>
      program.processes.some(({ cpu }, q) => q !== p && cpu === program.processes[p]!.cpu && s.buf[q]!.length > 0);
    const all = program.processes.flatMap((_, p) => (s.status[p] === 'run' && !isFull(p) ? nexts(s, p) : []));
    for (const [p, [oldest]] of s.buf.entries()) {
      if (oldest === undefined) continue;
      const t = copy(s);
      t.buf[p]!.shift();
      t.mem[oldest[0]] = oldest[1];
      all.push(t);
    }
    for (const next of all) add(next);
    if (all.length > 0 || s.status.includes('dead')) continue;
    if (s.status.includes('run')) properties.add('deadlock');
    else {
      const end = program.observed.map((k) => s.mem[k]!);
      terminals.set(end.join(), end);
      check(s, 'end');
    }
  }
  const unreached = program.processes.flatMap((one) =>
    one.code.flatMap((i, pc) =>
      'address' in i && i.op !== 'assert-held' && !reached.has(`${one.name}/${pc}`) ? [`${one.name}/${pc}`] : [],
    ),
  );
  return { properties: [...properties].sort(), terminals: [...terminals.values()], unreached, states: seen.size };
}
