// LKMM by brute force, for tiny programs: every choice of read values, of reads-from and of coherence orders, and the cat file
// written out with boolean matrices. Shares no code with the engine; slow on purpose.
import type { Expr, Instruction, Program } from '../../../src/types.ts';

interface NaiveEvent {
  readonly process: number;
  readonly kind: 'R' | 'W' | 'N'; // N: an RCU event
  readonly cell: number;
  value: number;
  readonly tags: ReadonlySet<string>;
  readonly po: number; // position in its process, of events and fences
  readonly addr: ReadonlySet<number>; // positions of reads it depends on
  readonly data: ReadonlySet<number>;
  readonly ctrl: ReadonlySet<number>;
  readonly pair?: number; // position of the read of a read-modify-write pair
}

interface Trace {
  readonly events: readonly NaiveEvent[];
  readonly fences: readonly { readonly kind: string; readonly po: number }[];
  readonly registers: readonly number[];
}

/** Counts of executions by the values that `observe` gives; undefined when there are too many candidates. */
export interface NaiveResult {
  readonly positive: number;
  readonly negative: number;
  readonly race: boolean;
  readonly candidates: number;
}

type Reg = { value: number; depends: ReadonlySet<number> };
const NONE: ReadonlySet<number> = new Set();
const both = (a: ReadonlySet<number>, b: ReadonlySet<number>): ReadonlySet<number> => new Set([...a, ...b]);

function evaluate(expr: Expr, registers: readonly Reg[]): Reg {
  switch (expr.kind) {
    case 'const':
      return { value: expr.value, depends: NONE };
    case 'reg':
      return registers[expr.reg]!;
    case 'unary': {
      const { value, depends } = evaluate(expr.arg, registers);
      return { value: expr.op === '!' ? Number(value === 0) : expr.op === '-' ? -value : ~value, depends };
    }
    case 'binary': {
      const a = evaluate(expr.left, registers);
      const b = evaluate(expr.right, registers);
      const results: Record<string, number> = {
        '+': a.value + b.value,
        '-': a.value - b.value,
        '*': a.value * b.value,
        '&': a.value & b.value,
        '|': a.value | b.value,
        '^': a.value ^ b.value,
        '==': Number(a.value === b.value),
        '!=': Number(a.value !== b.value),
        '<': Number(a.value < b.value),
      };
      const value = results[expr.op];
      if (value === undefined) throw new Error(`naive: no operator ${expr.op}`);
      return { value, depends: both(a.depends, b.depends) };
    }
    default:
      throw new Error(`naive: no ${expr.kind}`);
  }
}

/** Every run of one process when reads may give any value of `domain`. Structured code without loops only. */
function traces(program: Program, p: number, domain: readonly number[], most: number): Trace[] | undefined {
  const process = program.processes[p]!;
  const cellAt = new Map(program.cells.map((cell, index) => [cell.address, index]));
  const done: Trace[] = [];
  interface Run {
    pc: number;
    po: number;
    registers: Reg[];
    events: NaiveEvent[];
    fences: { kind: string; po: number }[];
    guards: { until: number; reads: ReadonlySet<number> }[];
  }
  const open: Run[] = [
    {
      pc: 0,
      po: 0,
      registers: Array.from({ length: process.registers }, () => ({ value: 0, depends: NONE })),
      events: [],
      fences: [],
      guards: [],
    },
  ];
  const clone = (run: Run): Run => ({
    ...run,
    registers: [...run.registers],
    events: [...run.events],
    fences: [...run.fences],
    guards: [...run.guards],
  });
  for (let run = open.pop(); run !== undefined; run = open.pop()) {
    if (done.length > most || open.length > 10 * most) return undefined;
    const { pc } = run;
    run.guards = run.guards.filter(({ until }) => until !== pc);
    const instruction = process.code[pc]!;
    const ctrl = run.guards.reduce((all, { reads }) => both(all, reads), NONE);
    const add = (
      to: Run,
      kind: 'R' | 'W' | 'N',
      tags: string[],
      cell: number,
      value: number,
      addr: ReadonlySet<number>,
      data: ReadonlySet<number>,
      pair?: number,
    ): number => {
      const po = to.po++;
      to.events.push({
        process: p,
        kind,
        cell,
        value,
        tags: new Set(tags),
        po,
        addr,
        data,
        ctrl,
        ...(pair === undefined ? {} : { pair }),
      });
      return po;
    };
    const fence = (to: Run, kind: string): void => {
      to.fences.push({ kind, po: to.po++ });
    };
    const go = (to: Run, next: number): void => {
      to.pc = next;
      open.push(to);
    };
    const where = (address: Expr): { cell: number; addr: ReadonlySet<number> } | undefined => {
      const { value, depends } = evaluate(address, run.registers);
      const cell = cellAt.get(value);
      return cell === undefined ? undefined : { cell, addr: depends };
    };
    /** A pair, or a read alone when `write` gives nothing. */
    const rmw = (
      address: Expr,
      order: string,
      test: (old: number) => boolean,
      write: ((old: Reg) => Reg) | undefined,
      inside: boolean,
      result: (old: Reg) => Reg,
      dst: number | undefined,
      marks: [string[], string[]],
    ): void => {
      const at = where(address);
      if (at === undefined) return;
      for (const value of domain) {
        if (!test(value)) continue;
        const next = clone(run);
        if (write !== undefined && order === 'mb') fence(next, 'mb');
        const tag = order === 'acquire' && write !== undefined ? ['acquire'] : order === 'relaxed' ? ['noreturn'] : [];
        const r = add(next, 'R', [...tag, ...marks[0]], at.cell, value, at.addr, NONE);
        const old = { value, depends: new Set([r]) };
        if (write !== undefined) {
          const stored = write(old);
          const data = inside ? stored.depends : new Set([...stored.depends].filter((one) => one !== r));
          add(
            next,
            'W',
            [...(order === 'release' ? ['release'] : []), ...marks[1]],
            at.cell,
            stored.value,
            at.addr,
            data,
            r,
          );
          if (order === 'mb') fence(next, 'mb');
        }
        if (dst !== undefined) next.registers[dst] = result(old);
        go(next, pc + 1);
      }
    };
    switch (instruction.op) {
      case 'end':
        done.push({ events: run.events, fences: run.fences, registers: run.registers.map(({ value }) => value) });
        break;
      case 'set':
        run.registers[instruction.dst] = evaluate(instruction.value, run.registers);
        go(run, pc + 1);
        break;
      case 'jump':
        go(run, instruction.to);
        break;
      case 'branch': {
        const cond = evaluate(instruction.cond, run.registers);
        run.guards.push({ until: joinOf(process.code, pc), reads: cond.depends });
        go(run, cond.value !== 0 ? instruction.then : instruction.else);
        break;
      }
      case 'fence':
        fence(run, instruction.fence);
        go(run, pc + 1);
        break;
      case 'load': {
        const at = where(instruction.address);
        if (at === undefined) break;
        for (const value of domain) {
          const next = clone(run);
          const tag = { plain: 'plain', acquire: 'acquire', once: 'once' }[instruction.order as 'plain'];
          const r = add(next, 'R', [tag], at.cell, value, at.addr, NONE);
          next.registers[instruction.dst] = { value, depends: new Set([r]) };
          go(next, pc + 1);
        }
        break;
      }
      case 'store': {
        const at = where(instruction.address);
        if (at === undefined) break;
        const { value, depends } = evaluate(instruction.value, run.registers);
        const tag = { plain: 'plain', release: 'release', once: 'once', mb: 'once' }[instruction.order as 'plain'];
        add(run, 'W', [tag], at.cell, value, at.addr, depends);
        if (instruction.order === 'mb') fence(run, 'mb');
        go(run, pc + 1);
        break;
      }
      case 'rmw': {
        const operand = evaluate(instruction.operand, run.registers);
        const mark: [string[], string[]] = [['RMW'], ['RMW']];
        const apply = (old: Reg): Reg => {
          const results = {
            add: old.value + operand.value,
            xchg: operand.value,
            or: old.value | operand.value,
            and: old.value & operand.value,
            andnot: old.value & ~operand.value,
            xor: old.value ^ operand.value,
          };
          return { value: results[instruction.fn], depends: both(old.depends, operand.depends) };
        };
        const isExchange = instruction.fn === 'xchg';
        rmw(
          instruction.address,
          instruction.order,
          () => true,
          apply,
          !isExchange,
          (old) => (isExchange ? old : { value: old.value, depends: both(old.depends, operand.depends) }),
          instruction.dst,
          mark,
        );
        break;
      }
      case 'cmpxchg': {
        const expected = evaluate(instruction.expected, run.registers);
        const desired = evaluate(instruction.desired, run.registers);
        const { dst, address, order } = instruction;
        rmw(
          address,
          order,
          (old) => old === expected.value,
          () => desired,
          false,
          (old) => old,
          dst,
          [['RMW'], ['RMW']],
        );
        rmw(
          address,
          'once',
          (old) => old !== expected.value,
          undefined,
          false,
          (old) => old,
          dst,
          [['RMW'], []],
        );
        break;
      }
      case 'add-unless': {
        const unless = evaluate(instruction.unless, run.registers);
        const operand = evaluate(instruction.operand, run.registers);
        const { dst, address } = instruction;
        const told = (value: number) => (old: Reg) => ({ value, depends: both(old.depends, unless.depends) });
        const apply = (old: Reg): Reg => ({
          value: old.value + operand.value,
          depends: both(old.depends, operand.depends),
        });
        rmw(address, 'mb', (old) => old !== unless.value, apply, true, told(1), dst, [['RMW'], ['RMW']]);
        rmw(address, 'once', (old) => old === unless.value, undefined, false, told(0), dst, [['RMW'], []]);
        break;
      }
      case 'lock':
      case 'trylock': {
        const lockMarks: [string[], string[]] = [
          ['LKR', 'acquire', 'RMW'],
          ['LKW', 'RMW'],
        ];
        const dst = instruction.op === 'trylock' ? instruction.dst : undefined;
        rmw(
          instruction.address,
          'once',
          (old) => old === 0,
          () => ({ value: 1, depends: NONE }),
          false,
          () => ({ value: 1, depends: NONE }),
          dst,
          lockMarks,
        );
        if (instruction.op === 'trylock')
          rmw(
            instruction.address,
            'once',
            (old) => old === 1,
            undefined,
            false,
            (old) => ({ ...old, value: 0 }),
            dst,
            [['LF'], []],
          );
        break;
      }
      case 'is-locked':
        for (const locked of [0, 1])
          rmw(
            instruction.address,
            'once',
            (old) => old === locked,
            undefined,
            false,
            (old) => old,
            instruction.dst,
            [[locked === 1 ? 'LF' : 'RU'], []],
          );
        break;
      case 'unlock': {
        const at = where(instruction.address);
        if (at !== undefined) add(run, 'W', ['UL', 'release'], at.cell, 0, at.addr, NONE);
        go(run, pc + 1);
        break;
      }
      case 'rcu-lock':
        if (instruction.domain === undefined) {
          add(run, 'N', ['rcu-lock'], -1, 0, NONE, NONE);
          go(run, pc + 1);
        } else
          rmw(
            instruction.domain,
            'once',
            () => true,
            undefined,
            false,
            (old) => old,
            instruction.dst,
            [['srcu-lock'], []],
          );
        break;
      case 'rcu-unlock':
        if (instruction.domain === undefined) add(run, 'N', ['rcu-unlock'], -1, 0, NONE, NONE);
        else {
          const { value, depends } = evaluate(instruction.index!, run.registers);
          add(run, 'W', ['srcu-unlock'], where(instruction.domain)!.cell, value, NONE, depends);
        }
        go(run, pc + 1);
        break;
      case 'rcu-sync':
        add(run, 'N', ['sync'], instruction.domain === undefined ? -1 : where(instruction.domain)!.cell, 0, NONE, NONE);
        go(run, pc + 1);
        break;
      default:
        throw new Error(`naive: no ${instruction.op}`);
    }
  }
  return done;
}

/** Where a structured if ends: forward branches only, so the first instruction that both ways reach. */
function joinOf(code: readonly Instruction[], pc: number): number {
  const reach = (from: number): Set<number> => {
    const seen = new Set<number>();
    const open = [from];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (seen.has(at)) continue;
      seen.add(at);
      const one = code[at]!;
      if (one.op === 'branch') open.push(one.then, one.else);
      else if (one.op === 'jump') open.push(one.to);
      else if (one.op !== 'end') open.push(at + 1);
    }
    return seen;
  };
  const branch = code[pc] as Extract<Instruction, { op: 'branch' }>;
  const other = reach(branch.else);
  return Math.min(...[...reach(branch.then)].filter((at) => other.has(at)));
}

// ---------------------------------------------------------------- relations

type Rel = Uint8Array[];
let size = 0;
const rel = (test: (a: number, b: number) => boolean): Rel =>
  Array.from({ length: size }, (_, a) => Uint8Array.from({ length: size }, (_x, b) => (test(a, b) ? 1 : 0)));
const or = (...all: Rel[]): Rel => rel((a, b) => all.some((one) => one[a]![b] === 1));
const and = (x: Rel, y: Rel): Rel => rel((a, b) => x[a]![b] === 1 && y[a]![b] === 1);
const minus = (x: Rel, y: Rel): Rel => rel((a, b) => x[a]![b] === 1 && y[a]![b] === 0);
const inverse = (x: Rel): Rel => rel((a, b) => x[b]![a] === 1);
const id = (test: (a: number) => boolean = () => true): Rel => rel((a, b) => a === b && test(a));
const seq = (...all: Rel[]): Rel =>
  all.reduce((x, y) => {
    const result = rel(() => false);
    for (let a = 0; a < size; a++)
      for (let m = 0; m < size; m++)
        if (x[a]![m] === 1) for (let b = 0; b < size; b++) if (y[m]![b] === 1) result[a]![b] = 1;
    return result;
  });
const opt = (x: Rel): Rel => or(x, id());
const plus = (x: Rel): Rel => {
  const result = x.map((row) => row.slice());
  for (let k = 0; k < size; k++)
    for (let a = 0; a < size; a++)
      if (result[a]![k] === 1) for (let b = 0; b < size; b++) if (result[k]![b] === 1) result[a]![b] = 1;
  return result;
};
const star = (x: Rel): Rel => opt(plus(x));
const isEmpty = (x: Rel): boolean => x.every((row) => row.every((bit) => bit === 0));
const isAcyclic = (x: Rel): boolean => plus(x).every((row, a) => row[a] === 0);

/** linux-kernel.cat, 6.12, in its own order. */
function judge(
  events: readonly NaiveEvent[],
  fences: readonly (readonly { kind: string; po: number }[])[],
  rfOf: readonly number[],
  co: Rel,
  memory: 'lkmm' | 'sc',
): { consistent: boolean; race: boolean } {
  size = events.length;
  const no = { consistent: false, race: false };
  const ev = (a: number): NaiveEvent => events[a]!;
  const tag = (name: string) => (a: number) => ev(a).tags.has(name);
  const int = rel((a, b) => ev(a).process === ev(b).process);
  const ext = rel((a, b) => ev(a).process !== ev(b).process);
  const po = rel((a, b) => ev(a).process === ev(b).process && ev(a).po < ev(b).po);
  const loc = rel((a, b) => ev(a).cell === ev(b).cell && ev(a).cell >= 0);
  const isR = (a: number): boolean => ev(a).kind === 'R';
  const isW = (a: number): boolean => ev(a).kind === 'W';
  const isM = (a: number): boolean => ev(a).kind !== 'N';
  const R = id(isR);
  const W = id(isW);
  const M = id(isM);
  const rf = rel((a, b) => isR(b) && rfOf[b] === a);
  // events that read the initial value come before every write of the cell
  const fr = rel((a, b) => isR(a) && isW(b) && ev(a).cell === ev(b).cell && (rfOf[a] === -1 || co[rfOf[a]!]![b] === 1));
  const at = (process: number, po2: number): number =>
    events.findIndex((one) => one.process === process && one.po === po2);
  const from = (pick: (event: NaiveEvent) => ReadonlySet<number>): Rel =>
    rel(
      (a, b) =>
        ev(a).process === ev(b).process && [...pick(ev(b))].some((position) => at(ev(b).process, position) === a),
    );
  const rmw = rel((a, b) => ev(b).pair !== undefined && at(ev(b).process, ev(b).pair!) === a);
  const rfe = and(rf, ext);
  const rfi = and(rf, int);
  const coe = and(co, ext);
  const fre = and(fr, ext);
  const com = or(rf, co, fr);
  if (!isAcyclic(or(and(po, loc), com))) return no;
  if (!isEmpty(and(rmw, seq(fre, coe)))) return no;
  if (memory === 'sc') return { consistent: isAcyclic(or(po, com)), race: false };
  const plain = tag('plain');
  const Marked = id((a) => !plain(a));
  const Noreturn = tag('noreturn');
  const rawData = from((event) => event.data);
  const notUnlock = id((a) => !tag('srcu-unlock')(a));
  const carry = star(seq(rawData, notUnlock, rfi));
  const addr = seq(
    carry,
    from((event) => event.addr),
  );
  const ctrl = seq(
    carry,
    from((event) => event.ctrl),
  );
  const data = seq(carry, rawData);
  // no value out of thin air: herd has such executions, the engine has none
  if (
    !isAcyclic(
      or(
        rawData,
        from((event) => event.addr),
        rf,
      ),
    )
  )
    return no;

  const fencerel = (...kinds: string[]): Rel =>
    rel(
      (a, b) =>
        ev(a).process === ev(b).process &&
        fences[ev(a).process]!.some((one) => kinds.includes(one.kind) && ev(a).po < one.po && one.po < ev(b).po),
    );
  const acqPo = seq(id(tag('acquire')), po, M);
  const poRel = seq(M, po, id(tag('release')));
  const poUnlockLockPo = seq(po, id(tag('UL')), or(po, rf), id(tag('LKR')), po);
  const R4rmb = id((a) => isR(a) && !Noreturn(a));
  const rmb = seq(R4rmb, fencerel('rmb'), R4rmb);
  const wmb = seq(W, fencerel('wmb'), W);
  const RMW = id(tag('RMW'));
  // [M]; po-unlock-lock-po; [After-unlock-lock]; po; [M] without fences as nodes
  const toLock = seq(po, id(tag('UL')), or(po, rf), id(tag('LKR')));
  const handed = rel((a, b) =>
    fences[ev(b).process]!.some(
      (one) =>
        one.kind === 'after-unlock-lock' &&
        one.po < ev(b).po &&
        events.some(
          (lock, l) =>
            lock.tags.has('LKR') && lock.process === ev(b).process && lock.po < one.po && toLock[a]![l] === 1,
        ),
    ),
  );
  const mb = or(
    seq(M, fencerel('mb'), M),
    seq(M, fencerel('before-atomic'), RMW, opt(po), M),
    seq(M, opt(po), RMW, fencerel('after-atomic'), M),
    seq(M, opt(po), id(tag('LKW')), fencerel('after-spinlock'), M),
    seq(M, handed, M),
    seq(M, opt(po), id(tag('srcu-unlock')), fencerel('after-srcu-read-unlock'), M),
  );
  const gp = seq(po, id(tag('sync')), opt(po));
  const strong = or(mb, gp);
  const nonrw = or(strong, poRel, acqPo);
  const fence = or(nonrw, wmb, rmb);
  const dep = or(addr, data);
  const rwdep = seq(or(dep, ctrl), W);
  const overwrite = or(co, fr);
  const toW = or(rwdep, and(overwrite, int), seq(addr, id(plain), wmb));
  const toR = or(seq(addr, R), seq(dep, Marked, rfi));
  const ppo = or(toR, toW, and(fence, int), and(poUnlockLockPo, int));
  const aCumul = (r: Rel): Rel => seq(opt(seq(rfe, Marked)), r);
  const rmwSequence = star(seq(rf, rmw));
  const cumulFence = seq(Marked, or(aCumul(or(strong, poRel)), wmb, poUnlockLockPo), Marked, rmwSequence);
  const prop = seq(Marked, opt(and(overwrite, ext)), star(cumulFence), Marked, opt(rfe), Marked);
  const hb = seq(Marked, or(ppo, rfe, and(minus(prop, id()), int)), Marked);
  if (!isAcyclic(hb)) return no;
  const hbs = star(hb);
  const pb = seq(prop, strong, hbs, Marked);
  if (!isAcyclic(pb)) return no;
  const pbs = star(pb);
  // rcu
  const rcuRscs = rel((a, b) => tag('rcu-lock')(a) && tag('rcu-unlock')(b) && matches(events, a, b));
  const carrySrcu = star(seq(rawData, notUnlock, rf));
  const srcuRscs = and(seq(id(tag('srcu-lock')), carrySrcu, rawData, id(tag('srcu-unlock'))), loc);
  const rcuGp = id((a) => tag('sync')(a) && ev(a).cell < 0);
  const srcuGp = id((a) => tag('sync')(a) && ev(a).cell >= 0);
  const rcuRscsi = inverse(rcuRscs);
  const srcuRscsi = inverse(srcuRscs);
  const link = seq(opt(po), hbs, pbs, prop, po);
  let order = or(rcuGp, srcuGp);
  for (;;) {
    const next = or(
      order,
      seq(rcuGp, link, rcuRscsi),
      and(seq(srcuGp, link, srcuRscsi), loc),
      seq(rcuRscsi, link, rcuGp),
      and(seq(srcuRscsi, link, srcuGp), loc),
      seq(rcuGp, link, order, link, rcuRscsi),
      and(seq(srcuGp, link, order, link, srcuRscsi), loc),
      seq(rcuRscsi, link, order, link, rcuGp),
      and(seq(srcuRscsi, link, order, link, srcuGp), loc),
      seq(order, link, order),
    );
    if (isEmpty(minus(next, order))) break;
    order = next;
  }
  const rcuFence = seq(po, order, opt(po));
  const fence2 = or(fence, rcuFence);
  const strong2 = or(strong, rcuFence);
  const rb = seq(prop, rcuFence, hbs, pbs, Marked);
  if (rb.some((row, a) => row[a] === 1)) return no;
  // plain
  const xbstar = star(or(hb, pb, rb));
  const vis = seq(star(cumulFence), opt(rfe), Marked, or(seq(strong2, Marked, xbstar), and(xbstar, int)));
  const wPre = seq(Marked, opt(or(addr, fence2)));
  const counted = id((a) => !Noreturn(a));
  const rPre = seq(Marked, opt(or(addr, nonrw, seq(R4rmb, fencerel('rmb'), counted))));
  const wPost = seq(opt(fence2), Marked, rmwSequence);
  const rPost = seq(opt(or(nonrw, seq(counted, fencerel('rmb'), R4rmb))), Marked);
  const wwVis = or(fence2, seq(strong2, xbstar, wPre), seq(wPost, vis, wPre));
  const wrVis = or(fence2, seq(strong2, xbstar, rPre), seq(wPost, vis, rPre));
  const rwXb = or(fence2, seq(rPost, xbstar, wPre));
  const preRace = and(
    ext,
    rel((a, b) => isM(a) && isM(b) && (plain(a) || plain(b))),
  );
  if (!isEmpty(and(and(preRace, rf), inverse(rwXb)))) return no;
  if (!isEmpty(and(and(preRace, fr), inverse(wrVis)))) return no;
  if (!isEmpty(and(and(preRace, co), inverse(wwVis)))) return no;
  const nonrace = and(
    wwVis,
    and(
      or(
        rel((a) => !plain(a)),
        rwXb,
      ),
      or(
        rel((_a, b) => !plain(b)),
        wrVis,
      ),
    ),
  );
  const wwRace = minus(and(preRace, co), nonrace);
  const wrRace = minus(minus(and(preRace, seq(opt(co), rf)), wrVis), inverse(rwXb));
  const rwRace = minus(and(preRace, fr), rwXb);
  return { consistent: true, race: ![wwRace, wrRace, rwRace].every(isEmpty) };
}

function matches(events: readonly NaiveEvent[], lock: number, unlock: number): boolean {
  const { process } = events[lock]!;
  if (process !== events[unlock]!.process) return false;
  const stack: number[] = [];
  for (const [index, event] of events.entries()) {
    if (event.process !== process) continue;
    if (event.tags.has('rcu-lock')) stack.push(index);
    if (event.tags.has('rcu-unlock') && stack.pop() === lock) return index === unlock;
  }
  return false;
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, k) =>
    permutations([...items.slice(0, k), ...items.slice(k + 1)]).map((rest) => [item, ...rest]),
  );
}

function product<T>(lists: readonly (readonly T[])[]): T[][] {
  return lists.reduce<T[][]>((all, list) => all.flatMap((head) => list.map((item) => [...head, item])), [[]]);
}

/** Counts the executions of `program` where `holds`; undefined when it has more than `most` candidates. */
export function naive(
  program: Program,
  holds: (registers: readonly (readonly number[])[], cells: readonly number[]) => boolean,
  most: number,
  memory: 'lkmm' | 'sc' = 'lkmm',
): NaiveResult | undefined {
  // the values that may be around: what is written when reads give values that are around
  let domain = [
    ...new Set(
      program.cells.map((cell) => cell.init).concat(program.cells.some((cell) => cell.kind === 'lock') ? [0, 1] : []),
    ),
  ];
  for (let round = 0; ; round++) {
    const found = new Set(domain);
    for (let p = 0; p < program.processes.length; p++) {
      const runs = traces(program, p, domain, most);
      if (runs === undefined) return undefined;
      for (const { events } of runs) for (const event of events) if (event.kind === 'W') found.add(event.value);
    }
    if (found.size === domain.length) break;
    domain = [...found];
    if (round > 6 || domain.length > 7) return undefined;
  }
  const all = program.processes.map((_, p) => traces(program, p, domain, most)!);
  if (all.reduce((count, list) => count * list.length, 1) > 20 * most) return undefined;
  const total = { positive: 0, negative: 0, race: false, candidates: 0 };
  for (const choice of product(all)) {
    const events = choice.flatMap((trace) => trace.events);
    const fences = choice.map((trace) => trace.fences);
    const writes = events.flatMap((event, index) => (event.kind === 'W' ? [index] : []));
    const reads = events.flatMap((event, index) => (event.kind === 'R' ? [index] : []));
    const sources = reads.map((r) => {
      const { cell, value } = events[r]!;
      const found = writes.filter((w) => events[w]!.cell === cell && events[w]!.value === value);
      return program.cells[cell]!.init === value ? [-1, ...found] : found;
    });
    if (sources.some((list) => list.length === 0)) continue;
    const cells = program.cells.map((_, cell) => writes.filter((w) => events[w]!.cell === cell));
    const orders = product(cells.map((list) => permutations(list)));
    const isLock = (cell: number): boolean => program.cells[cell]!.kind === 'lock';
    for (const rf of product(sources)) {
      const rfOf: number[] = events.map(() => -2);
      for (const [k, r] of reads.entries()) rfOf[r] = rf[k]!;
      for (const order of orders) {
        if (++total.candidates > most * 10) return undefined;
        const legal = order.every((list, cell) =>
          list.every((w, k) => {
            const event = events[w]!;
            const before = list[k - 1] ?? -1;
            // an unlock follows its lock at once; the write of a pair follows what its read sees
            if (isLock(cell) && event.tags.has('UL'))
              return before >= 0 && events[before]!.tags.has('LKW') && events[before]!.process === event.process;
            if (event.pair === undefined) return true;
            const read = events.findIndex((one) => one.process === event.process && one.po === event.pair);
            return rfOf[read] === before || !isLock(cell);
          }),
        );
        if (!legal) continue;
        size = events.length;
        const co = rel(
          (a, b) =>
            events[a]!.kind === 'W' &&
            events[b]!.kind === 'W' &&
            events[a]!.cell === events[b]!.cell &&
            order[events[a]!.cell]!.indexOf(a) < order[events[a]!.cell]!.indexOf(b),
        );
        const { consistent, race } = judge(events, fences, rfOf, co, memory);
        if (!consistent) continue;
        if (race) total.race = true;
        const final = program.cells.map((cell, index) => {
          const last = order[index]!.at(-1);
          return last === undefined ? cell.init : events[last]!.value;
        });
        if (
          holds(
            choice.map((trace) => trace.registers),
            final,
          )
        )
          total.positive++;
        else total.negative++;
      }
    }
  }
  return total;
}
