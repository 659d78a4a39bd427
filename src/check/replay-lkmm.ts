// Judges an execution that a report under LKMM prints: the code does these events, reads see what was written, and no axiom of
// tools/memory-model/linux-kernel.cat (6.12) is broken. The file is followed line by line; nothing of the engines is used.
import type { Execution, Program } from '../types.ts';
import { evaluate } from './replay-access.ts';
import { type Node, nodesOf, refuse } from './replay-nodes.ts';

type Rel = readonly bigint[]; // by node: the set of nodes that it is related to
const STEPS = 10_000; // instructions of an invariant

/**
 * Returns the properties that `execution` of `program` violates, sorted: invariants of the end, assertions and faults. Throws InputError when
 * it is no execution that LKMM allows. Cubic in the events.
 */
export function judgeExecution(program: Program, execution: Execution): readonly string[] {
  const { nodes, violated } = nodesOf(program, execution);
  const { source, co } = tied(program, execution, nodes);
  const broken = brokenAxiom(nodes, source, co);
  if (broken !== undefined) refuse(program, 'an execution that LKMM allows', `one that breaks ${broken}`);
  const memory = program.cells.map(({ init }, cell) => nodes[co[cell]!.at(-1) ?? -1]?.value ?? init | 0);
  for (const { name, code, registers } of program.invariants) {
    const value = truthOf(program, code, registers, memory);
    if (value !== 1) violated.add(value === 0 ? name : `fault: cannot evaluate ${name}`);
  }
  return [...violated].sort();
}

/** Reads-from and coherence as nodes, after a look at cells and values: each read has one source, each write one place. */
function tied(program: Program, execution: Execution, nodes: readonly Node[]) {
  const numbers = new Map(nodes.map(({ event }, id) => [event, id]));
  const source = nodes.map(() => -2);
  for (const [from, read] of execution.rf) {
    const [w, r] = [from < 0 ? -1 : numbers.get(from)!, numbers.get(read)!];
    const { cell, value, kind } = nodes[r]!;
    const isIt =
      w < 0 ? value === (program.cells[cell]!.init | 0) : nodes[w]!.cell === cell && nodes[w]!.value === value;
    if (kind !== 'R' || !isIt || source[r] !== -2) refuse(program, `a store of ${value} for event ${read}`, `${from}`);
    source[r] = w;
  }
  const co = execution.co.map((order) => order.map((event) => numbers.get(event)!));
  const placed = co.flatMap((order, cell) => order.filter((w) => nodes[w]!.kind === 'W' && nodes[w]!.cell === cell));
  const all = nodes.filter(({ kind }) => kind === 'W').length;
  const isWhole = placed.length === all && new Set(placed).size === all && co.flat().length === all;
  if (!isWhole || nodes.some(({ kind }, r) => kind === 'R' && source[r] === -2))
    refuse(program, 'a place for each write and a source for each read', 'some without');
  return { source, co };
}

/** The axiom of linux-kernel.cat that the execution breaks; undefined when it keeps them all. */
function brokenAxiom(nodes: readonly Node[], source: readonly number[], orders: readonly (readonly number[])[]) {
  const n = nodes.length;
  const bit = (b: number): bigint => 1n << BigInt(b);
  const rel = (test: (a: Node, b: Node, i: number, j: number) => boolean): Rel =>
    nodes.map((a, i) => nodes.reduce((row, b, j) => (test(a, b, i, j) ? row | bit(j) : row), 0n));
  const or = (...all: Rel[]): Rel => nodes.map((_, a) => all.reduce((row, one) => row | one[a]!, 0n));
  const and = (x: Rel, y: Rel): Rel => x.map((row, a) => row & y[a]!);
  const minus = (x: Rel, y: Rel): Rel => x.map((row, a) => row & ~y[a]!);
  const two = (x: Rel, y: Rel): Rel =>
    x.map((row) => {
      let all = 0n;
      if (row !== 0n) for (let m = 0; m < n; m++) if (((row >> BigInt(m)) & 1n) === 1n) all |= y[m]!;
      return all;
    });
  const seq = (...all: Rel[]): Rel => all.reduce(two);
  const inverse = (x: Rel): Rel => rel((_a, _b, i, j) => ((x[j]! >> BigInt(i)) & 1n) === 1n);
  const only = (test: (a: Node) => boolean): Rel => nodes.map((a, i) => (test(a) ? bit(i) : 0n));
  const tag = (name: string): Rel => only(({ tags }) => tags.includes(name));
  const id = only(() => true);
  const opt = (x: Rel): Rel => or(x, id);
  const plus = (x: Rel): Rel => {
    const rows = [...x];
    for (let k = 0; k < n; k++)
      for (let a = 0; a < n; a++) if (((rows[a]! >> BigInt(k)) & 1n) === 1n) rows[a]! |= rows[k]!;
    return rows;
  };
  const star = (x: Rel): Rel => opt(plus(x));
  const isEmpty = (x: Rel): boolean => x.every((row) => row === 0n);
  const isIrreflexive = (x: Rel): boolean => isEmpty(and(x, id));
  const isAcyclic = (x: Rel): boolean => isIrreflexive(plus(x));
  const linked = (pick: (node: Node) => bigint): Rel => rel((_a, b, i) => ((pick(b) >> BigInt(i)) & 1n) === 1n);

  const int = rel((a, b) => a.process === b.process);
  const ext = minus(
    rel(() => true),
    int,
  );
  const po = rel((a, b, i, j) => a.process === b.process && i < j);
  const loc = rel((a, b) => a.cell === b.cell && a.cell >= 0);
  const [R, W, M] = [
    only(({ kind }) => kind === 'R'),
    only(({ kind }) => kind === 'W'),
    only(({ kind }) => kind !== 'F'),
  ];
  const place = new Map(orders.flatMap((order) => order.map((w, k) => [w, k] as const)));
  const rf = rel((_a, _b, i, j) => source[j] === i);
  const co = and(
    loc,
    rel((a, b, i, j) => a.kind === 'W' && b.kind === 'W' && place.get(i)! < place.get(j)!),
  );
  const fr = and(
    loc,
    rel((a, b, i, j) => a.kind === 'R' && b.kind === 'W' && (source[i]! < 0 || place.get(source[i]!)! < place.get(j)!)),
  );
  const rmw = rel((_a, b, i) => b.pair === i);
  const [rfe, rfi, com] = [and(rf, ext), and(rf, int), or(rf, co, fr)];
  if (!isAcyclic(or(and(po, loc), com))) return 'coherence';
  if (!isEmpty(and(rmw, seq(and(fr, ext), and(co, ext))))) return 'atomic';

  const Plain = tag('plain');
  const Marked = minus(id, Plain);
  const Noreturn = tag('noreturn');
  const rawData = linked(({ data }) => data);
  const notUnlock = minus(id, tag('srcu-unlock'));
  const carry = star(seq(rawData, notUnlock, rfi));
  const addr = seq(
    carry,
    linked((b) => b.addr),
  );
  const ctrl = seq(
    carry,
    linked((b) => b.ctrl),
  );
  const data = seq(carry, rawData);
  const fencerel = (kind: string): Rel => seq(po, tag(kind), po);
  const acqPo = seq(tag('acquire'), po, M);
  const poRel = seq(M, po, tag('release'));
  const poUnlockLockPo = seq(po, tag('UL'), or(po, rf), tag('LKR'), po);
  const R4rmb = minus(R, Noreturn);
  const rmb = seq(R4rmb, fencerel('rmb'), R4rmb);
  const wmb = seq(W, fencerel('wmb'), W);
  const mb = or(
    seq(M, fencerel('mb'), M),
    seq(M, fencerel('before-atomic'), tag('RMW'), opt(po), M),
    seq(M, opt(po), tag('RMW'), fencerel('after-atomic'), M),
    seq(M, opt(po), tag('LKW'), fencerel('after-spinlock'), M),
    seq(M, poUnlockLockPo, tag('after-unlock-lock'), po, M),
    seq(M, opt(po), tag('srcu-unlock'), fencerel('after-srcu-read-unlock'), M),
  );
  const strong = or(mb, seq(po, tag('sync'), opt(po)));
  const nonrw = or(strong, poRel, acqPo);
  const fence = or(nonrw, wmb, rmb);
  const dep = or(addr, data);
  const overwrite = or(co, fr);
  const toW = or(seq(or(dep, ctrl), W), and(overwrite, int), seq(addr, Plain, wmb));
  const toR = or(seq(addr, R), seq(dep, Marked, rfi));
  const ppo = or(toR, toW, and(fence, int), and(poUnlockLockPo, int));
  const rmwSequence = star(seq(rf, rmw));
  const aCumul = seq(opt(seq(rfe, Marked)), or(strong, poRel));
  const cumulFence = seq(Marked, or(aCumul, wmb, poUnlockLockPo), Marked, rmwSequence);
  const prop = seq(Marked, opt(and(overwrite, ext)), star(cumulFence), Marked, opt(rfe), Marked);
  const hb = seq(Marked, or(ppo, rfe, and(minus(prop, id), int)), Marked);
  if (!isAcyclic(hb)) return 'happens-before';
  const hbs = star(hb);
  const pb = seq(prop, strong, hbs, Marked);
  if (!isAcyclic(pb)) return 'propagation';

  const pbs = star(pb);
  const rcuGp = and(
    tag('sync'),
    only(({ cell }) => cell < 0),
  );
  const srcuGp = minus(tag('sync'), rcuGp);
  const rcuRscsi = inverse(rel((_a, _b, i, j) => isSection(nodes, i, j)));
  const carrySrcu = star(seq(rawData, notUnlock, rf));
  const srcuRscsi = inverse(and(seq(tag('srcu-lock'), carrySrcu, rawData, tag('srcu-unlock')), loc));
  const link = seq(opt(po), hbs, pbs, prop, po);
  let order = or(rcuGp, srcuGp);
  for (let before: Rel = []; before.some((row, a) => row !== order[a]) || before.length === 0; ) {
    before = order;
    const inside = or(link, seq(link, order, link));
    order = or(
      ...[order, seq(rcuGp, inside, rcuRscsi), seq(rcuRscsi, inside, rcuGp), seq(order, link, order)],
      ...[and(seq(srcuGp, inside, srcuRscsi), loc), and(seq(srcuRscsi, inside, srcuGp), loc)],
    );
    if (n === 0) break;
  }
  const rcuFence = seq(po, order, opt(po));
  const rb = seq(prop, rcuFence, hbs, pbs, Marked);
  if (!isIrreflexive(rb)) return 'rcu';

  const [fence2, strong2, xbstar] = [or(fence, rcuFence), or(strong, rcuFence), star(or(hb, pb, rb))];
  const vis = seq(star(cumulFence), opt(rfe), Marked, or(seq(strong2, Marked, xbstar), and(xbstar, int)));
  const counted = minus(id, Noreturn);
  const wPre = seq(Marked, opt(or(addr, fence2)));
  const rPre = seq(Marked, opt(or(addr, nonrw, seq(R4rmb, fencerel('rmb'), counted))));
  const wPost = seq(opt(fence2), Marked, rmwSequence);
  const rPost = seq(opt(or(nonrw, seq(counted, fencerel('rmb'), R4rmb))), Marked);
  const wwVis = or(fence2, seq(strong2, xbstar, wPre), seq(wPost, vis, wPre));
  const wrVis = or(fence2, seq(strong2, xbstar, rPre), seq(wPost, vis, rPre));
  const rwXbstar = or(fence2, seq(rPost, xbstar, wPre));
  const preRace = and(
    ext,
    or(
      seq(
        Plain,
        rel(() => true),
        M,
      ),
      seq(
        M,
        rel(() => true),
        Plain,
      ),
    ),
  );
  const against = or(and(rf, inverse(rwXbstar)), and(fr, inverse(wrVis)), and(co, inverse(wwVis)));
  return isEmpty(and(preRace, against)) ? undefined : 'plain-coherence';
}

/** rcu-rscs: `lock` begins the section that `unlock` ends. */
function isSection(nodes: readonly Node[], lock: number, unlock: number): boolean {
  if (!nodes[lock]!.tags.includes('rcu-lock') || !nodes[unlock]!.tags.includes('rcu-unlock')) return false;
  let depth = 0;
  for (const [id, { process, tags }] of nodes.entries()) {
    if (process !== nodes[lock]!.process || id < lock) continue;
    depth += Number(tags.includes('rcu-lock')) - Number(tags.includes('rcu-unlock'));
    if (depth === 0) return id === unlock;
  }
  return false;
}

/** 1 or 0 for an invariant on the words at the end; undefined when it cannot be evaluated. */
function truthOf(
  { cells }: Program,
  code: Program['invariants'][number]['code'],
  registers: number,
  memory: readonly number[],
): number | undefined {
  const regs = new Array<number>(Math.max(1, registers)).fill(0);
  for (let pc = 0, left = STEPS; left > 0; left--, pc++) {
    const i = code[pc]!;
    if (i.op === 'end') return Number(regs[0] !== 0);
    if (i.op === 'set') regs[i.dst] = evaluate(i.value, regs);
    else if (i.op === 'jump') pc = i.to - 1;
    else if (i.op === 'branch') pc = (evaluate(i.cond, regs) !== 0 ? i.then : i.else) - 1;
    else if (i.op === 'load') {
      const word = memory[cells.findIndex(({ address }) => address === evaluate(i.address, regs))];
      if (word === undefined) return undefined;
      regs[i.dst] = word & (i.mask === undefined || i.mask === 0 ? -1 : i.mask);
    } else return undefined;
  }
  return undefined;
}
