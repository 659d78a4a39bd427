// Counters: cells that are only ever added to. What a process reads there lies between what it added itself and the most and least that
// the others may have added by then, in whatever order.
import type { Expr, Instruction } from '../../types.ts';
import { Undefined } from '../arithmetic.ts';
import { reduce, type Term, type Value } from '../lkmm/term.ts';
import type { Facts } from './facts.ts';

const WIDEST = 64; // values of one read that are tried

/** Least and most that a process ever adds up to, over the beginnings of its paths. */
export interface Span {
  least: number;
  most: number;
}

/** What an instruction adds to its cell when it does nothing else to it; undefined when it does. Reads add nothing. */
export function added(instruction: Instruction, value: (expr: Expr) => Value): number | undefined {
  switch (instruction.op) {
    case 'load':
      return 0;
    case 'rmw':
    case 'add-unless': {
      if (instruction.op === 'rmw' && instruction.fn !== 'add') return undefined;
      const operand = value(instruction.operand);
      return typeof operand === 'number' ? operand : undefined;
    }
    default:
      return undefined;
  }
}

/** Notes that `process` has added up to `sum` in `cell`; undefined: that it did something else there. */
export function summed(facts: Facts, process: number, cell: number, sum: number | undefined): void {
  if (sum === undefined) {
    if (facts.isSum[cell]) facts.size++;
    facts.isSum[cell] = false;
    return;
  }
  const span = facts.spans[cell]![process]!;
  if (sum >= span.least && sum <= span.most) return;
  span.least = Math.min(span.least, sum);
  span.most = Math.max(span.most, sum);
  facts.size++;
}

/** Least and most that `process` can read in `cell` when it has added `own` itself; undefined when the cell is no counter. */
export function rangeOf(facts: Facts, process: number, cell: number, init: number, own: number): Span | undefined {
  if (!facts.isSum[cell]) return undefined;
  const range = { least: init + own, most: init + own };
  for (const [other, span] of facts.spans[cell]!.entries()) {
    if (other === process) continue;
    range.least += span.least;
    range.most += span.most;
  }
  return range.most - range.least < WIDEST ? range : undefined;
}

/** The truth of `value` when it is the same whatever its one read gives within its range; undefined when it is not. */
export function sameThroughout(value: Term, rangeOfRead: (event: number) => Span | undefined): boolean | undefined {
  const reads = [...readsOf(value)];
  const range = reads.length === 1 ? rangeOfRead(reads[0]!) : undefined;
  if (range === undefined) return undefined;
  let truth: boolean | undefined;
  for (let read = range.least; read <= range.most; read++) {
    const result = resultOf(value, read);
    if (typeof result !== 'number' || (truth !== undefined && truth !== (result !== 0))) return undefined;
    truth = result !== 0;
  }
  return truth;
}

function resultOf(value: Term, read: number): Value {
  try {
    return reduce(value, () => read);
  } catch (error) {
    if (error instanceof Undefined) return value;
    throw error;
  }
}

/** The reads in a value, by event. */
export function readsOf(value: Value): ReadonlySet<number> {
  const found = new Set<number>();
  const open: Value[] = [value];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    if (typeof one === 'number') continue;
    if (one.kind === 'read') found.add(one.event);
    else if (one.kind === 'unary') open.push(one.arg);
    else if (one.kind === 'binary') open.push(one.left, one.right);
    else open.push(one.cond, one.then, one.else);
  }
  return found;
}

/** Notes that what the reads in `value` see decides where a process goes or what it claims. */
export function decides(facts: Facts, value: Value, loc: readonly number[]): void {
  for (const read of readsOf(value)) need(facts, loc[read]!);
}

/** Notes that the values of `cell` matter. */
export function need(facts: Facts, cell: number): void {
  if (cell < 0 || facts.needed.has(cell)) return;
  facts.needed.add(cell);
  facts.size++;
}

/** Notes that what is stored in `cell` comes from the reads in `value`. */
export function flows(facts: Facts, cell: number, value: Value, loc: readonly number[]): void {
  for (const read of readsOf(value)) {
    const from = loc[read]!;
    if (from < 0 || from === cell || facts.sources[cell]!.has(from)) continue;
    facts.sources[cell]!.add(from);
    facts.size++;
  }
}
